// Where each commitment stands in its current interval, and where its rate of
// use since the interval's start takes it.
#include <algorithm>
#include <optional>
#include <vector>

#include "base/civil.h"
#include "base/error.h"
#include "base/wide.h"
#include "rating/grain.h"
#include "rating/plan.h"
#include "rating/rating.h"
#include "rating/walk.h"
#include "rating/window.h"

namespace drawdown {
namespace {

// What is drawn down at one price: a commitment or an expansion of it.
struct Holding {
  TrancheState state;                       // of a spend commitment in money
  bool last = false;                        // no interval follows
  bool owed = false;                        // what lapses
  std::optional<MoneyAmount> lapsed_price;  // of a GPU-hour; none: of money
  std::optional<int64_t> emptied_us;
};

// What a projection needs of one commitment.
struct Standing {
  CommitmentStatus status;
  MoneyAmount drawn_worth;
  Int128 entitled = 0;  // what can be drawn: contracted and delivered
  const Commitment* terms = nullptr;
  std::vector<Holding> holdings;  // in burn order
};

absl::Status TooLarge(const CommitmentStatus& status) {
  return MakeError(ErrorCode::kOverflow,
                   "contract " + status.contract + ", commitment " +
                       status.commitment +
                       ": a projection does not fit 128 bits");
}

absl::Status ProjectRate(int64_t at_us, Standing* standing) {
  CommitmentStatus& status = standing->status;
  const int64_t elapsed = at_us - status.interval_start_us;
  if (elapsed == 0) return absl::OkStatus();
  const int64_t length = status.interval_end_us - status.interval_start_us;
  ASSIGN_OR_RETURN(status.burn_rate_per_hour,
                   MulDivHalfEven(status.drawn, kMicrosPerHour, elapsed));
  ASSIGN_OR_RETURN(status.projected,
                   MulDivHalfEven(status.drawn, length, elapsed));
  if (status.drawn == 0 || status.drawn >= standing->entitled) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Int128 after,
                   MulDivHalfEven(elapsed, standing->entitled, status.drawn));
  if (after < length) {
    status.exhausted_at_us =
        status.interval_start_us + static_cast<int64_t>(after);
  }
  return absl::OkStatus();
}

// What is gone already was gone when the books say.
void FindExhaustion(int64_t at_us, Standing* standing) {
  CommitmentStatus& status = standing->status;
  if (standing->entitled <= 0 || status.drawn < standing->entitled) return;
  for (const Holding& holding : standing->holdings) {
    if (!holding.emptied_us.has_value()) continue;
    // The bucket that contains the instant has not ended.
    const int64_t emptied_us = std::min(*holding.emptied_us, at_us);
    status.exhausted_at_us =
        std::max(status.exhausted_at_us.value_or(emptied_us), emptied_us);
  }
}

// Draws what is projected and ends the interval, as rating will.
absl::Status ProjectShortfall(Standing* standing) {
  CommitmentStatus& status = standing->status;
  Int128 to_come = std::max<Int128>(status.projected - status.drawn, 0);
  for (Holding& holding : standing->holdings) {
    const Int128 drawn = std::min(to_come, holding.state.available());
    holding.state.Draw(drawn);
    to_come -= drawn;
    const IntervalRest rest =
        EndInterval(standing->terms->rollover, holding.last, &holding.state);
    status.projected_shortfall += rest.lapsed;
    if (!holding.owed) continue;
    status.projected_shortfall_cost +=
        holding.lapsed_price.has_value()
            ? Price(*holding.lapsed_price, GpuTime(rest.lapsed))
            : MoneyAmount(rest.lapsed);
  }
  return status.projected_shortfall_cost.valid() ? absl::OkStatus()
                                                 : TooLarge(status);
}

Standing Begin(const Plan& plan, const Commitment& terms,
               const Interval& interval) {
  const Contract& contract = *plan.versions.front().contract;
  Standing standing;
  standing.terms = &terms;
  standing.status.contract = contract.id;
  standing.status.commitment = terms.id;
  standing.status.interval_start_us = interval.start_us;
  standing.status.interval_end_us = interval.end_us;
  standing.status.spend = terms.category == CommitmentCategory::kSpend;
  standing.status.currency = contract.currency;
  return standing;
}

absl::Status AddTranche(const Plan& plan, const Walk& walk, size_t index,
                        Standing* standing) {
  const TrancheState& state = walk.tranche(index);
  CommitmentStatus& status = standing->status;
  status.contracted += state.contracted;
  status.delivered += state.delivered;
  status.drawn += state.drawn;
  // Rolled-in hours are there to be drawn too.
  standing->entitled += state.entitled + state.rolled_in;
  standing->drawn_worth += walk.WorthDrawn(index);
  if (!standing->drawn_worth.valid()) return TooLarge(status);
  const std::optional<MoneyAmount>& lapsed =
      plan.slots[state.terms->rest].unit_price;
  standing->holdings.push_back(
      {state,
       status.interval_end_us == plan.tranches[index].schedule.active().end_us,
       lapsed.has_value(), lapsed, walk.tranche_emptied_us(index)});
  return absl::OkStatus();
}

// A pool that is empty; the floor of a CONTINUOUS one is there again at once.
bool IsExhausted(const Standing& standing) {
  return standing.terms->model == CommitmentModel::kDiscontinuous &&
         standing.entitled > 0 && standing.status.drawn >= standing.entitled;
}

void AddMilestones(int64_t at_us, Standing* standing) {
  CommitmentStatus& status = standing->status;
  for (const Milestone& milestone : standing->terms->milestones) {
    if (milestone.by_us <= at_us || milestone.by_us > status.interval_end_us) {
      continue;
    }
    status.milestones.push_back(
        {milestone.name, milestone.by_us, milestone.amount,
         std::max<Int128>(milestone.amount - status.drawn, 0)});
  }
}

absl::StatusOr<Standing> StandingOfSpend(const Plan& plan, const Walk& walk,
                                         size_t index) {
  const SpendState& state = walk.spend(index);
  Standing standing =
      Begin(plan, *state.terms->commitment, state.fulfilment.cut);
  const MoneyAmount spent = state.counted;
  if (!spent.valid()) return TooLarge(standing.status);
  standing.status.contracted = state.contracted.count();
  standing.status.delivered = state.contracted.count();
  standing.status.drawn = spent.count();
  standing.drawn_worth = spent;
  standing.entitled = state.contracted.count() + state.pot.rolled_in;
  TrancheState pot = state.pot;
  pot.Draw(std::min(spent.count(), standing.entitled));
  standing.holdings.push_back({std::move(pot),
                               state.fulfilment.cut.end_us ==
                                   plan.spends[index].schedule.active().end_us,
                               state.terms->take_or_pay, std::nullopt,
                               walk.spend_emptied_us(index)});
  return standing;
}

absl::StatusOr<std::vector<Standing>> Standings(const Plan& plan,
                                                const Walk& walk) {
  std::vector<Standing> standings;
  const Commitment* last = nullptr;
  for (size_t i = 0; i < plan.tranches.size(); ++i) {
    const TrancheState& state = walk.tranche(i);
    if (!state.open) continue;
    // The tranches of one commitment follow one another.
    const Commitment* commitment = state.terms->commitment;
    if (last != commitment) {
      standings.push_back(Begin(plan, *commitment, state.fulfilment.cut));
    }
    last = commitment;
    RETURN_IF_ERROR(AddTranche(plan, walk, i, &standings.back()));
  }
  for (size_t i = 0; i < plan.spends.size(); ++i) {
    if (!walk.spend(i).open) continue;
    ASSIGN_OR_RETURN(Standing standing, StandingOfSpend(plan, walk, i));
    standings.push_back(std::move(standing));
  }
  return standings;
}

// Rates up to `at_us`; the bucket that contains it counts as far as it is
// given, and the interval that contains it stays open.
absl::Status WalkTo(const ContractTimeline& contracts, const Plan& plan,
                    int64_t at_us, Walk* walk) {
  const int64_t length = plan.usage->bucket_length_us;
  const int64_t bucket = FloorTo(at_us, length);
  const int64_t from = FloorTo(StateStart(contracts, at_us), length);
  if (bucket == at_us) {
    RETURN_IF_ERROR(walk->Run(from, at_us, true));
    return walk->Open(at_us);
  }
  return walk->Run(from, bucket + length, false);
}

}  // namespace

absl::StatusOr<std::vector<ValuedStatus>> MakeValuedStatus(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity, const std::vector<RunUsage>& runs) {
  if (!runs.empty()) {
    const GrainedUsage grained =
        AddGrain(usage, runs,
                 GrainPieces(contracts, runs, usage.bucket_length_us, at_us));
    return MakeValuedStatus(contracts, grained.usage, at_us, capacity);
  }
  std::vector<ValuedStatus> statuses;
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(contracts, usage, capacity));
  if (!Contains(plan.term, at_us)) return statuses;
  Walk walk(plan, {at_us, at_us});
  RETURN_IF_ERROR(WalkTo(contracts, plan, at_us, &walk));
  ASSIGN_OR_RETURN(std::vector<Standing> standings, Standings(plan, walk));
  for (Standing& standing : standings) {
    CommitmentStatus& status = standing.status;
    status.remaining = std::max<Int128>(standing.entitled - status.drawn, 0);
    if (IsExhausted(standing)) status.state = CommitmentState::kExhausted;
    AddMilestones(at_us, &standing);
    RETURN_IF_ERROR(ProjectRate(at_us, &standing));
    FindExhaustion(at_us, &standing);
    RETURN_IF_ERROR(ProjectShortfall(&standing));
    statuses.push_back({status, standing.drawn_worth});
  }
  std::sort(statuses.begin(), statuses.end(),
            [](const ValuedStatus& a, const ValuedStatus& b) {
              return a.status.commitment < b.status.commitment;
            });
  return statuses;
}

absl::StatusOr<std::vector<CommitmentStatus>> MakeStatus(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity, const std::vector<RunUsage>& runs) {
  ASSIGN_OR_RETURN(const std::vector<ValuedStatus> valued,
                   MakeValuedStatus(contracts, usage, at_us, capacity, runs));
  std::vector<CommitmentStatus> statuses;
  for (const ValuedStatus& one : valued) statuses.push_back(one.status);
  return statuses;
}

}  // namespace drawdown
