// How far back rating must look.
#ifndef DRAWDOWN_SRC_RATING_WINDOW_H_
#define DRAWDOWN_SRC_RATING_WINDOW_H_

#include <cstdint>

#include "contract/contract.h"

namespace drawdown {

// The earliest instant whose usage matters to the state of any commitment or
// tier at `at_us`, within the term.
int64_t StateStart(const Contract& contract, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_WINDOW_H_
