// How much a series is using: the last day, fading into the last week.
//
// GPU usage has no level that it returns to: jobs of days and weeks start and
// end. What it was yesterday says most about tomorrow, what it was over the
// week says more about the days after. docs/design/forecast.md has what was
// tried instead.
#ifndef DRAWDOWN_SRC_FORECAST_LEVEL_H_
#define DRAWDOWN_SRC_FORECAST_LEVEL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr int kDaysOfWeek = 7;
inline constexpr Int128 kMicro = 1'000'000;

// The share of the last day's difference from the last week that is left in the
// middle of the day that begins `days` later, in 1e-6: it halves in four days.
Int128 FadeMicro(int64_t days);

struct UsageLevel {
  // 1e-6 of the unit that amounts are in, per step.
  Int128 last_day = 0;
  Int128 last_week = 0;

  // The level expected `days` whole days after the last one.
  Int128 After(int64_t days) const {
    return last_week + (last_day - last_week) * FadeMicro(days) / kMicro;
  }
};

// The level of amounts whose sums are given, over so many steps each. kOverflow
// when it is out of all proportion. REQUIRES: steps > 0.
absl::StatusOr<UsageLevel> LevelOf(Int128 day_sum, Int128 day_steps,
                                   Int128 week_sum, Int128 week_steps);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_LEVEL_H_
