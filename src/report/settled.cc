#include "report/settled.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/interval.h"

namespace drawdown {
namespace {

// Late usage is called a correction too, but is compared with the meter: what
// it lacks is not given back. In another currency nothing is called one.
bool IsCorrection(const BreakFigures& item) {
  if (item.kind == BreakClass::kCurrencyBreak) {
    return item.billed_cost < MoneyAmount();
  }
  return (item.kind == BreakClass::kCorrectionLinked ||
          item.kind == BreakClass::kCorrectionOrphan) &&
         !item.metered.has_value();
}

GpuTime HoursTooMany(const BreakFigures& item) {
  return item.billed.value_or(GpuTime()) - item.metered.value_or(GpuTime());
}

bool IsTooMuch(const BreakFigures& item) {
  return item.difference > MoneyAmount() ||
         (item.difference == MoneyAmount() && HoursTooMany(item) > GpuTime());
}

bool IsTooLittle(const BreakFigures& item) {
  return item.difference < MoneyAmount() ||
         (item.difference == MoneyAmount() && HoursTooMany(item) < GpuTime());
}

bool Overlap(const Interval& a, const Interval& b) {
  return a.start_us < b.end_us && b.start_us < a.end_us;
}

bool SameTime(const Interval& a, const Interval& b) { return a == b; }

// Empty: the item names nothing. A resource is not asked about where there is
// an SKU: rows of several are one item without one.
std::string SubjectOf(const Break& item) {
  if (!item.pool.empty()) return absl::StrCat("pool ", item.pool);
  if (!item.sku.empty()) return absl::StrCat("sku ", item.sku);
  if (item.resource.empty()) return "";
  return absl::StrCat("resource ", item.resource);
}

// What is left of an item's difference and hours, on its side.
struct Unsettled {
  Interval period;
  Settled left;
  Settled* settled = nullptr;

  bool none() const {
    return left.money == MoneyAmount() && left.time == GpuTime();
  }
};

Unsettled UnsettledOf(const BreakFigures& item, Settled* settled) {
  const bool more = IsTooMuch(item);
  const MoneyAmount money = more ? item.difference : -item.difference;
  GpuTime time = more ? HoursTooMany(item) : -HoursTooMany(item);
  // Hours on the other side than the money are not what it is about.
  if (time < GpuTime()) time = GpuTime();
  return {{item.period_start_us, item.period_end_us},
          {money - settled->money, time - settled->time},
          settled};
}

void Settle(Unsettled& lacking, Unsettled& charged) {
  const Settled part{std::min(lacking.left.money, charged.left.money),
                     std::min(lacking.left.time, charged.left.time)};
  lacking.left.money -= part.money;
  lacking.left.time -= part.time;
  charged.left.money -= part.money;
  charged.left.time -= part.time;
  charged.settled->money += part.money;
  charged.settled->time += part.time;
}

bool ByStart(const Unsettled& a, const Unsettled& b) {
  return a.period.start_us < b.period.start_us;
}

// What lacks money or hours beside what charges too much of them.
class Sides {
 public:
  Sides(std::vector<Unsettled>* lacking, std::vector<Unsettled>* charged)
      : lacking_(*lacking), charged_(*charged) {
    std::stable_sort(lacking_.begin(), lacking_.end(), ByStart);
    std::stable_sort(charged_.begin(), charged_.end(), ByStart);
    int64_t latest = std::numeric_limits<int64_t>::min();
    for (const Unsettled& one : charged_) {
      latest = std::max(latest, one.period.end_us);
      latest_.push_back(latest);
    }
  }

  void SettleByTime() {
    SettleWhere(SameTime);
    SettleWhere(Overlap);
  }

  // The hour of a correction may be another than that of the charge.
  void SettleWithin(int64_t start_us, int64_t end_us) {
    size_t next = 0;
    for (Unsettled& lacking : lacking_) {
      if (lacking.period.start_us < start_us ||
          lacking.period.end_us > end_us) {
        continue;
      }
      for (; next < charged_.size(); ++next) {
        Settle(lacking, charged_[next]);
        if (lacking.left.money == MoneyAmount()) break;
      }
    }
  }

 private:
  template <typename Fits>
  void SettleWhere(Fits fits) {
    for (Unsettled& lacking : lacking_) {
      const auto first = std::upper_bound(latest_.begin(), latest_.end(),
                                          lacking.period.start_us);
      auto i = static_cast<size_t>(first - latest_.begin());
      for (; i < charged_.size() && !lacking.none(); ++i) {
        if (charged_[i].period.start_us >= lacking.period.end_us) {
          break;
        }
        if (!charged_[i].none() && fits(charged_[i].period, lacking.period)) {
          Settle(lacking, charged_[i]);
        }
      }
    }
  }

  std::vector<Unsettled>& lacking_;
  std::vector<Unsettled>& charged_;
  std::vector<int64_t> latest_;  // end of charged_ up to each
};

// One pool, in one currency; what lacks, and what charges too much.
struct Subject {
  std::array<std::vector<Unsettled>, 2> corrections;
  std::array<std::vector<Unsettled>, 2> others;
};

}  // namespace

std::vector<Settled> SettledOf(const ReconcileResult& result) {
  std::vector<Settled> settled(result.items.size());
  std::map<std::pair<std::string, std::string>, Subject> subjects;
  for (const uint32_t i : result.items.breaks()) {
    const Break item = result.items[i];
    const bool more = IsTooMuch(item);
    if (!more && !IsTooLittle(item)) continue;
    if (item.kind == BreakClass::kTiming && more) {
      settled[i].money = item.difference - item.quantity_effect;
    }
    const std::string name = SubjectOf(item);
    if (name.empty()) continue;
    Subject& subject = subjects[{item.currency.ToString(), name}];
    auto& sides = IsCorrection(item) ? subject.corrections : subject.others;
    sides[more ? 1 : 0].push_back(UnsettledOf(item, &settled[i]));
  }
  for (auto& [key, subject] : subjects) {
    for (auto* charged : {&subject.others[1], &subject.corrections[1]}) {
      Sides back(&subject.corrections[0], charged);
      back.SettleByTime();
      back.SettleWithin(result.period_start_us, result.period_end_us);
    }
    Sides(&subject.others[0], &subject.corrections[1]).SettleByTime();
  }
  return settled;
}

std::map<std::string, MoneyAmount> RefundsOf(const ReconcileResult& result) {
  std::map<std::string, MoneyAmount> refunds;
  for (size_t i = 0; i < result.items.size(); ++i) {
    const BreakFigures item = result.items.figures(i);
    MoneyAmount back;
    if (item.kind == BreakClass::kNonUsage ||
        item.kind == BreakClass::kCorrectionOrphan) {
      back = -item.price_effect;
    }
    if (back > MoneyAmount()) refunds[item.currency.ToString()] += back;
  }
  return refunds;
}

}  // namespace drawdown
