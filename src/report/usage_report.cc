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
  if (by.empty()) return {UsageRow{{}, answer.total, answer.waived}};
  return answer.rows;
}

Row ExactRow(const UsageRow& usage, bool net) {
  Row row(usage.group.begin(), usage.group.end());
  row.push_back(SecondsCell(usage.gpu_time));
  row.push_back(HoursCell(usage.gpu_time));
  if (!net) return row;
  row.push_back(SecondsCell(usage.waived));
  row.push_back(SecondsCell(usage.gpu_time - usage.waived));
  row.push_back(HoursCell(usage.gpu_time - usage.waived));
  return row;
}

std::vector<ReportColumn> ExactColumns(const UsageQuery& query) {
  std::vector<ReportColumn> columns = GroupColumns(query.by);
  std::vector<std::string> names = {"gpu_seconds", "gpu_hours"};
  if (query.net) {
    names.insert(names.end(),
                 {"waived_gpu_seconds", "net_gpu_seconds", "net_gpu_hours"});
  }
  for (std::string& name : names) {
    columns.push_back({std::move(name), ColumnKind::kDecimal});
  }
  return columns;
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

Row ReadableRow(const UsageRow& usage, GpuTime total, bool net) {
  Row row(usage.group.begin(), usage.group.end());
  row.push_back(ReadableHours(usage.gpu_time));
  row.push_back(ShareCell(usage.gpu_time, total));
  if (!net) return row;
  row.push_back(ReadableHours(usage.waived));
  row.push_back(ReadableHours(usage.gpu_time - usage.waived));
  return row;
}

Row TotalRow(const UsageAnswer& answer, const UsageQuery& query) {
  UsageRow total = {std::vector<std::string>(query.by.size()), answer.total,
                    answer.waived};
  total.group.front() = "total";
  Row row = ReadableRow(total, answer.total, query.net);
  for (size_t i = 1; i < query.by.size(); ++i) row[i] = std::nullopt;
  return row;
}

std::string UsageTable(const UsageAnswer& answer, const UsageQuery& query) {
  const std::vector<UsageDimension>& by = query.by;
  std::string out = absl::StrCat(FormatInstant(answer.from_us), " to ",
                                 FormatInstant(answer.to_us), ", ");
  if (by.empty() || answer.rows.empty()) {
    absl::StrAppend(&out, GroupThousands(ReadableHours(answer.total)),
                    " GPU-hours\n");
    if (query.net) {
      const GpuTime net = answer.total - answer.waived;
      absl::StrAppend(&out, "waived ",
                      GroupThousands(ReadableHours(answer.waived)), ", net ",
                      GroupThousands(ReadableHours(net)), "\n");
    }
    return out;
  }
  TextTable table = {GroupColumns(by)};
  table.columns.push_back({"gpu_hours", ColumnKind::kDecimal});
  table.columns.push_back({"share_%", ColumnKind::kDecimal});
  if (query.net) {
    table.columns.push_back({"waived", ColumnKind::kDecimal});
    table.columns.push_back({"net", ColumnKind::kDecimal});
  }
  for (const UsageRow& usage : answer.rows) {
    table.rows.push_back(ReadableRow(usage, answer.total, query.net));
  }
  table.total = TotalRow(answer, query);
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

void WriteUsage(const UsageAnswer& answer, const UsageQuery& query,
                Format format, const Sink& sink) {
  if (format == Format::kTable) return sink(UsageTable(answer, query));
  const std::vector<ReportColumn> columns = ExactColumns(query);
  std::vector<Row> rows;
  for (const UsageRow& usage : RowsOf(answer, query.by)) {
    rows.push_back(ExactRow(usage, query.net));
  }
  if (format == Format::kCsv) return WriteCsv(columns, rows, sink);
  JsonObject json(sink);
  json.Text("from", TimeCell(answer.from_us));
  json.Text("to", TimeCell(answer.to_us));
  json.Text("total_gpu_seconds", SecondsCell(answer.total));
  json.Text("total_gpu_hours", HoursCell(answer.total));
  if (query.net) {
    json.Text("total_waived_gpu_seconds", SecondsCell(answer.waived));
    json.Text("total_net_gpu_seconds",
              SecondsCell(answer.total - answer.waived));
  }
  json.Rows("rows", columns, rows);
  json.Texts("notes", answer.notes);
  json.Close();
}

}  // namespace drawdown
