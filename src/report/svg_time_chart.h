// Amounts over time as inline SVG: lines, bands, a limit, now.
#ifndef DRAWDOWN_SRC_REPORT_SVG_TIME_CHART_H_
#define DRAWDOWN_SRC_REPORT_SVG_TIME_CHART_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

struct ChartPoint {
  int64_t at_us = 0;
  Int128 amount = 0;
};

enum class LineLook : uint8_t { kActual, kProjected, kLimit, kWhatIf };

struct ChartLine {
  std::string name;
  LineLook look = LineLook::kActual;
  std::vector<ChartPoint> points;  // by time
  bool steps = false;              // each amount holds until the next point
};

struct BandPoint {
  int64_t at_us = 0;
  Int128 low = 0;
  Int128 high = 0;
};

struct ChartBand {
  std::string name;
  std::vector<BandPoint> points;  // by time
};

// Amounts are >= 0, in units of 1/unit: 3,600,000,000 for GPU-hours of
// GPU-microseconds.
struct TimeChart {
  std::string title;
  std::string description;  // what it shows, for who cannot see it
  std::string unit_name;    // "GPU-hours"
  Int128 unit = 1;
  int64_t from_us = 0;
  int64_t to_us = 0;
  std::optional<int64_t> now_us;
  std::vector<ChartBand> bands;
  std::vector<ChartLine> lines;
};

// A <figure>. The plot stretches with the page; what is text stays as large as
// the page's. REQUIRES: from_us < to_us.
std::string RenderTimeChart(const TimeChart& chart);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_SVG_TIME_CHART_H_
