#include "report/findings.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "report/text.h"

namespace drawdown {
namespace {

template <typename Unit>
Quantity<Unit> Magnitude(Quantity<Unit> value) {
  return value < Quantity<Unit>() ? -value : value;
}

int Sign(const Break& item) {
  const MoneyAmount zero;
  if (item.difference == zero) return 0;
  return item.difference < zero ? -1 : 1;
}

template <typename Text>
using CauseOfTexts =
    std::tuple<BreakClass, Text, Currency, Text, Text, Text, Text, int>;
using Cause = CauseOfTexts<std::string>;

CauseOfTexts<std::string_view> CauseOf(const Break& item) {
  return {item.kind, item.provider, item.currency,   item.pool,
          item.sku,  item.tenant,   item.matched_on, Sign(item)};
}

GpuTime Excess(const BreakFigures& item) {
  return item.billed.value_or(GpuTime()) -
         item.contracted.value_or(item.metered.value_or(GpuTime()));
}

// A fee without a row is one of no hours.
bool HasBothSides(const BreakFigures& item) {
  return item.contracted.has_value() ||
         (item.billed.has_value() && item.metered.has_value());
}

std::optional<Int128> HundredthGpus(const BreakFigures& item) {
  const int64_t length_us = item.period_end_us - item.period_start_us;
  if (length_us <= 0) return std::nullopt;
  const auto gpus =
      MulDivHalfEven(Magnitude(Excess(item)).count(), 100, length_us);
  if (!gpus.ok()) return std::nullopt;  // Nobody has so many.
  return *gpus;
}

void Add(size_t place, const BreakFigures& item, Finding& finding) {
  const std::optional<Int128> gpus = HundredthGpus(item);
  if (finding.places.empty()) finding.hundredth_gpus = gpus;
  if (finding.hundredth_gpus != gpus) finding.hundredth_gpus.reset();
  finding.places.push_back(place);
  finding.end_us = std::max(finding.end_us, item.period_end_us);
  finding.billed_cost += item.billed_cost;
  finding.expected_cost += item.expected_cost;
  finding.difference += item.difference;
  finding.pending |= item.pending;
  if (!item.metered.has_value()) {
    finding.metered.reset();
  } else if (finding.metered.has_value()) {
    *finding.metered += *item.metered;
  }
  if (!HasBothSides(item)) {
    finding.excess.reset();
  } else if (finding.excess.has_value()) {
    *finding.excess += Excess(item);
  }
}

Finding StartedBy(Break item) {
  Finding finding;
  finding.kind = item.kind;
  finding.start_us = item.period_start_us;
  finding.end_us = item.period_end_us;
  finding.currency = item.currency;
  finding.first = std::move(item);
  return finding;
}

bool Larger(const Finding& a, const Finding& b) {
  const MoneyAmount left = Magnitude(a.difference);
  const MoneyAmount right = Magnitude(b.difference);
  if (left != right) return left > right;
  if (a.start_us != b.start_us) return a.start_us < b.start_us;
  return CauseOf(a.first) < CauseOf(b.first);
}

// An item that shares a cause with others.
struct Moment {
  int64_t start_us = 0;
  int64_t end_us = 0;
  size_t place = 0;

  friend auto operator<=>(const Moment&, const Moment&) = default;
};
// By texts and by views of them alike.
struct CauseLess {
  using is_transparent = void;
  using Views = CauseOfTexts<std::string_view>;

  static Views ViewsOf(const Views& cause) { return cause; }
  static Views ViewsOf(const Cause& cause) {
    return std::apply([](const auto&... part) { return Views(part...); },
                      cause);
  }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return ViewsOf(a) < ViewsOf(b);
  }
};
using Moments = std::map<Cause, std::vector<Moment>, CauseLess>;

Moments MomentsOf(const ReconcileResult& result) {
  Moments moments;
  Break item;
  for (const uint32_t i : result.items.breaks()) {
    result.items.Get(i, &item);
    const auto cause = CauseOf(item);
    auto found = moments.find(cause);
    if (found == moments.end()) {
      found = moments.try_emplace(Cause(cause)).first;
    }
    found->second.push_back({item.period_start_us, item.period_end_us, i});
  }
  return moments;
}

// "8 GPUs" where the same number is off throughout.
std::string SteadyGpus(const Finding& finding) {
  if (finding.hundredth_gpus.value_or(0) == 0) return "";
  const std::string count = FormatScaled(*finding.hundredth_gpus, 2);
  return absl::StrCat(GroupThousands(count), count == "1" ? " GPU" : " GPUs");
}

std::string Hours(GpuTime time) {
  return absl::StrCat(GroupThousands(ReadableHours(Magnitude(time))),
                      " GPU-hours");
}

std::string Money(MoneyAmount amount, Currency currency) {
  return absl::StrCat(GroupThousands(ReadableMoney(currency, amount)), " ",
                      currency.ToString());
}

// "691.20 USD too much".
std::string MoneyOff(const Finding& finding) {
  if (finding.difference == MoneyAmount()) return "no money";
  return absl::StrCat(
      Money(Magnitude(finding.difference), finding.currency),
      finding.difference < MoneyAmount() ? " too little" : " too much");
}

std::string Where(const Finding& finding) {
  const std::string& subject = finding.subject();
  return absl::StrCat(subject.empty() ? "" : absl::StrCat(" on ", subject),
                      " from ", FormatInstant(finding.start_us), " to ",
                      FormatInstant(finding.end_us));
}

std::string QuantityHeadline(const Finding& finding) {
  if (!finding.excess.has_value()) {
    return absl::StrCat("billed other hours than contracted", Where(finding),
                        ": ", MoneyOff(finding));
  }
  const bool many = *finding.excess > GpuTime();
  const std::string gpus = SteadyGpus(finding);
  const std::string off =
      finding.of_contract()
          ? (many ? " more than contracted" : " fewer than contracted")
          : (many ? " too many" : " too few");
  return absl::StrCat(
      "billed ", gpus.empty() ? Hours(*finding.excess) : gpus, off,
      Where(finding), ": ",
      gpus.empty() ? "" : absl::StrCat(Hours(*finding.excess), ", "),
      MoneyOff(finding));
}

// Classes in which hours may be off though it is not all that they say.
bool TellsHours(BreakClass kind) {
  return kind == BreakClass::kMixedBreak ||
         kind == BreakClass::kUnitScaleBreak ||
         kind == BreakClass::kCommitmentShortfall ||
         kind == BreakClass::kCommitmentWaste;
}

// Of fees, true-ups and what a commitment had left: "20.000 GPU-hours too many,
// ".
std::string HoursOff(const Finding& finding) {
  const GpuTime least(kMicrosPerHour / 1000);  // that can be read
  if (!finding.of_contract() || !TellsHours(finding.kind) ||
      !finding.excess.has_value() || Magnitude(*finding.excess) < least) {
    return "";
  }
  return absl::StrCat(Hours(*finding.excess), *finding.excess > GpuTime()
                                                  ? " too many, "
                                                  : " too few, ");
}

std::string_view OpeningOf(BreakClass kind) {
  switch (kind) {
    case BreakClass::kPriceBreak:
      return "billed at another price than the contract's";
    case BreakClass::kMixedBreak:
      return "billed other hours, at another price";
    case BreakClass::kUnmeteredCharge:
      return "billed what no meter of ours has seen";
    case BreakClass::kUnbilledUsage:
      return "used and not billed";
    case BreakClass::kDuplicateCharge:
      return "the same rows delivered more than once";
    case BreakClass::kTiming:
      return "billed for another period's time";
    case BreakClass::kCorrectionLinked:
      return "corrected by the provider";
    case BreakClass::kCorrectionOrphan:
      return "a correction of what is in no bill at hand";
    case BreakClass::kCommitmentShortfall:
      return "another shortfall than the contract's";
    case BreakClass::kCommitmentOverage:
      return "overage billed in another way than the contract's";
    case BreakClass::kCommitmentWaste:
      return "another unused part of a commitment than ours";
    case BreakClass::kAllocationGap:
      return "the pool agrees, its tenants do not";
    case BreakClass::kUnitScaleBreak:
      return "off by a factor of units";
    case BreakClass::kCurrencyBreak:
      return "billed in another currency than the contract's";
    case BreakClass::kNotExecutable:
      return "could not be checked";
    default:
      return "differs";
  }
}

// Each is moved once: it is many texts.
std::vector<Finding> LargestFirst(std::vector<Finding> findings) {
  std::vector<size_t> order(findings.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return Larger(findings[a], findings[b]);
  });
  std::vector<Finding> sorted;
  sorted.reserve(findings.size());
  for (const size_t place : order) sorted.push_back(std::move(findings[place]));
  return sorted;
}

}  // namespace

std::vector<Finding> FindingsOf(const ReconcileResult& result) {
  std::vector<Finding> findings;
  for (auto& [cause, moments] : MomentsOf(result)) {
    std::sort(moments.begin(), moments.end());
    bool started = false;
    for (const Moment& moment : moments) {
      if (!started || moment.start_us > findings.back().end_us) {
        findings.push_back(StartedBy(result.items[moment.place]));
        started = true;
      }
      Add(moment.place, result.items.figures(moment.place), findings.back());
    }
  }
  return LargestFirst(std::move(findings));
}

std::string Headline(const Finding& finding) {
  if (finding.kind == BreakClass::kQuantityBreak) {
    return QuantityHeadline(finding);
  }
  return absl::StrCat(std::string(OpeningOf(finding.kind)), Where(finding),
                      ": ", HoursOff(finding), MoneyOff(finding));
}

}  // namespace drawdown
