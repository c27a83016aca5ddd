#include "report/svg_bars.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "report/chart_axis.h"
#include "report/html_text.h"

namespace drawdown {
namespace {

Int128 SumOf(const Bar& bar) {
  GpuTime sum;  // of any unit: for its checked addition
  for (const Int128 part : bar.parts) sum += GpuTime(part);
  return sum.valid() ? sum.count() : 0;
}

std::string Key(const BarChart& chart) {
  if (chart.parts.size() < 2) return "";
  std::string out = "<ul class=\"key\">";
  for (size_t i = 0; i < chart.parts.size(); ++i) {
    absl::StrAppend(&out,
                    "<li><svg viewBox=\"0 0 32 10\" aria-hidden=\"true\">"
                    "<rect class=\"fill",
                    i, "\" width=\"32\" height=\"10\"/></svg>",
                    EscapeHtml(chart.parts[i]), "</li>");
  }
  return out + "</ul>\n";
}

void AppendParts(const Bar& bar, Int128 longest, std::string* out) {
  Int128 sum = 0;
  for (size_t i = 0; i < bar.parts.size(); ++i) {
    const int from = ChartPosition(sum, longest);
    sum += bar.parts[i];
    const int to = ChartPosition(sum, longest);
    if (to == from) continue;
    absl::StrAppend(out, "<rect class=\"fill", i, "\" x=\"", from,
                    "\" width=\"", to - from, "\" height=\"10\"/>");
  }
}

void AppendBar(const Bar& bar, Int128 longest, std::string* out) {
  absl::StrAppend(out, "<div class=\"bar\"><span>", EscapeHtml(bar.label),
                  "</span>", "<svg viewBox=\"0 0 ", kChartSide,
                  " 10\" preserveAspectRatio=\"none\" role=\"img\"><title>",
                  EscapeHtml(bar.label), ": ", EscapeHtml(bar.value),
                  "</title>");
  if (longest > 0 && SumOf(bar) > 0) AppendParts(bar, longest, out);
  absl::StrAppend(out, "</svg><span class=\"value\">", EscapeHtml(bar.value),
                  "</span></div>\n");
}

}  // namespace

std::string RenderBars(const BarChart& chart) {
  Int128 longest = 0;
  for (const Bar& bar : chart.bars) longest = std::max(longest, SumOf(bar));
  std::string out = absl::StrCat(
      "<figure role=\"group\" aria-label=\"", EscapeHtml(chart.description),
      "\">\n<figcaption>", EscapeHtml(chart.title), "</figcaption>\n",
      Key(chart), "<div class=\"bars\">\n");
  for (const Bar& bar : chart.bars) AppendBar(bar, longest, &out);
  return out + "</div>\n</figure>\n";
}

}  // namespace drawdown
