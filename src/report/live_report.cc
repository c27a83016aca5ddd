#include "report/live_report.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr int kGpuDecimals = 3;
constexpr int kMicroDecimals = 6;
constexpr int64_t kMicrosPerTenth = kMicrosPerSecond / 10;
// So many processes are named in a table; CSV and JSON name all.
constexpr size_t kShownPids = 4;

constexpr char kNothing[] =
    "nothing is used now: no run is open, and no meter has counted in this "
    "bucket.\n`drawdown import runs` brings runs in; a program counts through "
    "Ledger::meter\n(drawdown/meter.h).\n";

Cell GpusCell(const std::optional<Int128>& milli_gpus, int min_decimals) {
  if (!milli_gpus) return std::nullopt;
  return FormatScaled(*milli_gpus, kGpuDecimals, min_decimals);
}

Cell MicrosCell(const std::optional<int64_t>& micros) {
  if (!micros) return std::nullopt;
  return FormatScaled(*micros, kMicroDecimals);
}

std::optional<int64_t> DrainLag(const LiveView& live) {
  if (live.last_drain_us <= 0) return std::nullopt;
  return std::max<int64_t>(live.at_us - live.last_drain_us, 0);
}

std::vector<uint32_t> CountingPids(const LiveView& live) {
  std::vector<uint32_t> pids;
  for (const LiveOwner& owner : live.owners) {
    if (owner.counting) pids.push_back(owner.pid);
  }
  return pids;
}

// --- the table ---------------------------------------------------------------

// None when there is not one for every row.
template <typename Member>
std::optional<Int128> SumOf(const std::vector<LiveTableRow>& rows,
                            Member member) {
  if (rows.empty()) return std::nullopt;
  Int128 sum = 0;
  for (const LiveTableRow& row : rows) {
    if (!(row.*member)) return std::nullopt;
    sum += *(row.*member);
  }
  return sum;
}

std::string UseLine(const LiveTable& table) {
  GpuTime in_bucket;
  for (const LiveTableRow& row : table.rows) in_bucket += row.in_bucket;
  std::string out;
  const Cell now =
      GpusCell(SumOf(table.rows, &LiveTableRow::milli_gpus_now), kGpuDecimals);
  const Cell minute = GpusCell(
      SumOf(table.rows, &LiveTableRow::milli_gpus_minute), kGpuDecimals);
  if (now) absl::StrAppend(&out, GroupThousands(*now), " GPUs in use");
  if (minute)
    absl::StrAppend(&out, ", ", GroupThousands(*minute), " over a minute");
  return absl::StrCat(out, out.empty() ? "" : "; ",
                      GroupThousands(ReadableHours(in_bucket)),
                      " GPU-hours in this bucket\n");
}

// "3.4 s".
std::string Tenths(int64_t micros) {
  const Int128 tenths = DivHalfEven(micros, kMicrosPerTenth);
  return absl::StrCat(GroupThousands(FormatScaled(tenths, 1, 1)), " s");
}

std::string MeterLines(const LiveView& live) {
  const std::optional<int64_t> lag_us = DrainLag(live);
  if (!lag_us && live.owners.empty()) return "no live meter since boot\n";
  const size_t processes = CountingPids(live).size();
  std::string out = absl::StrCat(
      GroupThousands(absl::StrCat(processes)),
      processes == 1 ? " process" : " processes", " counting; ",
      GroupThousands(ReadableHours(live.undrained)), " GPU-hours undrained");
  if (lag_us) absl::StrAppend(&out, ", drained ", Tenths(*lag_us), " ago");
  out += "\n";
  if (live.flips > 0) {
    absl::StrAppend(&out, "last flip ", *MicrosCell(live.flip_lateness_us),
                    " s late, longest ",
                    *MicrosCell(live.longest_flip_lateness_us), " s\n");
  }
  return out;
}

std::string HeaderLines(const LiveTable& table) {
  const int64_t second_us = table.at_us - table.at_us % kMicrosPerSecond;
  return absl::StrCat(InertText(table.ledger), "  ", FormatInstant(second_us),
                      "  bucket ", FormatInstant(table.bucket_start_us), " (",
                      table.bucket_us / kMicrosPerMinute, " min)\n",
                      UseLine(table), MeterLines(table.live));
}

std::string ShownPids(const std::vector<uint32_t>& pids) {
  const size_t shown = std::min(pids.size(), kShownPids);
  std::string out = absl::StrJoin(pids.begin(), pids.begin() + shown, " ");
  if (shown < pids.size()) absl::StrAppend(&out, " +", pids.size() - shown);
  return out;
}

// --- CSV and JSON ------------------------------------------------------------

std::vector<ReportColumn> ExactColumns(Format format) {
  const bool json = format == Format::kJson;
  std::vector<ReportColumn> columns = {
      {"tenant"},
      {"pool"},
      {"gpu_seconds", ColumnKind::kDecimal},
      {"gpu_hours", ColumnKind::kDecimal},
      {"gpus_now", ColumnKind::kDecimal},
      {"gpus_1m", ColumnKind::kDecimal},
      {"pids", json ? ColumnKind::kJson : ColumnKind::kWord}};
  if (!json) columns.insert(columns.begin(), {"at", ColumnKind::kWord});
  return columns;
}

std::string JsonPids(const std::vector<uint32_t>& pids) {
  return absl::StrCat("[", absl::StrJoin(pids, ", "), "]");
}

Row ExactRow(const LiveTableRow& row, Format format, int64_t at_us) {
  const bool json = format == Format::kJson;
  Row cells = {row.tenant,
               row.pool,
               SecondsCell(row.in_bucket),
               HoursCell(row.in_bucket),
               GpusCell(row.milli_gpus_now, 0),
               GpusCell(row.milli_gpus_minute, 0),
               json ? JsonPids(row.pids) : absl::StrJoin(row.pids, " ")};
  if (!json) cells.insert(cells.begin(), TimeCell(at_us));
  return cells;
}

void WriteLiveJson(const LiveTable& table, const std::vector<Row>& rows,
                   const Sink& sink) {
  const LiveView& live = table.live;
  JsonObject json(sink);
  json.Text("ledger", table.ledger);
  json.Text("at", TimeCell(table.at_us));
  json.Text("bucket", TimeCell(table.bucket_start_us));
  json.Text("bucket_seconds", MicrosCell(table.bucket_us));
  json.Text("undrained_gpu_seconds", SecondsCell(live.undrained));
  json.Text("undrained_gpu_hours", HoursCell(live.undrained));
  json.Text("drain_lag_seconds", MicrosCell(DrainLag(live)));
  json.Text("flip_lateness_seconds", MicrosCell(live.flip_lateness_us));
  json.Text("longest_flip_lateness_seconds",
            MicrosCell(live.longest_flip_lateness_us));
  json.Count("flips", live.flips);
  json.Count("regressions", live.regressions);
  json.Count("rejected", live.rejected);
  json.Member({"pids", ColumnKind::kJson}, JsonPids(CountingPids(live)));
  json.Rows("rows", ExactColumns(Format::kJson), rows);
  json.Close();
}

}  // namespace

void SortLiveRows(std::vector<LiveTableRow>* rows) {
  std::sort(rows->begin(), rows->end(),
            [](const LiveTableRow& a, const LiveTableRow& b) {
              return std::tie(b.milli_gpus_now, b.in_bucket, a.tenant, a.pool) <
                     std::tie(a.milli_gpus_now, a.in_bucket, b.tenant, b.pool);
            });
}

std::string RenderLive(const LiveTable& table) {
  if (table.rows.empty()) return HeaderLines(table) + "\n" + kNothing;
  TextTable text;
  text.columns = {{"tenant"},
                  {"pool"},
                  {"gpu_hours", ColumnKind::kDecimal},
                  {"gpus_now", ColumnKind::kDecimal},
                  {"gpus_1m", ColumnKind::kDecimal},
                  {"pids"}};
  for (const LiveTableRow& row : table.rows) {
    text.rows.push_back({row.tenant, row.pool, ReadableHours(row.in_bucket),
                         GpusCell(row.milli_gpus_now, kGpuDecimals),
                         GpusCell(row.milli_gpus_minute, kGpuDecimals),
                         TextCell(ShownPids(row.pids))});
  }
  return absl::StrCat(HeaderLines(table), "\n", RenderTable(text));
}

void WriteLive(const LiveTable& table, Format format, bool first,
               const Sink& sink) {
  if (format == Format::kTable) {
    return sink((first ? "" : "\n") + RenderLive(table));
  }
  std::vector<Row> rows;
  for (const LiveTableRow& row : table.rows) {
    rows.push_back(ExactRow(row, format, table.at_us));
  }
  if (format == Format::kJson) return WriteLiveJson(table, rows, sink);
  const std::vector<ReportColumn> columns = ExactColumns(format);
  std::string text;
  if (first) AppendCsvHeader(columns, &text);
  for (const Row& row : rows) AppendCsvRow(columns, row, &text);
  sink(text);
}

}  // namespace drawdown
