#include "report/break_report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "report/findings.h"
#include "report/json.h"
#include "report/sheet.h"

namespace drawdown {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

std::vector<ReportColumn> CsvColumns() {
  return {{"class", ColumnKind::kWord},
          {"provider", ColumnKind::kText},
          {"sub_account", ColumnKind::kText},
          {"region", ColumnKind::kText},
          {"sku", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"tenant", ColumnKind::kText},
          {"resource", ColumnKind::kText},
          {"period_start", ColumnKind::kWord},
          {"period_end", ColumnKind::kWord},
          {"billed_gpu_seconds", ColumnKind::kDecimal},
          {"metered_gpu_seconds", ColumnKind::kDecimal},
          {"billed_gpu_hours", ColumnKind::kDecimal},
          {"metered_gpu_hours", ColumnKind::kDecimal},
          {"billed_cost", ColumnKind::kDecimal},
          {"expected_cost", ColumnKind::kDecimal},
          {"difference", ColumnKind::kDecimal},
          {"currency", ColumnKind::kWord},
          {"matched_on", ColumnKind::kWord},
          {"reason", ColumnKind::kText},
          {"status", ColumnKind::kWord}};
}

std::string StatusCell(bool pending) { return pending ? "pending" : "final"; }

Row CsvRow(const Break& item) {
  return {std::string(BreakClassName(item.kind)),
          TextCell(item.provider),
          TextCell(item.sub_account),
          TextCell(item.region),
          TextCell(item.sku),
          TextCell(item.pool),
          TextCell(item.tenant),
          TextCell(item.resource),
          TimeCell(item.period_start_us),
          TimeCell(item.period_end_us),
          SecondsCell(item.billed),
          SecondsCell(item.metered),
          HoursCell(item.billed),
          HoursCell(item.metered),
          MoneyCell(item.billed_cost),
          MoneyCell(item.expected_cost),
          MoneyCell(item.difference),
          item.currency.ToString(),
          TextCell(item.matched_on),
          TextCell(item.reason),
          StatusCell(item.pending)};
}

std::vector<ReportColumn> JsonColumns() {
  std::vector<ReportColumn> columns = CsvColumns();
  columns.push_back({"quantity_effect", ColumnKind::kDecimal});
  columns.push_back({"price_effect", ColumnKind::kDecimal});
  columns.push_back({"rows", ColumnKind::kCount});
  return columns;
}

Row JsonRow(const Break& item) {
  Row row = CsvRow(item);
  row.push_back(MoneyCell(item.quantity_effect));
  row.push_back(MoneyCell(item.price_effect));
  row.push_back(CountCell(item.rows));
  return row;
}

void AddCurrencies(const ReconcileResult& result, JsonObject* json) {
  const std::vector<ReportColumn> columns = {
      {"currency", ColumnKind::kWord},
      {"billed_cost", ColumnKind::kDecimal},
      {"expected_cost", ColumnKind::kDecimal},
      {"difference", ColumnKind::kDecimal}};
  json->OpenRows("currencies");
  for (const auto& [currency, billed] : result.billed_total) {
    const auto found = result.expected_total.find(currency);
    const MoneyAmount expected =
        found == result.expected_total.end() ? MoneyAmount() : found->second;
    json->AddRow(columns, {currency, MoneyCell(billed), MoneyCell(expected),
                           MoneyCell(billed - expected)});
  }
  json->CloseRows();
}

void AddTotals(const ReconcileResult& result, JsonObject* json) {
  const std::vector<ReportColumn> columns = {
      {"currency", ColumnKind::kWord},
      {"class", ColumnKind::kWord},
      {"items", ColumnKind::kCount},
      {"billed_cost", ColumnKind::kDecimal},
      {"expected_cost", ColumnKind::kDecimal},
      {"difference", ColumnKind::kDecimal}};
  json->OpenRows("totals");
  for (const auto& [key, total] : result.totals) {
    json->AddRow(columns,
                 {key.first, std::string(BreakClassName(key.second)),
                  CountCell(total.items), MoneyCell(total.billed_cost),
                  MoneyCell(total.expected_cost), MoneyCell(total.difference)});
  }
  json->CloseRows();
}

bool AnyPending(const ReconcileResult& result) {
  for (const uint32_t i : result.items.breaks()) {
    if (result.items.figures(i).pending) return true;
  }
  return false;
}

void AddFindings(const ReconcileResult& result, JsonObject* json) {
  const std::vector<ReportColumn> columns = {
      {"class", ColumnKind::kWord},
      {"difference", ColumnKind::kDecimal},
      {"currency", ColumnKind::kWord},
      {"pool", ColumnKind::kText},
      {"period_start", ColumnKind::kWord},
      {"period_end", ColumnKind::kWord},
      {"items", ColumnKind::kCount},
      {"billed_cost", ColumnKind::kDecimal},
      {"expected_cost", ColumnKind::kDecimal},
      {"status", ColumnKind::kWord},
      {"summary", ColumnKind::kText}};
  json->OpenRows("findings");
  for (const Finding& finding : FindingsOf(result)) {
    json->AddRow(
        columns,
        {std::string(BreakClassName(finding.kind)),
         MoneyCell(finding.difference), finding.currency.ToString(),
         TextCell(finding.subject()), TimeCell(finding.start_us),
         TimeCell(finding.end_us), CountCell(finding.places.size()),
         MoneyCell(finding.billed_cost), MoneyCell(finding.expected_cost),
         StatusCell(finding.pending), TextCell(Headline(finding))});
  }
  json->CloseRows();
}

void AddChecks(const ReconcileResult& result, JsonObject* json) {
  const std::vector<ReportColumn> columns = {{"name", ColumnKind::kWord},
                                             {"outcome", ColumnKind::kWord},
                                             {"detail", ColumnKind::kText}};
  json->OpenRows("checks");
  for (const ReconcileCheck& check : result.checks) {
    json->AddRow(columns,
                 {check.name, std::string(CheckOutcomeName(check.outcome)),
                  TextCell(check.detail)});
  }
  json->CloseRows();
}

}  // namespace

std::string_view CheckOutcomeName(ReconcileCheck::Outcome outcome) {
  constexpr std::array<std::string_view, 3> kNames = {"passed", "failed",
                                                      "not_executable"};
  const auto index = static_cast<size_t>(outcome);
  CHECK(index < kNames.size());
  return kNames[index];
}

void WriteBreaksCsv(const ReconcileResult& result, const Sink& sink) {
  const std::vector<ReportColumn> columns = CsvColumns();
  std::string text;
  AppendCsvHeader(columns, &text);
  for (const Break& item : result.items) {
    AppendCsvRow(columns, CsvRow(item), &text);
    if (text.size() < kPieceBytes) continue;
    sink(text);
    text.clear();
  }
  sink(text);
}

void WriteReconcileJson(const ReconcileResult& result, const Sink& sink) {
  JsonObject json(sink);
  json.Text("contract", result.contract);
  json.Text("period_start", TimeCell(result.period_start_us));
  json.Text("period_end", TimeCell(result.period_end_us));
  json.Text("amount", std::string(BilledAmountName(result.amount)));
  // Pending breaks are no findings yet, nor are they clean.
  json.Bool("clean", result.clean() && !AnyPending(result));
  AddCurrencies(result, &json);
  AddTotals(result, &json);
  AddFindings(result, &json);
  AddChecks(result, &json);
  json.OpenRows("breaks");
  const std::vector<ReportColumn> columns = JsonColumns();
  for (const Break& item : result.items) json.AddRow(columns, JsonRow(item));
  json.CloseRows();
  json.Texts("notes", result.notes);
  json.Close();
}

}  // namespace drawdown
