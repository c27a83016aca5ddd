// Milestones: dated partial targets of what an interval is to draw.
#include <algorithm>

#include "rating/walk.h"

namespace drawdown {
namespace {

std::string AmountText(const Commitment& commitment, Int128 amount) {
  return commitment.category == CommitmentCategory::kSpend
             ? FormatMoney(MoneyAmount(amount))
             : FormatGpuHours(GpuTime(amount)) + " GPU-hours";
}

// The target belongs to the interval that it ends in or at the end of.
bool IsIn(const Interval& interval, int64_t by_us) {
  return interval.start_us < by_us && by_us <= interval.end_us;
}

}  // namespace

int64_t Walk::NextMilestone(int64_t after_us, int64_t before_us) const {
  for (const Commitment& commitment : version().contract->commitments) {
    for (const Milestone& milestone : commitment.milestones) {
      if (milestone.by_us > after_us) {
        before_us = std::min(before_us, milestone.by_us);
      }
    }
  }
  return before_us;
}

std::optional<Int128> Walk::DrawnOf(const Commitment& commitment,
                                    int64_t by_us) const {
  std::optional<Int128> drawn;
  for (const TrancheState& state : now_.tranches) {
    if (!state.open || state.terms->commitment != &commitment) continue;
    if (IsIn(state.fulfilment.cut, by_us)) {
      drawn = drawn.value_or(0) + state.drawn;
    }
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    if (!now_.spends[i].open ||
        now_.spends[i].terms->commitment != &commitment) {
      continue;
    }
    const MoneyAmount counted = now_.spends[i].counted;
    if (IsIn(now_.spends[i].fulfilment.cut, by_us) && counted.valid()) {
      drawn = counted.count();
    }
  }
  return drawn;
}

void Walk::NoteMilestones(int64_t at_us) {
  if (at_us <= period_.start_us || at_us > period_.end_us) return;
  for (const Commitment& commitment : version().contract->commitments) {
    for (const Milestone& milestone : commitment.milestones) {
      if (milestone.by_us != at_us) continue;
      const std::optional<Int128> drawn = DrawnOf(commitment, at_us);
      if (!drawn.has_value()) continue;
      const bool to_come = projected_from_us_ && at_us > *projected_from_us_;
      const std::string text =
          "contract " + plan_.contract_id + ", commitment " + commitment.id +
          ": milestone " + milestone.name + ", " +
          AmountText(commitment, milestone.amount) + " by " +
          FormatInstant(at_us) + (to_come ? ", will be " : ": ");
      notes_.emplace_back(
          at_us, *drawn >= milestone.amount
                     ? text + "met"
                     : text + "missed by " +
                           AmountText(commitment, milestone.amount - *drawn));
    }
  }
}

}  // namespace drawdown
