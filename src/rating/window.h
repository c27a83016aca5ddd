// How far back rating must look.
#ifndef DRAWDOWN_SRC_RATING_WINDOW_H_
#define DRAWDOWN_SRC_RATING_WINDOW_H_

#include <cstdint>

#include "contract/timeline.h"

namespace drawdown {

// The earliest instant whose usage matters to the state of any commitment or
// tier at `at_us`, within the terms. REQUIRES: contracts is not empty.
int64_t StateStart(const ContractTimeline& contracts, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_WINDOW_H_
