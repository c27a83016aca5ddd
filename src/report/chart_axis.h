// Where the marks of a chart's axes are, and what they say. Whole numbers only:
// pixels and labels alike come from the exact amounts.
#ifndef DRAWDOWN_SRC_REPORT_CHART_AXIS_H_
#define DRAWDOWN_SRC_REPORT_CHART_AXIS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

// Charts are drawn in a square of this many units a side.
inline constexpr int kChartSide = 1000;

// round(kChartSide x part / whole), within 0..kChartSide. REQUIRES: whole > 0.
int ChartPosition(Int128 part, Int128 whole);

// `amount` (in units of 1/unit) in three digits: "950", "1.25k", "38B".
std::string ShortAmount(Int128 amount, Int128 unit);

struct AmountTick {
  Int128 amount = 0;
  std::string label;
};
// Zero and a few round amounts above it, the last not below `largest`, which it
// thereby makes the axis's end. Amounts are in units of 1/unit.
std::vector<AmountTick> AmountTicks(Int128 largest, Int128 unit);

struct TimeTick {
  int64_t at_us = 0;
  std::string label;
};
// A few starts of UTC hours, days, months or years inside [from, to].
std::vector<TimeTick> TimeTicks(int64_t from_us, int64_t to_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CHART_AXIS_H_
