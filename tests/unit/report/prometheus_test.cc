#include "report/prometheus.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

LedgerMetrics BusyMetrics() {
  LedgerMetrics metrics;
  metrics.version = "0.1.0";
  metrics.info.uuid = "48f277e0-58b8-461f-b81f-9b4909d99621";
  metrics.info.format = 2;
  metrics.info.entries = 5'102;
  metrics.open_ledgers = 1;
  metrics.usage.rows = {{{"acme/chat", "aws/us/gb200"}, GpuTime(12'500'000)},
                        {{"a \"b\\c\"\nd", "p"}, GpuTime(Int128{1} << 100)}};
  LiveView& live = metrics.live;
  live.at_us = 1'000'400'000;
  live.last_drain_us = 1'000'000'000;
  live.undrained = GpuTime(1);
  live.flip_lateness_us = 132;
  live.longest_flip_lateness_us = 2'000'001;
  live.flips = 7;
  live.regressions = 2;
  live.rejected = 3;
  live.owners.resize(3);
  live.owners[0].counting = true;
  live.owners[2].counting = true;
  return metrics;
}

std::string Text(const LedgerMetrics& metrics, MetricsText text) {
  return Collect([&](const Sink& sink) { WriteMetrics(metrics, text, sink); });
}

// The lines of `text` that are no HELP, which is prose.
std::string WithoutHelp(const std::string& text) {
  std::string out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = text.find('\n', start) + 1;
    const std::string line = text.substr(start, end - start);
    if (line.rfind("# HELP ", 0) != 0) out += line;
    start = end;
  }
  return out;
}

TEST(PrometheusTest, ClassicText) {
  EXPECT_EQ(WithoutHelp(Text(BusyMetrics(), MetricsText::kPrometheus)),
            R"(# TYPE drawdown_usage_gpu_seconds_total counter
drawdown_usage_gpu_seconds_total{tenant="acme/chat",pool="aws/us/gb200"} 12.5
drawdown_usage_gpu_seconds_total{tenant="a \"b\\c\"\nd",pool="p"} )"
            R"(1267650600228229401496703.205376
# TYPE drawdown_undrained_gpu_seconds gauge
drawdown_undrained_gpu_seconds 0.000001
# TYPE drawdown_drain_lag_seconds gauge
drawdown_drain_lag_seconds 0.4
# TYPE drawdown_flip_lateness_seconds gauge
drawdown_flip_lateness_seconds 0.000132
# TYPE drawdown_longest_flip_lateness_seconds gauge
drawdown_longest_flip_lateness_seconds 2.000001
# TYPE drawdown_flips_total counter
drawdown_flips_total 7
# TYPE drawdown_regressions_total counter
drawdown_regressions_total 2
# TYPE drawdown_rejected_records_total counter
drawdown_rejected_records_total 3
# TYPE drawdown_metering_processes gauge
drawdown_metering_processes 2
# TYPE drawdown_lanes_files gauge
drawdown_lanes_files 3
# TYPE drawdown_open_ledgers gauge
drawdown_open_ledgers 1
# TYPE drawdown_journal_entries gauge
drawdown_journal_entries 5102
# TYPE drawdown_info gauge
drawdown_info{uuid="48f277e0-58b8-461f-b81f-9b4909d99621",format="2",version="0.1.0"} 1
)");
}

TEST(PrometheusTest, OpenMetricsText) {
  EXPECT_EQ(WithoutHelp(Text(BusyMetrics(), MetricsText::kOpenMetrics)),
            R"(# TYPE drawdown_usage_gpu_seconds counter
# UNIT drawdown_usage_gpu_seconds gpu_seconds
drawdown_usage_gpu_seconds_total{tenant="acme/chat",pool="aws/us/gb200"} 12.5
drawdown_usage_gpu_seconds_total{tenant="a \"b\\c\"\nd",pool="p"} )"
            R"(1267650600228229401496703.205376
# TYPE drawdown_undrained_gpu_seconds gauge
# UNIT drawdown_undrained_gpu_seconds gpu_seconds
drawdown_undrained_gpu_seconds 0.000001
# TYPE drawdown_drain_lag_seconds gauge
# UNIT drawdown_drain_lag_seconds seconds
drawdown_drain_lag_seconds 0.4
# TYPE drawdown_flip_lateness_seconds gauge
# UNIT drawdown_flip_lateness_seconds seconds
drawdown_flip_lateness_seconds 0.000132
# TYPE drawdown_longest_flip_lateness_seconds gauge
# UNIT drawdown_longest_flip_lateness_seconds seconds
drawdown_longest_flip_lateness_seconds 2.000001
# TYPE drawdown_flips counter
drawdown_flips_total 7
# TYPE drawdown_regressions counter
drawdown_regressions_total 2
# TYPE drawdown_rejected_records counter
drawdown_rejected_records_total 3
# TYPE drawdown_metering_processes gauge
drawdown_metering_processes 2
# TYPE drawdown_lanes_files gauge
drawdown_lanes_files 3
# TYPE drawdown_open_ledgers gauge
drawdown_open_ledgers 1
# TYPE drawdown_journal_entries gauge
drawdown_journal_entries 5102
# TYPE drawdown info
drawdown_info{uuid="48f277e0-58b8-461f-b81f-9b4909d99621",format="2",version="0.1.0"} 1
# EOF
)");
}

TEST(PrometheusTest, EveryMetricHasHelp) {
  for (const MetricsText kind :
       {MetricsText::kPrometheus, MetricsText::kOpenMetrics}) {
    const std::string text = Text(BusyMetrics(), kind);
    for (size_t at = text.find("# TYPE "); at != std::string::npos;
         at = text.find("# TYPE ", at + 1)) {
      const size_t name = at + std::string_view("# TYPE ").size();
      const std::string help =
          "# HELP " + text.substr(name, text.find(' ', name) + 1 - name);
      EXPECT_NE(text.find(help), std::string::npos) << help;
    }
  }
}

TEST(PrometheusTest, BeforeTheFirstDrainThereIsNoLag) {
  const std::string text = Text(LedgerMetrics(), MetricsText::kPrometheus);
  EXPECT_EQ(text.find("\ndrawdown_drain_lag_seconds"), std::string::npos);
  EXPECT_NE(text.find("\ndrawdown_undrained_gpu_seconds 0\n"),
            std::string::npos);
  EXPECT_EQ(text.find("{tenant="), std::string::npos);
}

TEST(PrometheusTest, ADrainDuringTheReadingIsNoNegativeLag) {
  LedgerMetrics metrics = BusyMetrics();
  metrics.live.last_drain_us = metrics.live.at_us + 5;
  EXPECT_NE(Text(metrics, MetricsText::kPrometheus)
                .find("\ndrawdown_drain_lag_seconds 0\n"),
            std::string::npos);
}

}  // namespace
}  // namespace drawdown
