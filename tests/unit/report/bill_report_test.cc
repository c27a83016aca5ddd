#include "report/bill_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

BillTotal Total(uint64_t rows, std::string_view cost) {
  BillTotal total;
  total.rows = rows;
  total.billed_cost = *ParseMoney(cost);
  total.effective_cost = *ParseMoney("1.25");
  return total;
}

BillSummary Summary() {
  BillSummary summary;
  summary.files = {
      {"bill.csv", "FOCUS", "Cost and Usage", "1.2", "has InvoiceId", 1234},
      {"part\x1b.csv", "FOCUS", "Billing Period", "1.4", "a dataset", 1}};
  summary.format = "FOCUS";
  summary.version = "1.2";
  summary.version_reason = "has InvoiceId, lacks InvoiceDetailId";
  summary.rows = 1234;
  summary.first_charge_us = *ParseInstant("2026-10-01T00:00:00Z");
  summary.last_charge_us = *ParseInstant("2026-11-01T00:00:00Z");
  summary.totals[{"=AWS", "Usage", "USD"}] = Total(1234, "98765.4321");
  summary.by_currency["USD"] = Total(1234, "98765.4321");
  summary.oddities = {{"null_spelled_as_text", "InvoiceId", 3,
                       "bill.csv:7: NULL", "read as no value"}};
  summary.unknown_columns = {"x_team", "x_cost"};
  return summary;
}

std::string Written(const BillSummary& summary, Format format) {
  return Collect(
      [&](const Sink& sink) { WriteBillSummary(summary, format, sink); });
}

TEST(BillReportTest, TableExplainsTheBill) {
  EXPECT_EQ(Written(Summary(), Format::kTable),
            R"(FOCUS 1.2: has InvoiceId, lacks InvoiceDetailId
file: bill.csv (Cost and Usage 1.2, 1,234 rows)
file: part\x1b.csv (Billing Period 1.4, 1 row)
1,234 charges, from 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z

PROVIDER  CHARGE CATEGORY  CURRENCY   ROWS  BILLED COST  EFFECTIVE COST  LIST COST  CONTRACTED COST
=AWS      Usage            USD       1,234    98,765.43            1.25       0.00             0.00

CURRENCY   ROWS  BILLED COST  EFFECTIVE COST  LIST COST  CONTRACTED COST
USD       1,234    98,765.43            1.25       0.00             0.00

ODDITY                COLUMN     ROWS  MEANING
null_spelled_as_text  InvoiceId     3  read as no value
    first: bill.csv:7: NULL

columns not read: x_team, x_cost
)");
}

TEST(BillReportTest, TotalsHaveTheDecimalsOfTheirCurrency) {
  BillSummary summary = Summary();
  summary.by_currency = {{"JPY", Total(1, "98765")}, {"KWD", Total(1, "7")}};
  summary.totals = {{{"AWS", "Usage", "JPY"}, Total(1, "98765")}};
  const std::string text = Written(summary, Format::kTable);
  for (const char* line :
       {"AWS       Usage            JPY          1       98,765               "
        "1 "
        "         0                0\n",
        "JPY          1       98,765               1          0                "
        "0\n",
        "KWD          1        7.000           1.250      0.000            "
        "0.000\n"}) {
    EXPECT_NE(text.find(line), text.npos) << text;
  }
}

TEST(BillReportTest, CsvIsTheTotals) {
  EXPECT_EQ(Written(Summary(), Format::kCsv),
            "provider,charge_category,currency,rows,billed_cost,"
            "effective_cost,list_cost,contracted_cost\n"
            "'=AWS,Usage,USD,1234,98765.4321,1.25,0,0\n");
}

TEST(BillReportTest, JsonHasEverything) {
  EXPECT_EQ(Written(Summary(), Format::kJson), R"({
  "files": [
    {"name": "bill.csv", "format": "FOCUS", "dataset": "Cost and Usage", "version": "1.2", "rows": 1234, "superseded": 0, "version_reason": "has InvoiceId"},
    {"name": "part\u001b.csv", "format": "FOCUS", "dataset": "Billing Period", "version": "1.4", "rows": 1, "superseded": 0, "version_reason": "a dataset"}
  ],
  "format": "FOCUS",
  "version": "1.2",
  "version_reason": "has InvoiceId, lacks InvoiceDetailId",
  "rows": 1234,
  "has_billed_cost": true,
  "first_charge": "2026-10-01T00:00:00Z",
  "last_charge": "2026-11-01T00:00:00Z",
  "totals": [
    {"provider": "=AWS", "charge_category": "Usage", "currency": "USD", "rows": 1234, "billed_cost": "98765.4321", "effective_cost": "1.25", "list_cost": "0", "contracted_cost": "0"}
  ],
  "currencies": [
    {"currency": "USD", "rows": 1234, "billed_cost": "98765.4321", "effective_cost": "1.25", "list_cost": "0", "contracted_cost": "0"}
  ],
  "oddities": [
    {"name": "null_spelled_as_text", "column": "InvoiceId", "rows": 3, "meaning": "read as no value", "example": "bill.csv:7: NULL"}
  ],
  "unknown_columns": ["x_team", "x_cost"]
}
)");
}

TEST(BillReportTest, ABillWithoutRowsHasNoCharges) {
  EXPECT_NE(
      Written(BillSummary(), Format::kJson).find("\"first_charge\": null"),
      std::string::npos);
}

}  // namespace
}  // namespace drawdown
