#include "report/svg_time_chart.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "report/chart_axis.h"
#include "report/html_text.h"

namespace drawdown {
namespace {

std::string_view LookClass(LineLook look) {
  switch (look) {
    case LineLook::kActual:
      return "actual";
    case LineLook::kProjected:
      return "projected";
    case LineLook::kLimit:
      return "limit";
    case LineLook::kWhatIf:
      return "what_if";
  }
  return "actual";
}

// Where instants and amounts are in the square that is drawn in.
class Frame {
 public:
  explicit Frame(const TimeChart& chart)
      : chart_(chart), ticks_(AmountTicks(Largest(chart), chart.unit)) {}

  const std::vector<AmountTick>& ticks() const { return ticks_; }
  int X(int64_t at_us) const {
    return ChartPosition(Int128{at_us} - chart_.from_us,
                         Int128{chart_.to_us} - chart_.from_us);
  }
  int Y(Int128 amount) const {
    return kChartSide - ChartPosition(amount, ticks_.back().amount);
  }
  std::string Point(int64_t at_us, Int128 amount) const {
    return absl::StrCat(X(at_us), ",", Y(amount), " ");
  }

 private:
  static Int128 Largest(const TimeChart& chart) {
    Int128 largest = 0;
    for (const ChartLine& line : chart.lines) {
      for (const ChartPoint& point : line.points) {
        largest = std::max(largest, point.amount);
      }
    }
    for (const ChartBand& band : chart.bands) {
      for (const BandPoint& point : band.points) {
        largest = std::max(largest, point.high);
      }
    }
    return largest;
  }

  const TimeChart& chart_;
  const std::vector<AmountTick> ticks_;
};

void AppendRule(int x1, int y1, int x2, int y2, const char* look,
                std::string* out) {
  absl::StrAppend(out, "<line class=\"", look, "\" x1=\"", x1, "\" y1=\"", y1,
                  "\" x2=\"", x2, "\" y2=\"", y2, "\"/>");
}

void AppendBand(const ChartBand& band, const Frame& frame, std::string* out) {
  out->append("<polygon class=\"band\" points=\"");
  for (const BandPoint& point : band.points) {
    out->append(frame.Point(point.at_us, point.high));
  }
  for (auto point = band.points.rbegin(); point != band.points.rend();
       ++point) {
    out->append(frame.Point(point->at_us, point->low));
  }
  out->append("\"/>");
}

void AppendLine(const ChartLine& line, const Frame& frame, std::string* out) {
  out->append("<polyline class=\"line ").append(LookClass(line.look));
  out->append("\" points=\"");
  Int128 before = 0;
  bool first = true;
  for (const ChartPoint& point : line.points) {
    if (line.steps && !first) out->append(frame.Point(point.at_us, before));
    out->append(frame.Point(point.at_us, point.amount));
    before = point.amount;
    first = false;
  }
  out->append("\"/>");
}

std::string Svg(const TimeChart& chart, const Frame& frame) {
  std::string out =
      absl::StrCat("<svg viewBox=\"0 0 ", kChartSide, " ", kChartSide,
                   "\" preserveAspectRatio=\"none\" role=\"img\">\n<title>",
                   EscapeHtml(chart.title), "</title>\n<desc>",
                   EscapeHtml(chart.description), "</desc>\n");
  for (const AmountTick& tick : frame.ticks()) {
    const int y = frame.Y(tick.amount);
    AppendRule(0, y, kChartSide, y, tick.amount == 0 ? "base" : "grid", &out);
  }
  for (const ChartBand& band : chart.bands) AppendBand(band, frame, &out);
  if (chart.now_us.has_value()) {
    const int x = frame.X(*chart.now_us);
    AppendRule(x, 0, x, kChartSide, "at", &out);
  }
  for (const ChartLine& line : chart.lines) AppendLine(line, frame, &out);
  return out + "</svg>\n";
}

void AppendLabel(std::string_view look, const char* side, int position,
                 const std::string& text, std::string* out) {
  out->append("<span class=\"axis ").append(look);
  absl::StrAppend(out, "\" aria-hidden=\"true\" style=\"", side, ":",
                  CssPercent(position), "\">", EscapeHtml(text), "</span>");
}

// Labels at the very ends are drawn inwards; every other one goes on a narrow
// screen.
std::string XLook(size_t index, int x) {
  std::string look = "x";
  if (x < 40) look += " first";
  if (x > kChartSide - 40) look += " last";
  if (index % 2 == 1) look += " optional";
  return look;
}

std::string Labels(const TimeChart& chart, const Frame& frame) {
  std::string out;
  for (const AmountTick& tick : frame.ticks()) {
    AppendLabel("y", "top", frame.Y(tick.amount), tick.label, &out);
  }
  size_t index = 0;
  for (const TimeTick& tick : TimeTicks(chart.from_us, chart.to_us)) {
    const int x = frame.X(tick.at_us);
    AppendLabel(XLook(index++, x), "left", x, tick.label, &out);
  }
  if (chart.now_us.has_value()) {
    AppendLabel("now", "left", frame.X(*chart.now_us), "now", &out);
  }
  return out;
}

std::string Key(const TimeChart& chart) {
  std::string out = "<ul class=\"key\">";
  for (const ChartLine& line : chart.lines) {
    absl::StrAppend(&out,
                    "<li><svg viewBox=\"0 0 32 10\" aria-hidden=\"true\">"
                    "<polyline class=\"line ");
    out.append(LookClass(line.look));
    absl::StrAppend(&out, "\" points=\"0,5 32,5\"/></svg>",
                    EscapeHtml(line.name), "</li>");
  }
  for (const ChartBand& band : chart.bands) {
    absl::StrAppend(&out,
                    "<li><svg viewBox=\"0 0 32 10\" aria-hidden=\"true\">"
                    "<rect class=\"band\" width=\"32\" height=\"10\"/></svg>",
                    EscapeHtml(band.name), "</li>");
  }
  return out + "</ul>\n";
}

}  // namespace

std::string RenderTimeChart(const TimeChart& chart) {
  const Frame frame(chart);
  return absl::StrCat("<figure>\n<figcaption>", EscapeHtml(chart.title), ", ",
                      EscapeHtml(chart.unit_name), "</figcaption>\n",
                      Key(chart), "<div class=\"plot\">", Svg(chart, frame),
                      Labels(chart, frame), "</div>\n</figure>\n");
}

}  // namespace drawdown
