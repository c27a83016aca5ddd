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

// What a projection needs of one commitment.
struct Standing {
  CommitmentStatus status;
  Int128 entitled = 0;  // what can be drawn: contracted and delivered
  bool take_or_pay = false;
  const Commitment* terms = nullptr;
  MoneyAmount price;  // of a GPU-hour of shortfall; Usage only
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
  if (status.drawn == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Int128 after,
                   MulDivHalfEven(elapsed, standing->entitled, status.drawn));
  if (after < length) {
    status.exhausted_at_us =
        status.interval_start_us + static_cast<int64_t>(after);
  }
  return absl::OkStatus();
}

absl::Status ProjectShortfall(Standing* standing) {
  CommitmentStatus& status = standing->status;
  status.projected_shortfall =
      std::max<Int128>(standing->entitled - status.projected, 0);
  if (!standing->take_or_pay) return absl::OkStatus();
  status.projected_shortfall_cost =
      status.spend
          ? MoneyAmount(status.projected_shortfall)
          : Price(standing->price, GpuTime(status.projected_shortfall));
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
  standing.take_or_pay = terms.shortfall.policy == ShortfallPolicy::kTakeOrPay;
  standing.price = terms.shortfall.price.value_or(terms.price);
  return standing;
}

void AddTranche(const TrancheState& state, Standing* standing) {
  CommitmentStatus& status = standing->status;
  status.contracted += state.contracted;
  status.delivered += state.delivered;
  status.drawn += state.drawn;
  // Rolled-in hours are there to be drawn too.
  standing->entitled += state.entitled + state.rolled_in;
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
  standing.entitled = state.contracted.count() + state.pot.rolled_in;
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
    AddTranche(state, &standings.back());
  }
  for (size_t i = 0; i < plan.spends.size(); ++i) {
    if (!walk.spend(i).open) continue;
    ASSIGN_OR_RETURN(const Standing standing, StandingOfSpend(plan, walk, i));
    standings.push_back(standing);
  }
  return standings;
}

// Rates up to `at_us`; the bucket that contains it counts as far as it is
// given, and the interval that contains it stays open.
absl::Status WalkTo(const ContractTimeline& contracts, const Plan& plan,
                    int64_t at_us, Walk* walk) {
  const int64_t length = plan.usage->bucket_length_us;
  const int64_t bucket = FloorTo(at_us, length);
  const int64_t from = StateStart(contracts, at_us);
  if (bucket == at_us) {
    RETURN_IF_ERROR(walk->Run(from, at_us, true));
    return walk->Open(at_us);
  }
  return walk->Run(from, bucket + length, false);
}

}  // namespace

absl::StatusOr<std::vector<CommitmentStatus>> MakeStatus(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity, const std::vector<RunUsage>& runs) {
  if (!runs.empty()) {
    const GrainedUsage grained =
        AddGrain(usage, runs,
                 GrainPieces(contracts, runs, usage.bucket_length_us, at_us));
    return MakeStatus(contracts, grained.usage, at_us, capacity);
  }
  std::vector<CommitmentStatus> statuses;
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
    RETURN_IF_ERROR(ProjectShortfall(&standing));
    statuses.push_back(status);
  }
  std::sort(statuses.begin(), statuses.end(),
            [](const CommitmentStatus& a, const CommitmentStatus& b) {
              return a.commitment < b.commitment;
            });
  return statuses;
}

}  // namespace drawdown
