// Rows of named columns: what every list of ours is before it is written.
#ifndef DRAWDOWN_SRC_REPORT_SHEET_H_
#define DRAWDOWN_SRC_REPORT_SHEET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/units.h"
#include "report/format.h"

namespace drawdown {

enum class ColumnKind : uint8_t {
  kText,     // a person may have chosen it: names, ids, reasons
  kWord,     // ours: kinds, instants, currency codes
  kDecimal,  // an exact decimal; a string in JSON
  kCount,    // a whole number; a number in JSON
  kJson,     // already JSON; only in JSON
};

struct ReportColumn {
  std::string name;  // snake_case
  ColumnKind kind = ColumnKind::kText;
};

// Empty: there is no such value (nothing in CSV, null in JSON).
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

// No value for an empty text: "no tenant caused it".
Cell TextCell(std::string_view text);
Cell CountCell(uint64_t count);
Cell TimeCell(std::optional<int64_t> instant_us);
Cell MoneyCell(std::optional<MoneyAmount> amount);
Cell SecondsCell(std::optional<GpuTime> time);
Cell HoursCell(std::optional<GpuTime> time);

// A field of text that someone else may have written, harmless in a spreadsheet
// and on a terminal: InertText, then AppendCsvText. What all CSV of ours has in
// text columns.
void AppendInertCsv(std::string_view text, std::string* out);

void AppendCsvHeader(const std::vector<ReportColumn>& columns,
                     std::string* out);
void AppendCsvRow(const std::vector<ReportColumn>& columns, const Row& row,
                  std::string* out);

// Writes a header and rows as CSV.
void WriteCsv(const std::vector<ReportColumn>& columns,
              const std::vector<Row>& rows, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_SHEET_H_
