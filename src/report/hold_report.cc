#include "report/hold_report.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/decimal.h"
#include "report/json.h"
#include "report/quota_cells.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr int kMicroDecimals = 6;

void AddTimeColumns(std::string_view name, std::vector<ReportColumn>* columns) {
  for (const char* unit : {"gpu_seconds", "gpu_hours"}) {
    columns->push_back(
        {absl::StrCat(std::string(name), unit), ColumnKind::kDecimal});
  }
}

std::vector<ReportColumn> ExactColumns() {
  std::vector<ReportColumn> columns = {
      {"hold_id"}, {"tenant"}, {"pool"}, {"state", ColumnKind::kWord}};
  for (const char* name : {"", "held_", "charged_", "drawn_"}) {
    AddTimeColumns(name, &columns);
  }
  for (ReportColumn& column :
       std::vector<ReportColumn>{{"gpus", ColumnKind::kDecimal},
                                 {"run_id"},
                                 {"attempt", ColumnKind::kCount},
                                 {"placed", ColumnKind::kWord},
                                 {"expires", ColumnKind::kWord},
                                 {"renewals", ColumnKind::kCount},
                                 {"held_gpus", ColumnKind::kDecimal}}) {
    columns.push_back(std::move(column));
  }
  return columns;
}

Row ExactRow(const HoldInfo& hold) {
  Row row = {hold.hold_id, hold.tenant, hold.pool,
             std::string(HoldStateName(hold.state))};
  for (const GpuTime time :
       {hold.gpu_time, hold.held, hold.charged, hold.drawn}) {
    row.push_back(SecondsCell(time));
    row.push_back(HoursCell(time));
  }
  row.push_back(GpusCell(hold.micro_gpus));
  row.push_back(hold.run ? Cell(hold.run->run_id) : Cell());
  row.push_back(hold.run ? CountCell(hold.run->attempt) : Cell());
  row.push_back(TimeCell(hold.placed_us));
  row.push_back(TimeCell(hold.expires_us));
  row.push_back(CountCell(hold.renewals));
  row.push_back(GpusCell(hold.held_micro_gpus));
  return row;
}

std::vector<ReportColumn> ReadableColumns() {
  std::vector<ReportColumn> columns = {
      {"hold"}, {"tenant"}, {"pool"}, {"state", ColumnKind::kWord}};
  for (const char* name :
       {"gpu_hours", "charged", "drawn", "held", "gpus", "gpus_held"}) {
    columns.push_back({name, ColumnKind::kDecimal});
  }
  columns.push_back({"run"});
  columns.push_back({"expires", ColumnKind::kWord});
  return columns;
}

Cell RunCell(const std::optional<RunKey>& run) {
  if (!run) return std::nullopt;
  return run->attempt == 1
             ? run->run_id
             : absl::StrCat(run->run_id, " attempt ", run->attempt);
}

Row ReadableRow(const HoldInfo& hold) {
  Row row = {hold.hold_id, hold.tenant, hold.pool,
             std::string(HoldStateName(hold.state))};
  for (const GpuTime time :
       {hold.gpu_time, hold.charged, hold.drawn, hold.held}) {
    row.push_back(ReadableHours(time));
  }
  row.push_back(GpusCell(hold.micro_gpus));
  row.push_back(GpusCell(hold.held_micro_gpus));
  row.push_back(RunCell(hold.run));
  row.push_back(SecondCell(hold.expires_us));
  return row;
}

std::vector<ReportColumn> HoldColumns(Format format) {
  return format == Format::kTable ? ReadableColumns() : ExactColumns();
}

Row HoldRow(const HoldInfo& hold, Format format) {
  return format == Format::kTable ? ReadableRow(hold) : ExactRow(hold);
}

std::vector<ReportColumn> ChangeColumns(Format format) {
  std::vector<ReportColumn> columns = HoldColumns(format);
  columns.push_back({"changed", ColumnKind::kJson});
  return columns;
}

Row ChangeRow(const HoldChange& change, Format format) {
  Row row = HoldRow(change.hold, format);
  row.push_back(BoolCell(change.changed));
  return row;
}

// "; by run r1 (8 GPUs), run r2 (4 GPUs) and 7 more".
std::string DrawnBy(const QuotaRuns& runs) {
  constexpr size_t kNamed = 3;
  const size_t named = std::min(runs.biggest.size(), kNamed);
  std::vector<std::string> parts;
  for (size_t i = 0; i < named; ++i) {
    const QuotaRun& one = runs.biggest[i];
    parts.push_back(absl::StrCat("run ", *RunCell(one.run), " (",
                                 *GpusCell(one.micro_gpus), " GPUs)"));
  }
  if (parts.empty()) return "";
  const uint64_t more = runs.biggest.size() - named + runs.more;
  return absl::StrCat("; by ", absl::StrJoin(parts, ", "),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

std::string EventWords(const Exhaustion& one) {
  if (one.kind == ExhaustionKind::kQuotaExhausted) {
    if (!one.quota) return "quota exhausted: ?";
    return absl::StrCat("quota exhausted: ", one.quota->tenant, " on ",
                        one.quota->pool, ", ", PeriodWords(*one.quota),
                        DrawnBy(one.runs));
  }
  const Cell run = RunCell(one.run);
  return absl::StrCat(
      "hold ", one.hold_id,
      one.kind == ExhaustionKind::kHoldSpent ? " is spent" : " expires",
      run ? ", drawn by run " + *run : "");
}

std::string ExhaustionTable(std::span<const Exhaustion> exhaustions,
                            int64_t now_us) {
  if (exhaustions.empty()) {
    return "nothing will run out if all goes on as it does now\n";
  }
  TextTable table;
  table.columns = {
      {"at", ColumnKind::kWord}, {"in", ColumnKind::kWord}, {"what"}};
  for (const Exhaustion& one : exhaustions) {
    table.rows.push_back({SecondCell(one.at_us), WaitWords(one.at_us - now_us),
                          EventWords(one)});
  }
  return RenderTable(table);
}

std::vector<ReportColumn> ExhaustionColumns() {
  std::vector<ReportColumn> columns = {{"at", ColumnKind::kWord},
                                       {"in_seconds", ColumnKind::kDecimal},
                                       {"kind", ColumnKind::kWord},
                                       {"hold_id"},
                                       {"run_id"},
                                       {"attempt", ColumnKind::kCount}};
  for (ReportColumn& column : ScopeColumns()) columns.push_back(column);
  columns.push_back({"runs", ColumnKind::kJson});
  columns.push_back({"more_runs", ColumnKind::kCount});
  return columns;
}

Cell RunsJson(const QuotaRuns& runs) {
  const std::vector<ReportColumn> columns = {{"run_id"},
                                             {"attempt", ColumnKind::kCount},
                                             {"tenant"},
                                             {"pool"},
                                             {"gpus", ColumnKind::kDecimal}};
  std::string out;
  for (const QuotaRun& one : runs.biggest) {
    absl::StrAppend(&out, out.empty() ? "" : ", ");
    AppendJsonRow(columns,
                  {one.run.run_id, CountCell(one.run.attempt), one.tenant,
                   one.pool, GpusCell(one.micro_gpus)},
                  &out);
  }
  return "[" + out + "]";
}

Row ExhaustionRow(const Exhaustion& one, int64_t now_us) {
  const int64_t wait_us = std::max<int64_t>(one.at_us - now_us, 0);
  Row row = {FormatInstant(one.at_us),
             FormatScaled(wait_us, kMicroDecimals),
             std::string(ExhaustionKindName(one.kind)),
             TextCell(one.hold_id),
             one.run ? Cell(one.run->run_id) : Cell(),
             one.run ? CountCell(one.run->attempt) : Cell()};
  const Row scope =
      one.quota ? ScopeCells(*one.quota) : Row(ScopeColumns().size());
  row.insert(row.end(), scope.begin(), scope.end());
  row.push_back(one.quota ? RunsJson(one.runs) : Cell());
  row.push_back(one.quota ? CountCell(one.runs.more) : Cell());
  return row;
}

}  // namespace

HoldWriter::HoldWriter(Format format, const Sink& sink)
    : format_(format), list_(format, "holds", HoldColumns(format), sink) {}

void HoldWriter::Add(const HoldInfo& hold) {
  list_.Add(HoldRow(hold, format_));
}

void HoldWriter::Finish() { list_.Finish(); }

void WriteHoldChange(const HoldChange& change, Format format,
                     const Sink& sink) {
  const std::vector<ReportColumn> columns = ChangeColumns(format);
  const Row row = ChangeRow(change, format);
  if (format == Format::kTable) return sink(RenderFacts(columns, row));
  if (format == Format::kCsv) return WriteCsv(columns, {row}, sink);
  WriteJsonFacts(columns, row, sink);
}

void WriteHoldChanges(std::span<const HoldChange> changes, Format format,
                      const Sink& sink) {
  ListWriter list(format, "holds", ChangeColumns(format), sink);
  for (const HoldChange& change : changes) list.Add(ChangeRow(change, format));
  list.Finish();
}

std::string WaitWords(int64_t wait_us) {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  const int64_t seconds = wait_us / kMicrosPerSecond;
  if (seconds <= 0) return "now";
  if (seconds < kMinute) return absl::StrCat(seconds, " s");
  if (seconds < kHour) return absl::StrCat(seconds / kMinute, " min");
  if (seconds < kDay) {
    return absl::StrCat(seconds / kHour, " h ", seconds % kHour / kMinute,
                        " min");
  }
  return absl::StrCat(seconds / kDay, " d ", seconds % kDay / kHour, " h");
}

void WriteExhaustions(std::span<const Exhaustion> exhaustions, int64_t now_us,
                      Format format, const Sink& sink) {
  if (format == Format::kTable) {
    return sink(ExhaustionTable(exhaustions, now_us));
  }
  ListWriter list(format, "exhaustions", ExhaustionColumns(), sink);
  for (const Exhaustion& one : exhaustions) {
    list.Add(ExhaustionRow(one, now_us));
  }
  list.Finish();
}

}  // namespace drawdown
