// Amounts side by side as inline SVG: a bar each, of a few stacked parts.
#ifndef DRAWDOWN_SRC_REPORT_SVG_BARS_H_
#define DRAWDOWN_SRC_REPORT_SVG_BARS_H_

#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

struct Bar {
  std::string label;
  std::string value;          // what is written beside it
  std::vector<Int128> parts;  // >= 0, one per BarChart::parts
};

struct BarChart {
  std::string title;
  std::string description;         // for who cannot see it
  std::vector<std::string> parts;  // names; at most six, as there are colours
  std::vector<Bar> bars;
};

// A <figure>. All bars have one scale: the longest fills the width.
std::string RenderBars(const BarChart& chart);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_SVG_BARS_H_
