// What one course of usage comes to under a contract: intervals, path, money.
#ifndef DRAWDOWN_SRC_FORECAST_OUTCOME_H_
#define DRAWDOWN_SRC_FORECAST_OUTCOME_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "forecast/horizon.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"

namespace drawdown {

struct IntervalOutcome {
  Int128 contracted = 0;
  Int128 available = 0;
  Int128 drawn_by_now = 0;
  Int128 drawn = 0;
  Int128 missing = 0;
  MoneyAmount missing_cost;
  std::optional<int64_t> exhausted_us;
};

struct CommitmentOutcome {
  std::vector<IntervalOutcome> intervals;  // as ToldCommitment has them
  // Between its edges.
  std::vector<Int128> drawn;
  std::vector<Int128> due;
};

struct Outcome {
  std::vector<CommitmentOutcome> commitments;  // as Horizon has them
  std::vector<MoneyAmount> costs;              // of its months
  std::vector<std::string> notes;
};

// Rates `usage` over the horizon, which is of these contracts. The errors of
// RateUsage.
absl::StatusOr<Outcome> RateCourse(const ContractTimeline& contracts,
                                   const UsageTable& usage,
                                   const CapacityTable& capacity,
                                   const Horizon& horizon, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_OUTCOME_H_
