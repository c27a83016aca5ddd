// When a commitment is in force, how its time falls into fulfilment intervals,
// and how much of its schedule each of them holds.
#ifndef DRAWDOWN_SRC_RATING_SCHEDULE_H_
#define DRAWDOWN_SRC_RATING_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "contract/contract.h"
#include "rating/strand.h"

namespace drawdown {

// An amount per fulfilment interval (GPU-microseconds or 1e-18 money) that
// holds until the next one's instant.
struct ScheduleStep {
  int64_t from_us = 0;
  Int128 amount = 0;
};

// One fulfilment interval: `whole` as the calendar has it, `cut` to the
// commitment's life.
struct Fulfilment {
  Interval whole;
  Interval cut;

  friend bool operator==(const Fulfilment&, const Fulfilment&) = default;
};

// What steps say of an instant: amounts per whole interval.
struct DueRate {
  Int128 contracted = 0;
  Int128 delivered = 0;  // as contracted where nothing is stated
  int64_t per_us = 0;    // length of the whole interval
  int64_t until_us = 0;  // until when this holds
};

// Whether `interval` contains the instant.
inline bool Contains(const Interval& interval, int64_t at_us) {
  return interval.start_us <= at_us && at_us < interval.end_us;
}

class Schedule {
 public:
  Schedule() = default;

  // Of one version of a commitment: in force from its first step to the end of
  // the term or its cancellation. Never in force when PROPOSED.
  Schedule(const Contract& contract, const Commitment& commitment);

  const Interval& active() const { return active_; }

  // The fulfilment interval that contains `at_us`. REQUIRES: active() does.
  Fulfilment At(int64_t at_us) const;

  // REQUIRES: active() contains `at_us`.
  DueRate DueAt(int64_t at_us) const;

  // The amount of one interval, prorated by time where a step or the
  // commitment's life cuts it, half-even once. Empty when it does not fit.
  std::optional<Int128> Contracted(const Fulfilment& fulfilment) const;

  // The same for what was delivered: as contracted where nothing is stated.
  std::optional<Int128> Delivered(const Fulfilment& fulfilment) const;

 private:
  friend class ScheduleMaker;

  std::optional<Int128> AmountOver(const std::vector<ScheduleStep>& steps,
                                   const Fulfilment& fulfilment) const;
  Interval WholeAt(int64_t at_us) const;

  const Calendar* calendar_ = nullptr;
  FulfilmentInterval kind_{};
  Interval term_;
  Interval active_;
  std::vector<ScheduleStep> contracted_;
  std::vector<ScheduleStep> delivered_;  // empty: as contracted
  // The billing day last asked about: hours are counted from its start.
  mutable Interval day_;
};

// The schedules of a strand over all its versions: the commitment's own, then
// one per exercised expansion, in the order of ExpansionsOf(). What is stated
// as delivered fills the commitment first, then its expansions in that order,
// moment by moment.
std::vector<Schedule> SchedulesOf(
    const Strand& strand, const std::vector<ExercisedExpansion>& expansions);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SCHEDULE_H_
