#include "report/bill_report.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> TotalColumns() {
  return {{"provider", ColumnKind::kText},
          {"charge_category", ColumnKind::kText},
          {"currency", ColumnKind::kWord},
          {"rows", ColumnKind::kCount},
          {"billed_cost", ColumnKind::kDecimal},
          {"effective_cost", ColumnKind::kDecimal},
          {"list_cost", ColumnKind::kDecimal},
          {"contracted_cost", ColumnKind::kDecimal}};
}

std::vector<ReportColumn> CurrencyColumns() {
  std::vector<ReportColumn> columns = TotalColumns();
  columns.erase(columns.begin(), columns.begin() + 2);
  return columns;
}

// The totals' own cells, after the key's, of which the last is the currency.
Row WithTotal(Row row, const BillTotal& total, bool readable) {
  const Currency currency = *Currency::Parse(*row.back());
  row.push_back(CountCell(total.rows));
  for (const MoneyAmount amount : {total.billed_cost, total.effective_cost,
                                   total.list_cost, total.contracted_cost}) {
    row.push_back(readable ? ReadableMoney(currency, amount)
                           : FormatMoney(amount));
  }
  return row;
}

std::vector<Row> TotalRows(const BillSummary& summary, bool readable) {
  std::vector<Row> rows;
  for (const auto& [key, total] : summary.totals) {
    rows.push_back(WithTotal(
        {TextCell(key.provider), TextCell(key.category), key.currency}, total,
        readable));
  }
  return rows;
}

std::vector<Row> CurrencyRows(const BillSummary& summary, bool readable) {
  std::vector<Row> rows;
  for (const auto& [currency, total] : summary.by_currency) {
    rows.push_back(WithTotal({currency}, total, readable));
  }
  return rows;
}

std::vector<ReportColumn> OddityColumns() {
  return {{"name", ColumnKind::kWord},
          {"column", ColumnKind::kText},
          {"rows", ColumnKind::kCount},
          {"meaning", ColumnKind::kWord},
          {"example", ColumnKind::kText}};
}

std::vector<Row> OddityRows(const BillSummary& summary) {
  std::vector<Row> rows;
  for (const Oddity& oddity : summary.oddities) {
    rows.push_back({oddity.name, TextCell(oddity.column),
                    CountCell(oddity.rows), TextCell(oddity.meaning),
                    TextCell(oddity.example)});
  }
  return rows;
}

std::vector<ReportColumn> FileColumns() {
  return {
      {"name", ColumnKind::kText},          {"format", ColumnKind::kText},
      {"dataset", ColumnKind::kText},       {"version", ColumnKind::kText},
      {"rows", ColumnKind::kCount},         {"superseded", ColumnKind::kCount},
      {"version_reason", ColumnKind::kText}};
}

std::vector<Row> FileRows(const BillSummary& summary) {
  std::vector<Row> rows;
  for (const BillFile& file : summary.files) {
    rows.push_back({TextCell(file.name), TextCell(file.format),
                    TextCell(file.dataset), TextCell(file.version),
                    CountCell(file.rows), CountCell(file.superseded),
                    TextCell(file.version_reason)});
  }
  return rows;
}

std::string TitleOf(const std::string& name, const std::string& version) {
  return InertText(version.empty() ? name : absl::StrCat(name, " ", version));
}

std::string Heading(const BillSummary& summary) {
  std::string out = absl::StrCat(TitleOf(summary.format, summary.version), ": ",
                                 InertText(summary.version_reason), "\n");
  if (!summary.has_billed_cost) {
    absl::StrAppend(&out, "no BilledCost: nothing to compare with an invoice; ",
                    summary.has_effective_cost ? "EffectiveCost is reconciled"
                                               : "hours alone are reconciled",
                    "\n");
  }
  for (const BillFile& file : summary.files) {
    absl::StrAppend(
        &out, "file: ", InertText(file.name), " (",
        TitleOf(file.dataset, file.version), ", ", CountOf(file.rows, "row"),
        file.superseded == 0
            ? ""
            : absl::StrCat(", ", file.superseded, " of them superseded"),
        ")\n");
  }
  absl::StrAppend(&out, CountOf(summary.rows, "charge"));
  if (summary.rows > 0) {
    absl::StrAppend(&out, ", from ", FormatInstant(summary.first_charge_us),
                    " to ", FormatInstant(summary.last_charge_us));
  }
  return out + "\n";
}

std::string OdditiesTable(const BillSummary& summary) {
  if (summary.oddities.empty()) return "";
  TextTable table = {{{"oddity", ColumnKind::kWord},
                      {"column", ColumnKind::kText},
                      {"rows", ColumnKind::kCount},
                      {"meaning", ColumnKind::kText}}};
  for (const Oddity& oddity : summary.oddities) {
    table.rows.push_back({oddity.name, TextCell(oddity.column),
                          CountCell(oddity.rows), TextCell(oddity.meaning)});
    table.details.push_back(absl::StrCat("first: ", oddity.example));
  }
  return "\n" + RenderTable(table);
}

std::string UnknownColumns(const BillSummary& summary) {
  std::string out;
  for (const std::string& column : summary.unknown_columns) {
    absl::StrAppend(&out, out.empty() ? "\ncolumns not read: " : ", ",
                    InertText(column));
  }
  return out.empty() ? out : out + "\n";
}

std::string SummaryTable(const BillSummary& summary) {
  return absl::StrCat(
      Heading(summary), "\n",
      RenderTable({TotalColumns(), TotalRows(summary, true)}), "\n",
      RenderTable({CurrencyColumns(), CurrencyRows(summary, true)}),
      OdditiesTable(summary), UnknownColumns(summary));
}

}  // namespace

void WriteBillSummary(const BillSummary& summary, Format format,
                      const Sink& sink) {
  if (format == Format::kTable) return sink(SummaryTable(summary));
  const std::vector<Row> totals = TotalRows(summary, false);
  if (format == Format::kCsv) return WriteCsv(TotalColumns(), totals, sink);
  JsonObject json(sink);
  json.Rows("files", FileColumns(), FileRows(summary));
  json.Text("format", summary.format);
  json.Text("version", summary.version);
  json.Text("version_reason", summary.version_reason);
  json.Count("rows", summary.rows);
  json.Bool("has_billed_cost", summary.has_billed_cost);
  const bool any = summary.rows > 0;
  json.Text("first_charge",
            any ? TimeCell(summary.first_charge_us) : std::nullopt);
  json.Text("last_charge",
            any ? TimeCell(summary.last_charge_us) : std::nullopt);
  json.Rows("totals", TotalColumns(), totals);
  json.Rows("currencies", CurrencyColumns(), CurrencyRows(summary, false));
  json.Rows("oddities", OddityColumns(), OddityRows(summary));
  json.Texts("unknown_columns", summary.unknown_columns);
  json.Close();
}

}  // namespace drawdown
