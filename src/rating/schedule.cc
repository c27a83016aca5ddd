#include "rating/schedule.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

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

using Steps = std::vector<ScheduleStep>;

// While a part's version holds and its commitment is in force.
Interval LifeOf(const StrandPart& part, int64_t from_us) {
  const Interval term = {part.contract->term.start_us,
                         part.contract->term.end_us};
  return Intersect(LifeFrom(from_us, term, *part.terms), part.holds);
}

// Adds what `steps` say of `life`, and nothing from its end on.
void Append(const Steps& steps, const Interval& life, Interval* active,
            Steps* all) {
  if (life.start_us >= life.end_us) return;
  if (all->empty()) active->start_us = life.start_us;
  active->end_us = life.end_us;
  if (!all->empty() && all->back().from_us == life.start_us) all->pop_back();
  int64_t until = life.end_us;
  all->push_back({life.start_us, AmountAt(steps, life.start_us, &until)});
  for (const ScheduleStep& step : steps) {
    if (life.start_us < step.from_us && step.from_us < life.end_us) {
      all->push_back(step);
    }
  }
  all->push_back({life.end_us, 0});
}

// What the versions state as delivered at an instant; empty where they state
// nothing, which counts as contracted.
std::optional<Int128> StatedAt(const Strand& strand, int64_t at_us) {
  std::optional<Int128> stated;
  for (const StrandPart& part : strand.parts) {
    if (!Contains(part.holds, at_us)) continue;
    for (const UsageStep& step : part.terms->delivered) {
      if (step.from_us <= at_us) stated = step.quantity.count();
    }
  }
  return stated;
}

}  // namespace

// Puts the versions' schedules together.
class ScheduleMaker {
 public:
  explicit ScheduleMaker(const Strand& strand) : strand_(strand) {}

  std::vector<Schedule> Make(
      const std::vector<ExercisedExpansion>& expansions) const {
    std::vector<Schedule> schedules = {Base()};
    for (const ExercisedExpansion& expansion : expansions) {
      schedules.push_back(Of(expansion));
    }
    const bool stated = std::any_of(
        strand_.parts.begin(), strand_.parts.end(),
        [](const StrandPart& part) { return !part.terms->delivered.empty(); });
    if (!stated) return schedules;
    for (const int64_t at : EdgesOf(schedules)) Deliver(at, &schedules);
    return schedules;
  }

 private:
  Schedule Begin() const {
    Schedule schedule;
    const Contract& contract = *strand_.parts.front().contract;
    schedule.calendar_ = &contract.calendar;
    schedule.kind_ = strand_.first().interval;
    schedule.term_ = {contract.term.start_us, contract.term.end_us};
    return schedule;
  }

  Schedule Base() const {
    Schedule schedule = Begin();
    for (const StrandPart& part : strand_.parts) {
      const Steps steps = ContractedSteps(*part.terms);
      if (steps.empty()) continue;
      Append(steps, LifeOf(part, steps.front().from_us), &schedule.active_,
             &schedule.contracted_);
    }
    return schedule;
  }

  Schedule Of(const ExercisedExpansion& expansion) const {
    Schedule schedule = Begin();
    for (size_t i = 0; i < strand_.parts.size(); ++i) {
      if (expansion[i] == nullptr) continue;
      const StrandPart& part = strand_.parts[i];
      const Steps steps = ContractedSteps(*part.terms);
      if (steps.empty()) continue;
      const int64_t from_us =
          std::max(*expansion[i]->exercised_from_us, steps.front().from_us);
      Append({{from_us, expansion[i]->adds.count()}}, LifeOf(part, from_us),
             &schedule.active_, &schedule.contracted_);
    }
    return schedule;
  }

  std::set<int64_t> EdgesOf(const std::vector<Schedule>& schedules) const {
    std::set<int64_t> edges;
    for (const Schedule& schedule : schedules) {
      for (const ScheduleStep& step : schedule.contracted_) {
        edges.insert(step.from_us);
      }
    }
    const Interval& active = schedules.front().active_;
    for (const StrandPart& part : strand_.parts) {
      edges.insert(std::max(part.holds.start_us, active.start_us));
      for (const UsageStep& step : part.terms->delivered) {
        if (Contains(part.holds, step.from_us)) edges.insert(step.from_us);
      }
    }
    return edges;
  }

  // From `at_us` on. What is delivered beyond all that is contracted then falls
  // to the last: it may make up for another moment of a DISCONTINUOUS interval.
  void Deliver(int64_t at_us, std::vector<Schedule>* schedules) const {
    const std::optional<Int128> stated = StatedAt(strand_, at_us);
    Int128 left = stated.value_or(0);
    Schedule* last = nullptr;
    for (Schedule& schedule : *schedules) {
      if (!Contains(schedule.active_, at_us)) continue;
      int64_t until = schedule.active_.end_us;
      const Int128 contracted = AmountAt(schedule.contracted_, at_us, &until);
      const Int128 part = stated ? std::min(contracted, left) : contracted;
      schedule.delivered_.push_back({at_us, part});
      if (stated) left -= part;
      last = &schedule;
    }
    const bool keeps = strand_.first().model == CommitmentModel::kDiscontinuous;
    if (last != nullptr && keeps) last->delivered_.back().amount += left;
  }

  const Strand& strand_;
};

std::vector<Schedule> SchedulesOf(
    const Strand& strand, const std::vector<ExercisedExpansion>& expansions) {
  return ScheduleMaker(strand).Make(expansions);
}

Schedule::Schedule(const Contract& contract, const Commitment& commitment) {
  Strand strand = {commitment.id, {}};
  strand.parts.push_back({{std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max()},
                          0,
                          &contract,
                          &commitment});
  *this = SchedulesOf(strand, {}).front();
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
