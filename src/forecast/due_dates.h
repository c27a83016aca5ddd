// What comes next of a contract.
#ifndef DRAWDOWN_SRC_FORECAST_DUE_DATES_H_
#define DRAWDOWN_SRC_FORECAST_DUE_DATES_H_

#include <cstdint>
#include <vector>

#include "contract/timeline.h"
#include "drawdown/forecast.h"

namespace drawdown {

// What each version says of the time in which it holds and the commitment is in
// force: the first of each kind after at_us for each commitment, expansion,
// credit and milestone, soonest first. Ends of hourly and daily intervals are
// left out.
// REQUIRES: contracts is not empty.
std::vector<DueDate> DueDatesOf(const ContractTimeline& contracts,
                                int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_DUE_DATES_H_
