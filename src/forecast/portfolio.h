// All contracts in one view, currency by currency.
#ifndef DRAWDOWN_SRC_FORECAST_PORTFOLIO_H_
#define DRAWDOWN_SRC_FORECAST_PORTFOLIO_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "drawdown/forecast.h"
#include "rating/rating.h"

namespace drawdown {

// One line per contract and category, those of a currency together behind their
// sums: each commitment through its versions, exercised expansions included.
// `statuses` are those of all contracts at at_us. kOverflow.
absl::StatusOr<std::vector<PortfolioLine>> MakePortfolio(
    std::span<const ContractTimeline> contracts,
    std::span<const ValuedStatus> statuses, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_PORTFOLIO_H_
