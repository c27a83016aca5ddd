// Usage to come: the books' usage carried on, three times over.
#ifndef DRAWDOWN_SRC_FORECAST_FUTURE_H_
#define DRAWDOWN_SRC_FORECAST_FUTURE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/forecast.h"
#include "model/usage_table.h"

namespace drawdown {

// `usage` with the names of `runs` in its tables.
UsageTable WithNames(UsageTable usage, std::span<const AddedRun> runs);

struct FutureInput {
  const UsageTable* history = nullptr;  // up to at_us, all that is known
  int64_t at_us = 0;                    // on a bucket boundary, as until_us
  int64_t until_us = 0;
  // Nothing that is asked depends on tenants: they are added up, under the
  // first one's name.
  bool merge_tenants = false;
};

// History and what follows it.
struct Future {
  UsageTable low;
  UsageTable mid;
  UsageTable high;
  std::vector<PoolForecast> pools;  // those used in the last 56 days
};

// kInvalidArgument when there is too much of it, kOverflow naming the pool.
// REQUIRES: the names of what_if's runs are in the history's tables.
absl::StatusOr<Future> ProjectUsage(const FutureInput& input,
                                    const WhatIf& what_if);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_FUTURE_H_
