#include "report/usage_report.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr std::array<std::string_view, 5> kDimensionNames = {
    "tenant", "pool", "hour", "day", "month"};

std::vector<ReportColumn> GroupColumns(const std::vector<UsageDimension>& by) {
  std::vector<ReportColumn> columns;
  for (const UsageDimension dimension : by) {
    const bool chosen = dimension == UsageDimension::kTenant ||
                        dimension == UsageDimension::kPool;
    columns.push_back({std::string(UsageDimensionName(dimension)),
                       chosen ? ColumnKind::kText : ColumnKind::kWord});
  }
  return columns;
}

std::vector<UsageRow> RowsOf(const UsageAnswer& answer,
                             const std::vector<UsageDimension>& by) {
  if (by.empty()) return {UsageRow{{}, answer.total}};
  return answer.rows;
}

Row ExactRow(const UsageRow& usage) {
  Row row(usage.group.begin(), usage.group.end());
  row.push_back(SecondsCell(usage.gpu_time));
  row.push_back(HoursCell(usage.gpu_time));
  return row;
}

// part / total in percent, one decimal; no value where that says nothing.
Cell ShareCell(GpuTime part, GpuTime total) {
  if (!total.valid() || !part.valid() || total.count() <= 0) {
    return std::nullopt;
  }
  const auto permille = MulDivHalfEven(part.count(), 1'000, total.count());
  if (!permille.ok()) return std::nullopt;
  return FormatScaled(*permille, 1, 1);
}

Row ReadableRow(const UsageRow& usage, GpuTime total) {
  Row row(usage.group.begin(), usage.group.end());
  row.push_back(ReadableHours(usage.gpu_time));
  row.push_back(ShareCell(usage.gpu_time, total));
  return row;
}

Row TotalRow(const UsageAnswer& answer, size_t groups) {
  Row row(groups);
  row.front() = "total";
  row.push_back(ReadableHours(answer.total));
  row.push_back(ShareCell(answer.total, answer.total));
  return row;
}

std::string UsageTable(const UsageAnswer& answer,
                       const std::vector<UsageDimension>& by) {
  std::string out = absl::StrCat(FormatInstant(answer.from_us), " to ",
                                 FormatInstant(answer.to_us), ", ");
  if (by.empty() || answer.rows.empty()) {
    return absl::StrCat(out, GroupThousands(ReadableHours(answer.total)),
                        " GPU-hours\n");
  }
  TextTable table = {GroupColumns(by)};
  table.columns.push_back({"gpu_hours", ColumnKind::kDecimal});
  table.columns.push_back({"share_%", ColumnKind::kDecimal});
  for (const UsageRow& usage : answer.rows) {
    table.rows.push_back(ReadableRow(usage, answer.total));
  }
  table.total = TotalRow(answer, by.size());
  return absl::StrCat(out, CountOf(answer.rows.size(), "row"), "\n",
                      RenderTable(table));
}

}  // namespace

std::string_view UsageDimensionName(UsageDimension dimension) {
  const auto index = static_cast<size_t>(dimension);
  CHECK(index < kDimensionNames.size());
  return kDimensionNames[index];
}

std::optional<UsageDimension> ParseUsageDimension(std::string_view name) {
  for (size_t i = 0; i < kDimensionNames.size(); ++i) {
    if (kDimensionNames[i] == name) return static_cast<UsageDimension>(i);
  }
  return std::nullopt;
}

void WriteUsage(const UsageAnswer& answer,
                const std::vector<UsageDimension>& by, Format format,
                const Sink& sink) {
  if (format == Format::kTable) return sink(UsageTable(answer, by));
  std::vector<ReportColumn> columns = GroupColumns(by);
  columns.push_back({"gpu_seconds", ColumnKind::kDecimal});
  columns.push_back({"gpu_hours", ColumnKind::kDecimal});
  std::vector<Row> rows;
  for (const UsageRow& usage : RowsOf(answer, by)) {
    rows.push_back(ExactRow(usage));
  }
  if (format == Format::kCsv) return WriteCsv(columns, rows, sink);
  JsonObject json(sink);
  json.Text("from", TimeCell(answer.from_us));
  json.Text("to", TimeCell(answer.to_us));
  json.Text("total_gpu_seconds", SecondsCell(answer.total));
  json.Text("total_gpu_hours", HoursCell(answer.total));
  json.Rows("rows", columns, rows);
  json.Texts("notes", answer.notes);
  json.Close();
}

}  // namespace drawdown
