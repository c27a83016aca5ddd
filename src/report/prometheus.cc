#include "report/prometheus.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/decimal.h"

namespace drawdown {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr int kMicroDecimals = 6;

enum class MetricKind : uint8_t { kCounter, kGauge, kInfo };

// A metric family without its samples.
struct Metric {
  std::string name;  // with its unit, without _total or _info
  MetricKind kind = MetricKind::kGauge;
  std::string unit;  // "": a number of things
  std::string help;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string LabelText(const Labels& labels) {
  if (labels.empty()) return "";
  std::string out;
  for (const auto& [name, value] : labels) {
    absl::StrAppend(&out, out.empty() ? "{" : ",", name, "=\"",
                    absl::StrReplaceAll(
                        value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
  }
  return out + "}";
}

std::string SecondsOf(int64_t micros) {
  return FormatScaled(micros, kMicroDecimals);
}

class MetricsWriter {
 public:
  MetricsWriter(MetricsText text, const Sink& sink)
      : open_metrics_(text == MetricsText::kOpenMetrics), sink_(sink) {}

  // What follows are its samples.
  void Start(const Metric& metric) {
    sample_ = metric.name;
    if (metric.kind == MetricKind::kCounter) sample_ += "_total";
    if (metric.kind == MetricKind::kInfo) sample_ += "_info";
    // The older format names the sample, and has no infos.
    const std::string name = open_metrics_ ? metric.name : sample_;
    absl::StrAppend(&out_, "# HELP ", name, " ", metric.help, "\n", "# TYPE ",
                    name, " ", KindName(metric.kind), "\n");
    if (open_metrics_ && !metric.unit.empty()) {
      absl::StrAppend(&out_, "# UNIT ", name, " ", metric.unit, "\n");
    }
  }

  void Add(const Labels& labels, std::string_view value) {
    absl::StrAppend(&out_, sample_, LabelText(labels), " ", std::string(value),
                    "\n");
    if (out_.size() < kPieceBytes) return;
    sink_(out_);
    out_.clear();
  }

  void One(const Metric& metric, const std::optional<std::string>& value) {
    Start(metric);
    if (value) Add({}, *value);
  }

  void Finish() {
    if (open_metrics_) out_ += "# EOF\n";
    sink_(out_);
  }

 private:
  std::string KindName(MetricKind kind) const {
    if (kind == MetricKind::kCounter) return "counter";
    return kind == MetricKind::kInfo && open_metrics_ ? "info" : "gauge";
  }

  const bool open_metrics_;
  const Sink& sink_;
  std::string sample_;
  std::string out_;
};

void WriteUsageMetric(const UsageAnswer& usage, MetricsWriter* out) {
  out->Start({"drawdown_usage_gpu_seconds", MetricKind::kCounter, "gpu_seconds",
              "GPU time in the books: runs up to now, imports and live meters. "
              "A correction may lower it."});
  for (const UsageRow& row : usage.rows) {
    CHECK(row.group.size() == 2);
    out->Add({{"tenant", row.group[0]}, {"pool", row.group[1]}},
             FormatGpuSeconds(row.gpu_time));
  }
}

void WriteDrainMetrics(const LiveView& live, MetricsWriter* out) {
  const bool drained = live.last_drain_us > 0;
  // Another process may drain between our looking at the clock and at it.
  const int64_t lag_us = std::max<int64_t>(live.at_us - live.last_drain_us, 0);
  out->One({"drawdown_undrained_gpu_seconds", MetricKind::kGauge, "gpu_seconds",
            "GPU time counted by live meters and not yet durable against power "
            "loss."},
           FormatGpuSeconds(live.undrained));
  out->One({"drawdown_drain_lag_seconds", MetricKind::kGauge, "seconds",
            "Time since live meters were last drained; absent before the first "
            "drain since boot."},
           drained ? std::optional(SecondsOf(lag_us)) : std::nullopt);
  out->One({"drawdown_flip_lateness_seconds", MetricKind::kGauge, "seconds",
            "How long after the start of its bucket the counting last went "
            "over to a new bucket."},
           SecondsOf(live.flip_lateness_us));
  out->One({"drawdown_longest_flip_lateness_seconds", MetricKind::kGauge,
            "seconds", "The longest such lateness since boot."},
           SecondsOf(live.longest_flip_lateness_us));
  out->One({"drawdown_flips", MetricKind::kCounter, "",
            "Times the counting went over to a new bucket since boot."},
           absl::StrCat(live.flips));
  out->One({"drawdown_regressions", MetricKind::kCounter, "",
            "Regression records in the journal: usage may be missing."},
           absl::StrCat(live.regressions));
  out->One({"drawdown_rejected_records", MetricKind::kCounter, "",
            "Negative amounts given to Record, which were not counted."},
           absl::StrCat(live.rejected));
}

void WriteProcessMetrics(const LedgerMetrics& metrics, MetricsWriter* out) {
  const std::vector<LiveOwner>& owners = metrics.live.owners;
  const auto counting =
      std::count_if(owners.begin(), owners.end(),
                    [](const LiveOwner& owner) { return owner.counting; });
  out->One({"drawdown_metering_processes", MetricKind::kGauge, "",
            "Processes that may be counting in live meters of this ledger."},
           absl::StrCat(counting));
  out->One({"drawdown_lanes_files", MetricKind::kGauge, "",
            "Files of counters, those of ended processes that are not drained "
            "yet included."},
           absl::StrCat(owners.size()));
  out->One({"drawdown_open_ledgers", MetricKind::kGauge, "",
            "Ledgers that the process which wrote this text has open: 1 when "
            "the drawdown program wrote it."},
           absl::StrCat(metrics.open_ledgers));
  out->One({"drawdown_journal_entries", MetricKind::kGauge, "",
            "Entries in the journal of the ledger."},
           absl::StrCat(metrics.info.entries));
  out->Start({"drawdown", MetricKind::kInfo, "",
              "The ledger's uuid and format, and the version of the program."});
  out->Add({{"uuid", metrics.info.uuid},
            {"format", absl::StrCat(metrics.info.format)},
            {"version", metrics.version}},
           "1");
}

}  // namespace

void WriteMetrics(const LedgerMetrics& metrics, MetricsText text,
                  const Sink& sink) {
  MetricsWriter out(text, sink);
  WriteUsageMetric(metrics.usage, &out);
  WriteDrainMetrics(metrics.live, &out);
  WriteProcessMetrics(metrics, &out);
  out.Finish();
}

}  // namespace drawdown
