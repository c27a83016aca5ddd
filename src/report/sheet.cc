#include "report/sheet.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/csv.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

void AppendCsvCell(ColumnKind kind, const Cell& cell, std::string* out) {
  if (!cell.has_value()) return;
  if (kind == ColumnKind::kText) {
    AppendInertCsv(*cell, out);
  } else {
    AppendCsvField(*cell, out);
  }
}

}  // namespace

Cell TextCell(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

Cell CountCell(uint64_t count) { return absl::StrCat(count); }

Cell TimeCell(std::optional<int64_t> instant_us) {
  if (!instant_us.has_value()) return std::nullopt;
  return FormatInstant(*instant_us);
}

Cell MoneyCell(std::optional<MoneyAmount> amount) {
  if (!amount.has_value()) return std::nullopt;
  return FormatMoney(*amount);
}

Cell SecondsCell(std::optional<GpuTime> time) {
  if (!time.has_value()) return std::nullopt;
  return FormatGpuSeconds(*time);
}

Cell HoursCell(std::optional<GpuTime> time) {
  if (!time.has_value()) return std::nullopt;
  return FormatGpuHours(*time);
}

void AppendInertCsv(std::string_view text, std::string* out) {
  AppendCsvText(InertText(text), out);
}

void AppendCsvHeader(const std::vector<ReportColumn>& columns,
                     std::string* out) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendCsvField(columns[i].name, out);
  }
  out->push_back('\n');
}

void AppendCsvRow(const std::vector<ReportColumn>& columns, const Row& row,
                  std::string* out) {
  CHECK(row.size() == columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendCsvCell(columns[i].kind, row[i], out);
  }
  out->push_back('\n');
}

void WriteCsv(const std::vector<ReportColumn>& columns,
              const std::vector<Row>& rows, const Sink& sink) {
  std::string text;
  AppendCsvHeader(columns, &text);
  for (const Row& row : rows) {
    AppendCsvRow(columns, row, &text);
    if (text.size() < kPieceBytes) continue;
    sink(text);
    text.clear();
  }
  sink(text);
}

}  // namespace drawdown
