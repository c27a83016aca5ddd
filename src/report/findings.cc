#include "report/findings.h"

#include <algorithm>
#include <tuple>

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

auto CauseOf(const Break& item) {
  return std::make_tuple(item.kind, std::string_view(item.provider),
                         item.currency, std::string_view(item.pool),
                         std::string_view(item.sku),
                         std::string_view(item.tenant),
                         std::string_view(item.matched_on), Sign(item));
}

bool Before(const Break* a, const Break* b) {
  if (CauseOf(*a) != CauseOf(*b)) return CauseOf(*a) < CauseOf(*b);
  return std::tie(a->period_start_us, a->period_end_us) <
         std::tie(b->period_start_us, b->period_end_us);
}

void Add(const Break& item, Finding& finding) {
  finding.items.push_back(&item);
  finding.end_us = std::max(finding.end_us, item.period_end_us);
  finding.billed_cost += item.billed_cost;
  finding.expected_cost += item.expected_cost;
  finding.difference += item.difference;
  finding.pending |= item.pending;
}

Finding StartedBy(const Break& item) {
  Finding finding;
  finding.kind = item.kind;
  finding.start_us = item.period_start_us;
  finding.end_us = item.period_end_us;
  finding.currency = item.currency;
  Add(item, finding);
  return finding;
}

bool Continues(const Finding& finding, const Break& item) {
  return CauseOf(finding.first()) == CauseOf(item) &&
         item.period_start_us <= finding.end_us;
}

bool Larger(const Finding& a, const Finding& b) {
  const MoneyAmount left = Magnitude(a.difference);
  const MoneyAmount right = Magnitude(b.difference);
  if (left != right) return left > right;
  if (a.start_us != b.start_us) return a.start_us < b.start_us;
  return CauseOf(a.first()) < CauseOf(b.first());
}

GpuTime Excess(const Break& item) {
  return item.billed.value_or(GpuTime()) - item.metered.value_or(GpuTime());
}

// The hours that all items together are off by, where all have both sides.
std::optional<GpuTime> ExcessOf(const Finding& finding) {
  GpuTime sum;
  for (const Break* item : finding.items) {
    if (!item->billed.has_value() || !item->metered.has_value()) return {};
    sum += Excess(*item);
  }
  return sum;
}

// "8 GPUs" where the same number is off throughout, to the hundredth.
std::string SteadyGpus(const Finding& finding) {
  std::optional<Int128> hundredths;
  for (const Break* item : finding.items) {
    const int64_t length_us = item->period_end_us - item->period_start_us;
    if (length_us <= 0) return "";
    const Int128 gpus =
        DivHalfEven(Magnitude(Excess(*item)).count() * 100, length_us);
    if (hundredths.has_value() && *hundredths != gpus) return "";
    hundredths = gpus;
  }
  if (!hundredths.has_value() || *hundredths == 0) return "";
  const std::string count = FormatScaled(*hundredths, 2);
  return absl::StrCat(GroupThousands(count), count == "1" ? " GPU" : " GPUs");
}

std::string Hours(GpuTime time) {
  return absl::StrCat(GroupThousands(ReadableHours(Magnitude(time))),
                      " GPU-hours");
}

std::string Money(MoneyAmount amount, Currency currency) {
  return absl::StrCat(GroupThousands(ReadableMoney(amount)), " ",
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
  const std::optional<GpuTime> excess = ExcessOf(finding);
  if (!excess.has_value()) {
    return absl::StrCat("billed other hours than contracted", Where(finding),
                        ": ", MoneyOff(finding));
  }
  const bool many = *excess > GpuTime();
  const std::string gpus = SteadyGpus(finding);
  return absl::StrCat("billed ", gpus.empty() ? Hours(*excess) : gpus,
                      many ? " too many" : " too few", Where(finding), ": ",
                      gpus.empty() ? "" : absl::StrCat(Hours(*excess), ", "),
                      MoneyOff(finding));
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

}  // namespace

std::vector<Finding> FindingsOf(const ReconcileResult& result) {
  std::vector<const Break*> items;
  for (const Break& item : result.items) {
    if (!IsClean(item.kind)) items.push_back(&item);
  }
  std::stable_sort(items.begin(), items.end(), Before);
  std::vector<Finding> findings;
  for (const Break* item : items) {
    if (!findings.empty() && Continues(findings.back(), *item)) {
      Add(*item, findings.back());
    } else {
      findings.push_back(StartedBy(*item));
    }
  }
  std::stable_sort(findings.begin(), findings.end(), Larger);
  return findings;
}

std::string Headline(const Finding& finding) {
  if (finding.kind == BreakClass::kQuantityBreak) {
    return QuantityHeadline(finding);
  }
  return absl::StrCat(std::string(OpeningOf(finding.kind)), Where(finding),
                      ": ", MoneyOff(finding));
}

}  // namespace drawdown
