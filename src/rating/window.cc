#include "rating/window.h"

#include <algorithm>
#include <vector>

#include "rating/rating.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// Where what is counted at `at_us` began to be counted. Hours rolled in hang on
// all intervals before.
int64_t CountedFrom(const Commitment& commitment, const Schedule& schedule,
                    int64_t at_us) {
  if (!Contains(schedule.active(), at_us)) return at_us;
  return commitment.rollover.has_value() ? schedule.active().start_us
                                         : schedule.At(at_us).cut.start_us;
}

int64_t TierStart(const Contract& contract, const Rate& rate, int64_t at_us) {
  if (rate.tiers.size() < 2 || at_us < rate.from_us) return at_us;
  const Interval term = {contract.term.start_us, contract.term.end_us};
  return contract.calendar.Of(rate.tier_interval, at_us, term).start_us;
}

int64_t EarliestOf(const Contract& contract, CommitmentCategory category,
                   int64_t at_us) {
  int64_t start = at_us;
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.category != category) continue;
    const Schedule schedule(contract, commitment);
    start = std::min(start, CountedFrom(commitment, schedule, at_us));
  }
  return start;
}

}  // namespace

int64_t StateStart(const Contract& contract, int64_t at_us) {
  int64_t start = EarliestOf(contract, CommitmentCategory::kSpend, at_us);
  // What one commitment leaves to the next hangs on its own interval, which
  // may have begun earlier still.
  for (int64_t before = start + 1; start != before;) {
    before = start;
    start = EarliestOf(contract, CommitmentCategory::kUsage, before);
    for (const Rate& rate : contract.rates) {
      start = std::min(start, TierStart(contract, rate, before));
    }
    start = std::max(start, std::min(before, contract.term.start_us));
  }
  return std::max(start, contract.term.start_us);
}

Interval RatingWindow(const Contract& contract, const Interval& period) {
  const int64_t start = StateStart(contract, period.start_us);
  return {std::min(start, std::max(period.start_us, contract.term.start_us)),
          period.end_us};
}

Interval StatusWindow(const Contract& contract, int64_t at_us) {
  return {StateStart(contract, at_us), at_us};
}

}  // namespace drawdown
