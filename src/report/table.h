// Tables for a terminal.
#ifndef DRAWDOWN_SRC_REPORT_TABLE_H_
#define DRAWDOWN_SRC_REPORT_TABLE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/format.h"
#include "report/sheet.h"

namespace drawdown {

struct TextTable {
  std::vector<ReportColumn> columns;
  std::vector<Row> rows;
  std::vector<std::string> details;  // empty, or a line to print below each row
  std::optional<Row> total;          // below a rule
};

// Aligned columns under upper-case titles, numbers to the right with thousands
// separators, "-" where there is no value. Every cell is made inert.
std::string RenderTable(const TextTable& table);

// One row as "name  value" lines.
std::string RenderFacts(const std::vector<ReportColumn>& columns,
                        const Row& row);

// Writes a list in any format: CSV, {"key": [...]}, or a table that is kept
// until Finish(), because its widths depend on every row.
class ListWriter {
 public:
  ListWriter(Format format, std::string key, std::vector<ReportColumn> columns,
             Sink sink);
  ~ListWriter();
  ListWriter(const ListWriter&) = delete;  // Half of a list is in it.
  ListWriter& operator=(const ListWriter&) = delete;

  void Add(Row row);
  // Must be the last call.
  void Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_TABLE_H_
