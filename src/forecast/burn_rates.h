// How fast commitments are drawn: now and over trailing windows.
#ifndef DRAWDOWN_SRC_FORECAST_BURN_RATES_H_
#define DRAWDOWN_SRC_FORECAST_BURN_RATES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "drawdown/forecast.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"

namespace drawdown {

// What MakeBurnRates needs to be given. REQUIRES: the term contains at_us.
Interval BurnRateWindow(const ContractTimeline& contracts, int64_t at_us,
                        int64_t bucket_us);

// `usage` is that of whole buckets up to at_us, and in the bucket that contains
// it the usage of a whole bucket at the present level. The errors of RateUsage.
absl::StatusOr<std::vector<BurnRates>> MakeBurnRates(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_BURN_RATES_H_
