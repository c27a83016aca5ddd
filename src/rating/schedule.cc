#include "rating/schedule.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/civil.h"
#include "base/wide.h"

namespace drawdown {
namespace {

std::vector<ScheduleStep> StepsOf(const std::vector<UsageStep>& steps) {
  std::vector<ScheduleStep> amounts;
  for (const UsageStep& step : steps) {
    amounts.push_back({step.from_us, step.quantity.count()});
  }
  return amounts;
}

std::vector<ScheduleStep> ContractedSteps(const Commitment& commitment) {
  if (commitment.category == CommitmentCategory::kUsage) {
    return StepsOf(commitment.steps);
  }
  std::vector<ScheduleStep> amounts;
  for (const SpendStep& step : commitment.spend_steps) {
    amounts.push_back({step.from_us, step.cost.count()});
  }
  return amounts;
}

// Before the first delivery that is stated, what was contracted counts as
// delivered.
std::vector<ScheduleStep> DeliveredSteps(
    const Commitment& commitment, const std::vector<ScheduleStep>& contracted) {
  std::vector<ScheduleStep> stated = StepsOf(commitment.delivered);
  if (stated.empty()) return stated;
  std::vector<ScheduleStep> steps;
  for (const ScheduleStep& step : contracted) {
    if (step.from_us < stated.front().from_us) steps.push_back(step);
  }
  steps.insert(steps.end(), stated.begin(), stated.end());
  return steps;
}

Interval Intersect(const Interval& a, const Interval& b) {
  return {std::max(a.start_us, b.start_us), std::min(a.end_us, b.end_us)};
}

// From `start_us` to the end of the term or the commitment's cancellation.
Interval LifeFrom(int64_t start_us, const Interval& term,
                  const Commitment& commitment) {
  Interval life = Intersect(term, {start_us, term.end_us});
  if (commitment.lifecycle == CommitmentLifecycle::kCancelled) {
    life.end_us =
        std::min(life.end_us, commitment.cancelled_at_us.value_or(life.end_us));
  }
  if (commitment.lifecycle == CommitmentLifecycle::kProposed) {
    life.end_us = life.start_us;
  }
  return life;
}

// One step's part of an interval.
struct Piece {
  Int128 amount = 0;
  int64_t length_us = 0;
};

std::vector<Piece> PiecesOf(const std::vector<ScheduleStep>& steps,
                            const Interval& cut) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < steps.size(); ++i) {
    const int64_t end =
        i + 1 < steps.size() ? steps[i + 1].from_us : cut.end_us;
    const Interval piece = Intersect({steps[i].from_us, end}, cut);
    if (piece.start_us >= piece.end_us) continue;
    pieces.push_back({steps[i].amount, piece.end_us - piece.start_us});
  }
  return pieces;
}

// The amount that holds at `at_us`; lowers *until_us to when the next does.
Int128 AmountAt(const std::vector<ScheduleStep>& steps, int64_t at_us,
                int64_t* until_us) {
  Int128 amount = 0;
  for (const ScheduleStep& step : steps) {
    if (at_us < step.from_us) {
      *until_us = std::min(*until_us, step.from_us);
      break;
    }
    amount = step.amount;
  }
  return amount;
}

}  // namespace

Schedule::Schedule(const Contract& contract, const Commitment& commitment)
    : calendar_(&contract.calendar),
      kind_(commitment.interval),
      term_{contract.term.start_us, contract.term.end_us},
      contracted_(ContractedSteps(commitment)),
      delivered_(DeliveredSteps(commitment, contracted_)) {
  const int64_t start =
      contracted_.empty() ? term_.end_us : contracted_.front().from_us;
  active_ = LifeFrom(start, term_, commitment);
}

Schedule::Schedule(const Contract& contract, const Commitment& commitment,
                   const Expansion& expansion)
    : calendar_(&contract.calendar),
      kind_(commitment.interval),
      term_{contract.term.start_us, contract.term.end_us},
      contracted_{{*expansion.exercised_from_us, expansion.adds.count()}} {
  active_ = LifeFrom(*expansion.exercised_from_us, term_, commitment);
}

Interval Schedule::WholeAt(int64_t at_us) const {
  if (kind_ != FulfilmentInterval::kHourly) {
    return calendar_->Of(kind_, at_us, term_);
  }
  // Asked for every hour of a rating; the calendar is asked once a day.
  if (!Contains(day_, at_us)) day_ = calendar_->DayOf(at_us);
  const int64_t start =
      day_.start_us + FloorTo(at_us - day_.start_us, kMicrosPerHour);
  return {start, std::min(start + kMicrosPerHour, day_.end_us)};
}

Fulfilment Schedule::At(int64_t at_us) const {
  CHECK(Contains(active_, at_us));
  const Interval whole = WholeAt(at_us);
  return {whole, Intersect(whole, active_)};
}

DueRate Schedule::DueAt(int64_t at_us) const {
  const Fulfilment fulfilment = At(at_us);
  DueRate due;
  due.per_us = fulfilment.whole.end_us - fulfilment.whole.start_us;
  due.until_us = fulfilment.cut.end_us;
  due.contracted = AmountAt(contracted_, at_us, &due.until_us);
  due.delivered = delivered_.empty()
                      ? due.contracted
                      : AmountAt(delivered_, at_us, &due.until_us);
  return due;
}

std::optional<Int128> Schedule::AmountOver(
    const std::vector<ScheduleStep>& steps,
    const Fulfilment& fulfilment) const {
  const std::vector<Piece> pieces = PiecesOf(steps, fulfilment.cut);
  const int64_t whole = fulfilment.whole.end_us - fulfilment.whole.start_us;
  if (pieces.size() == 1 && pieces[0].length_us == whole) {
    return pieces[0].amount;
  }
  // Edges lie on bucket boundaries, so the common unit is large and the sum
  // of products stays small.
  int64_t unit = whole;
  for (const Piece& piece : pieces) unit = std::gcd(unit, piece.length_us);
  Int128 sum = 0;
  for (const Piece& piece : pieces) {
    Int128 product = 0;
    if (__builtin_mul_overflow(piece.amount, Int128{piece.length_us / unit},
                               &product) ||
        __builtin_add_overflow(sum, product, &sum)) {
      return std::nullopt;
    }
  }
  return DivHalfEven(sum, whole / unit);
}

std::optional<Int128> Schedule::Contracted(const Fulfilment& fulfilment) const {
  return AmountOver(contracted_, fulfilment);
}

std::optional<Int128> Schedule::Delivered(const Fulfilment& fulfilment) const {
  return AmountOver(delivered_.empty() ? contracted_ : delivered_, fulfilment);
}

}  // namespace drawdown
