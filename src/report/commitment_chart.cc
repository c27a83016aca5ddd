#include "report/commitment_chart.h"

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "report/amount_text.h"
#include "report/svg_time_chart.h"

namespace drawdown {
namespace {

// Gathers lines and table rows point by point.
class Drawing {
 public:
  Drawing(const ContractForecast& contract,
          const CommitmentForecast& commitment)
      : contract_(contract),
        commitment_(commitment),
        interval_(commitment.intervals.front()),
        daily_(interval_.summed) {
    drawn_ = {"drawn", LineLook::kActual, {}};
    projected_ = {"projected", LineLook::kProjected, {}};
    limit_ = {daily_ ? "contracted" : "contracted by the end",
              LineLook::kLimit,
              {},
              true};
    band_ = {"range of past errors", {}};
  }

  void Draw(HtmlPage* page) {
    if (!daily_) {
      AddPoint(interval_.start_us, {});
      limit_.points = {{interval_.start_us, interval_.contracted},
                       {interval_.end_us, interval_.contracted}};
    }
    for (const ForecastPoint& point : commitment_.path) {
      if (point.start_us < interval_.end_us) Add(point);
    }
    page->Chart(RenderTimeChart(Chart()), Data());
  }

 private:
  void Add(const ForecastPoint& point) {
    sum_.low += point.drawn.low;
    sum_.mid += point.drawn.mid;
    sum_.high += point.drawn.high;
    if (daily_) {
      // A rate, so that a day that is cut is as high as its neighbours.
      const ForecastBand rate = {PerDay(point, point.drawn.low),
                                 PerDay(point, point.drawn.mid),
                                 PerDay(point, point.drawn.high)};
      AddPoint((point.start_us + point.end_us) / 2, rate);
      limit_.points.push_back({point.start_us, PerDay(point, point.due)});
      last_due_ = PerDay(point, point.due);
    } else {
      AddPoint(point.end_us, sum_);
    }
    AddRow(point);
  }

  static Int128 PerDay(const ForecastPoint& point, Int128 amount) {
    constexpr Int128 kDay = Int128{24} * kMicrosPerHour;
    const auto scaled =
        MulDivHalfEven(amount, kDay, point.end_us - point.start_us);
    return scaled.ok() ? *scaled : 0;
  }

  void AddPoint(int64_t at_us, const ForecastBand& amount) {
    const int64_t now_us = contract_.at_us;
    if (at_us <= now_us) {
      drawn_.points.push_back({at_us, amount.mid});
      last_ = amount;
      last_us_ = at_us;
      return;
    }
    if (projected_.points.empty() && !drawn_.points.empty()) {
      projected_.points.push_back({last_us_, last_.mid});
      band_.points.push_back({last_us_, last_.mid, last_.mid});
    }
    projected_.points.push_back({at_us, amount.mid});
    band_.points.push_back({at_us, amount.low, amount.high});
  }

  TimeChart Chart() {
    TimeChart chart;
    const bool money = commitment_.spend;
    const std::string unit =
        money ? contract_.currency.ToString() : "GPU-hours";
    chart.unit = money ? kAttosPerUnit : Int128{kMicrosPerHour};
    chart.unit_name = daily_ ? unit + " a day" : unit;
    chart.title = absl::StrCat(commitment_.commitment,
                               daily_ ? ": drawn against the ramp"
                                      : ": drawn down against the commitment");
    chart.from_us = interval_.start_us;
    chart.to_us = interval_.end_us;
    if (contract_.at_us > chart.from_us && contract_.at_us < chart.to_us) {
      chart.now_us = contract_.at_us;
    }
    chart.description =
        absl::StrCat("From ", FormatInstant(chart.from_us), " to ",
                     FormatInstant(chart.to_us), ": contracted ",
                     Readable(interval_.contracted), " ", unit, ", drawn ",
                     Readable(interval_.drawn), " so far, projected ",
                     Readable(interval_.projected.mid),
                     " by the end. The table below has each day.");
    if (daily_) limit_.points.push_back({chart.to_us, last_due_});
    chart.lines = {limit_, drawn_, projected_};
    chart.bands = {band_};
    return chart;
  }

  std::string Readable(Int128 amount) const {
    return ReadableAmount(commitment_.spend, contract_.currency, amount);
  }

  void AddRow(const ForecastPoint& point) {
    const bool to_come = point.start_us >= contract_.at_us;
    Row row = {TimeCell(point.start_us), to_come ? "projected" : "drawn"};
    if (daily_) row.push_back(Readable(point.due));
    for (const Int128 amount :
         {point.drawn.mid, daily_ ? point.drawn.low : sum_.mid,
          daily_ ? point.drawn.high : sum_.low}) {
      row.push_back(Readable(amount));
    }
    if (!daily_) row.push_back(Readable(sum_.high));
    rows_.push_back(row);
  }

  HtmlTable Data() const {
    std::vector<ReportColumn> columns = {{"from", ColumnKind::kWord},
                                         {"what", ColumnKind::kWord}};
    std::vector<const char*> names = {"drawn", "sum", "sum_low", "sum_high"};
    if (daily_) names = {"contracted", "drawn", "low", "high"};
    for (const char* name : names) {
      columns.push_back({name, ColumnKind::kDecimal});
    }
    return {commitment_.commitment + ": figures of the chart", columns, rows_};
  }

  const ContractForecast& contract_;
  const CommitmentForecast& commitment_;
  const ForecastInterval& interval_;
  const bool daily_;
  ChartLine drawn_;
  ChartLine projected_;
  ChartLine limit_;
  ChartBand band_;
  ForecastBand sum_;
  ForecastBand last_;
  int64_t last_us_ = 0;
  Int128 last_due_ = 0;
  std::vector<Row> rows_;
};

}  // namespace

void AddCommitmentChart(const ContractForecast& contract,
                        const CommitmentForecast& commitment, HtmlPage* page) {
  if (commitment.intervals.empty()) return;
  Drawing(contract, commitment).Draw(page);
}

}  // namespace drawdown
