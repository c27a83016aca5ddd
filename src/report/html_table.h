// Tables of a page: as those for a terminal, numbers to the right and grouped.
#ifndef DRAWDOWN_SRC_REPORT_HTML_TABLE_H_
#define DRAWDOWN_SRC_REPORT_HTML_TABLE_H_

#include <string>
#include <vector>

#include "report/sheet.h"

namespace drawdown {

struct HtmlTable {
  std::string caption;  // what the table is of; read out, and shown
  std::vector<ReportColumn> columns;
  std::vector<Row> rows;
};

// A wide table scrolls in its own box: the page never does. The first column
// heads its row.
std::string RenderHtmlTable(const HtmlTable& table);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_HTML_TABLE_H_
