#include "report/html_table.h"

#include "report/html_text.h"
#include "report/text.h"

namespace drawdown {
namespace {

bool IsNumber(const ReportColumn& column) {
  return column.kind == ColumnKind::kDecimal ||
         column.kind == ColumnKind::kCount;
}

// "burn_rate" -> "burn rate".
std::string Title(const ReportColumn& column) {
  std::string title = column.name;
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  return title;
}

void AppendCell(const ReportColumn& column, const Cell& cell,
                std::string_view tag, std::string* out) {
  out->append("<").append(tag);
  if (tag == "th") out->append(" scope=\"row\"");
  if (IsNumber(column)) out->append(" class=\"number\"");
  if (column.kind == ColumnKind::kWord) out->append(" class=\"word\"");
  out->append(">");
  out->append(EscapeHtml(!cell.has_value()  ? "\xe2\x80\x93"
                         : IsNumber(column) ? GroupThousands(*cell)
                                            : *cell));
  out->append("</").append(tag).append(">");
}

void AppendHead(const HtmlTable& table, std::string* out) {
  out->append("<thead><tr>");
  for (const ReportColumn& column : table.columns) {
    out->append("<th scope=\"col\"");
    if (IsNumber(column)) out->append(" class=\"number\"");
    out->append(">").append(EscapeHtml(Title(column))).append("</th>");
  }
  out->append("</tr></thead>\n");
}

}  // namespace

std::string RenderHtmlTable(const HtmlTable& table) {
  const std::string caption = EscapeHtml(table.caption);
  std::string out = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" ";
  out.append("aria-label=\"").append(caption).append("\"><table>\n<caption>");
  out.append(caption).append("</caption>\n");
  AppendHead(table, &out);
  out.append("<tbody>\n");
  for (const Row& row : table.rows) {
    out.append("<tr>");
    for (size_t i = 0; i < table.columns.size(); ++i) {
      AppendCell(table.columns[i], row[i], i == 0 ? "th" : "td", &out);
    }
    out.append("</tr>\n");
  }
  return out + "</tbody>\n</table></div>\n";
}

}  // namespace drawdown
