#include "report/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "report/json.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr std::string_view kGap = "  ";
constexpr std::string_view kDetailIndent = "    ";

bool IsNumber(ColumnKind kind) {
  return kind == ColumnKind::kDecimal || kind == ColumnKind::kCount;
}

std::string Title(const ReportColumn& column) {
  return absl::AsciiStrToUpper(absl::StrReplaceAll(column.name, {{"_", " "}}));
}

std::string Shown(const ReportColumn& column, const Cell& cell) {
  if (!cell.has_value()) return "-";
  return IsNumber(column.kind) ? GroupThousands(*cell) : InertText(*cell);
}

using Line = std::vector<std::string>;

Line Shown(const std::vector<ReportColumn>& columns, const Row& row) {
  CHECK(row.size() == columns.size());
  Line line;
  for (size_t i = 0; i < columns.size(); ++i) {
    line.push_back(Shown(columns[i], row[i]));
  }
  return line;
}

// The titles, the rows and the total, as shown.
std::vector<Line> LinesOf(const TextTable& table) {
  std::vector<Line> lines(1);
  for (const ReportColumn& column : table.columns) {
    lines.front().push_back(Title(column));
  }
  for (const Row& row : table.rows) lines.push_back(Shown(table.columns, row));
  if (table.total.has_value()) {
    lines.push_back(Shown(table.columns, *table.total));
    // What is not summed is blank there, not missing.
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (!(*table.total)[i].has_value()) lines.back()[i].clear();
    }
  }
  return lines;
}

std::vector<size_t> WidthsOf(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  return widths;
}

void AppendLine(const std::vector<ReportColumn>& columns, const Line& line,
                const std::vector<size_t>& widths, std::string* out) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    if (i > 0) text.append(kGap);
    const std::string padding(widths[i] - DisplayWidth(line[i]), ' ');
    const bool right = IsNumber(columns[i].kind);
    text.append(right ? padding + line[i] : line[i] + padding);
  }
  text.resize(text.find_last_not_of(' ') + 1);
  out->append(text);
  out->push_back('\n');
}

void AppendRule(const std::vector<size_t>& widths, std::string* out) {
  size_t width = kGap.size() * (widths.size() - 1);
  for (const size_t one : widths) width += one;
  out->append(width, '-');
  out->push_back('\n');
}

}  // namespace

std::string RenderTable(const TextTable& table) {
  const std::vector<Line> lines = LinesOf(table);
  const std::vector<size_t> widths = WidthsOf(lines);
  std::string out;
  AppendLine(table.columns, lines.front(), widths, &out);
  for (size_t i = 0; i < table.rows.size(); ++i) {
    AppendLine(table.columns, lines[i + 1], widths, &out);
    if (i >= table.details.size() || table.details[i].empty()) continue;
    out.append(kDetailIndent);
    out.append(InertText(table.details[i]));
    out.push_back('\n');
  }
  if (table.total.has_value()) {
    AppendRule(widths, &out);
    AppendLine(table.columns, lines.back(), widths, &out);
  }
  return out;
}

std::string RenderFacts(const std::vector<ReportColumn>& columns,
                        const Row& row) {
  const Line values = Shown(columns, row);
  size_t width = 0;
  for (const ReportColumn& column : columns) {
    width = std::max(width, column.name.size());
  }
  std::string out;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::string name = absl::StrReplaceAll(columns[i].name, {{"_", " "}});
    name.resize(width, ' ');
    out.append(name).append(kGap).append(values[i]).append("\n");
  }
  return out;
}

struct ListWriter::State {
  State(Format f, std::vector<ReportColumn> c, const Sink& s)
      : format(f), columns(std::move(c)), sink(s), json(s) {}

  Format format;
  std::vector<ReportColumn> columns;
  Sink sink;
  JsonObject json;
  std::string csv;
  std::vector<Row> rows;  // of a table
};

ListWriter::ListWriter(Format format, std::string key,
                       std::vector<ReportColumn> columns, Sink sink)
    : state_(std::make_unique<State>(format, std::move(columns), sink)) {
  if (format == Format::kJson) state_->json.OpenRows(key);
  if (format == Format::kCsv) AppendCsvHeader(state_->columns, &state_->csv);
}

ListWriter::~ListWriter() = default;

void ListWriter::Add(Row row) {
  switch (state_->format) {
    case Format::kTable:
      state_->rows.push_back(std::move(row));
      return;
    case Format::kJson:
      state_->json.AddRow(state_->columns, row);
      return;
    case Format::kCsv:
      AppendCsvRow(state_->columns, row, &state_->csv);
      if (state_->csv.size() < kPieceBytes) return;
      state_->sink(state_->csv);
      state_->csv.clear();
  }
}

void ListWriter::Finish() {
  switch (state_->format) {
    case Format::kTable:
      state_->sink(RenderTable({state_->columns, std::move(state_->rows)}));
      return;
    case Format::kJson:
      state_->json.CloseRows();
      state_->json.Close();
      return;
    case Format::kCsv:
      state_->sink(state_->csv);
  }
}

}  // namespace drawdown
