// The daily and weekly pattern of a series of usage.
#ifndef DRAWDOWN_SRC_FORECAST_PATTERN_H_
#define DRAWDOWN_SRC_FORECAST_PATTERN_H_

#include <cstddef>
#include <span>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

// Factors by step of the week, in 1e-6, around 1. The week is counted from the
// end of the history, in UTC: a change to summer time moves a pattern by an
// hour until the history has caught up.
class WeekPattern {
 public:
  // None: every factor is 1.
  WeekPattern() = default;

  // The pattern of `history`, which ends where the week begins; none unless
  // patterns of the weeks before would have foretold each of the last two weeks
  // better than none by a quarter. Looks at up to six whole weeks, and needs
  // four.
  static WeekPattern Find(std::span<const Int128> history, size_t steps_a_day);

  bool found() const { return !factors_.empty(); }

  // `steps` after (or, when negative, before) the end of the history.
  Int128 FactorMicro(int64_t steps) const;

 private:
  // Whether the last week of `history` follows the pattern of those before.
  static bool Foretells(std::span<const Int128> history, size_t steps_a_day);

  // A product of a shape of the day and a shape of the week, each drawn towards
  // flat: 31 numbers from hundreds of steps, where one per hour of the week
  // would follow noise.
  static WeekPattern Fit(std::span<const Int128> weeks, size_t steps_a_day);

  std::vector<Int128> factors_;  // of a week; empty: none
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_PATTERN_H_
