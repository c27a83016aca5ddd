// One series of usage, carried into the future.
#ifndef DRAWDOWN_SRC_FORECAST_PROJECTOR_H_
#define DRAWDOWN_SRC_FORECAST_PROJECTOR_H_

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

// Days of history that a projection and its bands look at.
inline constexpr int kHistoryDays = 56;

struct ProjectedSeries {
  std::vector<Int128> amounts;  // a step each, from the end of the history on
  bool patterned = false;
};

// Amounts of `steps` steps after `history`, `steps_a_day` to a day. The history
// begins where the series could have: steps without usage count as such. All
// zero where the last seven days are. kOverflow for amounts out of all
// proportion.
absl::StatusOr<ProjectedSeries> ProjectSeries(std::span<const Int128> history,
                                              size_t steps_a_day, size_t steps);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_PROJECTOR_H_
