// Usage to come x contract -> what will be drawn, missed and owed. Pure: the
// future is rated by the rating that makes statements, so that the money of a
// forecast follows the contract in everything. Method: docs/design/forecast.md.
#ifndef DRAWDOWN_SRC_FORECAST_FORECAST_H_
#define DRAWDOWN_SRC_FORECAST_FORECAST_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "drawdown/forecast.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"

namespace drawdown {

// The version that holds in the end. REQUIRES: not empty.
inline const Contract& LastOf(const ContractTimeline& contracts) {
  return *contracts.spans().back().contract;
}

struct ForecastInput {
  ContractTimeline contracts;
  // Over ForecastWindow(), without what other contracts price, and with the
  // names of what-if runs (WithNames).
  const UsageTable* usage = nullptr;
  CapacityTable capacity = {};
  int64_t at_us = 0;
  std::optional<int64_t> until_us;
  uint32_t intervals = 1;
};

// What MakeForecast needs to be given of usage, and of capacity from its start
// on. REQUIRES: the term contains at_us.
Interval ForecastWindow(const ContractTimeline& contracts, int64_t at_us,
                        std::optional<int64_t> until_us, uint32_t intervals);

// kInvalidArgument when it would be too large; the errors of RateUsage.
// REQUIRES: the term contains at_us.
absl::StatusOr<ContractForecast> MakeForecast(const ForecastInput& input,
                                              const WhatIf& what_if);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_FORECAST_H_
