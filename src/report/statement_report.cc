#include "report/statement_report.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/minor_units.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> ExactColumns() {
  return {{"period_start", ColumnKind::kWord},
          {"period_end", ColumnKind::kWord},
          {"contract", ColumnKind::kText},
          {"tenant", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"commitment", ColumnKind::kText},
          {"kind", ColumnKind::kWord},
          {"gpu_seconds", ColumnKind::kDecimal},
          {"gpu_hours", ColumnKind::kDecimal},
          {"unit_price", ColumnKind::kDecimal},
          {"cost", ColumnKind::kDecimal},
          {"currency", ColumnKind::kWord},
          {"corrects_period", ColumnKind::kWord},
          {"corrects_kind", ColumnKind::kWord}};
}

std::optional<GpuTime> TimeOf(const StatementLine& line) {
  if (!line.has_gpu_time) return std::nullopt;
  return line.gpu_time;
}

Row ExactRow(const Statement& statement, const StatementLine& line) {
  return {TimeCell(statement.period_start_us),
          TimeCell(statement.period_end_us),
          statement.contract,
          TextCell(line.tenant),
          TextCell(line.pool),
          TextCell(line.commitment),
          std::string(ChargeKindName(line.kind)),
          SecondsCell(TimeOf(line)),
          HoursCell(TimeOf(line)),
          MoneyCell(line.unit_price),
          MoneyCell(line.cost),
          statement.currency.ToString(),
          TextCell(line.corrects_period),
          line.corrects_period.empty()
              ? std::nullopt
              : Cell(ChargeKindName(line.corrects_kind))};
}

std::vector<Row> ExactRows(const Statement& statement) {
  std::vector<Row> rows;
  for (const StatementLine& line : statement.lines) {
    rows.push_back(ExactRow(statement, line));
  }
  return rows;
}

// Every digit, and at least the currency's: 2.80 USD, 0.000125 USD, 300 JPY.
Cell ReadablePrice(Currency currency, std::optional<MoneyAmount> price) {
  if (!price.has_value() || !price->valid()) return MoneyCell(price);
  return FormatScaled(price->count(), 18, MinorDigits(currency));
}

Cell ReadableCost(Currency currency, std::optional<MoneyAmount> cost) {
  if (!cost.has_value()) return std::nullopt;
  return ReadableMoney(currency, *cost);
}

// "correction 2026-09 covered": of which line of which month.
std::string ReadableKind(const StatementLine& line) {
  if (line.corrects_period.empty()) {
    return std::string(ChargeKindName(line.kind));
  }
  return absl::StrCat(std::string(ChargeKindName(line.kind)), " ",
                      line.corrects_period, " ",
                      std::string(ChargeKindName(line.corrects_kind)));
}

Row ReadableRow(Currency currency, const StatementLine& line) {
  return {TextCell(line.tenant),
          TextCell(line.pool),
          TextCell(line.commitment),
          ReadableKind(line),
          line.has_gpu_time ? Cell(ReadableHours(line.gpu_time)) : std::nullopt,
          ReadablePrice(currency, line.unit_price),
          ReadableCost(currency, line.cost)};
}

std::string Heading(const Statement& statement) {
  std::string out = absl::StrCat(
      InertText(statement.contract), " version ", statement.contract_version,
      ", ", FormatInstant(statement.period_start_us), " to ",
      FormatInstant(statement.period_end_us));
  if (!statement.complete) {
    absl::StrAppend(&out, ", so far: as of ", FormatInstant(statement.at_us));
  }
  if (statement.closed_us) {
    absl::StrAppend(&out, ", closed ", FormatInstant(*statement.closed_us));
  }
  return out + "\n";
}

std::string StatementTable(const Statement& statement) {
  TextTable table = {{{"tenant", ColumnKind::kText},
                      {"pool", ColumnKind::kText},
                      {"commitment", ColumnKind::kText},
                      {"kind", ColumnKind::kWord},
                      {"gpu_hours", ColumnKind::kDecimal},
                      {"unit_price", ColumnKind::kDecimal},
                      {absl::StrCat("cost_", statement.currency.ToString()),
                       ColumnKind::kDecimal}}};
  for (const StatementLine& line : statement.lines) {
    table.rows.push_back(ReadableRow(statement.currency, line));
  }
  table.total = Row(table.columns.size());
  table.total->front() = "owed";
  table.total->back() = ReadableMoney(statement.currency, statement.total);
  return absl::StrCat(Heading(statement), RenderTable(table), "metered: ",
                      GroupThousands(ReadableHours(statement.metered)),
                      " GPU-hours\n");
}

}  // namespace

void WriteStatement(const Statement& statement, Format format,
                    const Sink& sink) {
  if (format == Format::kTable) return sink(StatementTable(statement));
  if (format == Format::kCsv) {
    return WriteCsv(ExactColumns(), ExactRows(statement), sink);
  }
  JsonObject json(sink);
  json.Text("contract", statement.contract);
  json.Count("contract_version", statement.contract_version);
  json.Text("period_start", TimeCell(statement.period_start_us));
  json.Text("period_end", TimeCell(statement.period_end_us));
  json.Text("at", TimeCell(statement.at_us));
  json.Bool("complete", statement.complete);
  json.Text("closed_at", TimeCell(statement.closed_us));
  json.Text("currency", statement.currency.ToString());
  json.Text("total", MoneyCell(statement.total));
  json.Text("metered_gpu_seconds", SecondsCell(statement.metered));
  json.Text("metered_gpu_hours", HoursCell(statement.metered));
  json.Rows("lines", ExactColumns(), ExactRows(statement));
  json.Texts("notes", statement.notes);
  json.Close();
}

}  // namespace drawdown
