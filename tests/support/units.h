// Short names for the units that tests count in.
#ifndef DRAWDOWN_TESTS_SUPPORT_UNITS_H_
#define DRAWDOWN_TESTS_SUPPORT_UNITS_H_

#include <cstdint>

#include "drawdown/units.h"

namespace drawdown {

inline constexpr int64_t kHour = kMicrosPerHour;
inline constexpr int64_t kGpu = kMicroGpusPerGpu;

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_UNITS_H_
