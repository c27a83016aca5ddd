// What a version that is applied later makes of intervals that have begun.
#ifndef DRAWDOWN_SRC_RATING_AMENDMENT_H_
#define DRAWDOWN_SRC_RATING_AMENDMENT_H_

#include <cstdint>

#include "contract/timeline.h"

namespace drawdown {

// Of two timelines that agree before `at_us`: whether what intervals hold, or
// how they end, that contain the moment before it is not the same in both. If
// it is, so is everything that ends by then.
bool ChangesBegun(const ContractTimeline& before, const ContractTimeline& now,
                  int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_AMENDMENT_H_
