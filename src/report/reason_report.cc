#include <string>
#include <vector>

#include "report/json.h"
#include "report/sheet.h"
#include "report/statement_report.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> Columns() {
  return {{"tenant", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"commitment", ColumnKind::kText},
          {"kind", ColumnKind::kWord},
          {"gpu_seconds", ColumnKind::kDecimal},
          {"gpu_hours", ColumnKind::kDecimal},
          {"unit_price", ColumnKind::kDecimal},
          {"cost", ColumnKind::kDecimal},
          {"currency", ColumnKind::kWord},
          {"contract_version", ColumnKind::kCount},
          {"rule", ColumnKind::kText},
          {"because", ColumnKind::kText}};
}

Row ExactRow(const Statement& statement, const StatementReason& reason) {
  const StatementLine& line = statement.lines[reason.line];
  std::optional<GpuTime> time;
  if (line.has_gpu_time) time = reason.gpu_time;
  return {TextCell(line.tenant),
          TextCell(line.pool),
          TextCell(line.commitment),
          std::string(ChargeKindName(line.kind)),
          SecondsCell(time),
          HoursCell(time),
          MoneyCell(line.unit_price),
          MoneyCell(reason.cost),
          statement.currency.ToString(),
          CountCell(reason.contract_version),
          TextCell(reason.rule),
          TextCell(reason.because)};
}

std::string ReasonTable(const Statement& statement) {
  if (statement.reasons.empty()) return "nothing was charged\n";
  TextTable table = {{{"tenant", ColumnKind::kText},
                      {"pool", ColumnKind::kText},
                      {"kind", ColumnKind::kWord},
                      {"gpu_hours", ColumnKind::kDecimal},
                      {"unit_price", ColumnKind::kDecimal},
                      {"cost", ColumnKind::kDecimal}}};
  for (const StatementReason& reason : statement.reasons) {
    const StatementLine& line = statement.lines[reason.line];
    table.rows.push_back(
        {TextCell(line.tenant), TextCell(line.pool),
         std::string(ChargeKindName(line.kind)),
         line.has_gpu_time ? Cell(ReadableHours(reason.gpu_time)) : Cell(),
         MoneyCell(line.unit_price),
         reason.cost ? Cell(ReadableMoney(statement.currency, *reason.cost))
                     : Cell()});
    std::string why = "version " + std::to_string(reason.contract_version) +
                      ", " + InertText(reason.rule);
    if (!reason.because.empty()) why += "; " + InertText(reason.because);
    table.details.push_back(why);
  }
  return RenderTable(table);
}

}  // namespace

void WriteReasons(const Statement& statement, Format format, const Sink& sink) {
  if (format == Format::kTable) return sink(ReasonTable(statement));
  std::vector<Row> rows;
  for (const StatementReason& reason : statement.reasons) {
    rows.push_back(ExactRow(statement, reason));
  }
  if (format == Format::kCsv) return WriteCsv(Columns(), rows, sink);
  JsonObject json(sink);
  json.Text("contract", statement.contract);
  json.Text("period_start", TimeCell(statement.period_start_us));
  json.Text("period_end", TimeCell(statement.period_end_us));
  json.Text("total", MoneyCell(statement.total));
  json.Rows("reasons", Columns(), rows);
  json.Texts("notes", statement.notes);
  json.Close();
}

}  // namespace drawdown
