#include "report/break_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

Break Item(BreakClass kind, std::string_view billed, std::string_view expected,
           std::string_view reason) {
  Break item;
  item.kind = kind;
  item.provider = "Amazon Web Services";
  item.region = "us-east-1";
  item.sku = "p6e";
  item.pool = "aws/us-east-1/gb200";
  item.period_start_us = *ParseInstant("2026-10-01T00:00:00Z");
  item.period_end_us = *ParseInstant("2026-10-01T01:00:00Z");
  item.billed = *ParseGpuHours("10");
  item.metered = *ParseGpuHours("8");
  item.billed_cost = *ParseMoney(billed);
  item.expected_cost = *ParseMoney(expected);
  item.difference = item.billed_cost - item.expected_cost;
  item.currency = *Currency::Parse("USD");
  item.matched_on = "provider+region+pool+period";
  item.reason = reason;
  item.rows = 2;
  return item;
}

void Count(ReconcileResult* result) {
  for (const Break& item : result->items) {
    ClassTotal& total = result->totals[{"USD", item.kind}];
    ++total.items;
    total.billed_cost += item.billed_cost;
    total.expected_cost += item.expected_cost;
    total.difference += item.difference;
    result->billed_total["USD"] += item.billed_cost;
    result->expected_total["USD"] += item.expected_cost;
  }
}

ReconcileResult ThreeItems() {
  ReconcileResult result;
  result.contract = "aws-2025";
  result.period_start_us = *ParseInstant("2026-10-01T00:00:00Z");
  result.period_end_us = *ParseInstant("2026-11-01T00:00:00Z");
  Break unmetered = Item(BreakClass::kUnmeteredCharge, "5000.5", "0", kHostile);
  unmetered.metered.reset();
  unmetered.tenant = "acme/chat";
  unmetered.resource = "i-0123";
  result.items = {
      Item(BreakClass::kMatched, "1000", "1000", ""),
      Item(BreakClass::kPriceBreak, "20", "16", "billed at 2.5, not 2"),
      unmetered};
  Count(&result);
  result.checks = {
      {"conservation", ReconcileCheck::Outcome::kPassed, "exact"},
      {"effective_cost", ReconcileCheck::Outcome::kNotExecutable, ""}};
  result.notes = {"a note"};
  return result;
}

TEST(BreakReportTest, CsvIsAsDocumented) {
  EXPECT_EQ(
      Collect([](const Sink& sink) { WriteBreaksCsv(ThreeItems(), sink); }),
      "class,provider,sub_account,region,sku,pool,tenant,resource,"
      "period_start,period_end,billed_gpu_seconds,metered_gpu_seconds,"
      "billed_gpu_hours,metered_gpu_hours,billed_cost,expected_cost,difference,"
      "currency,matched_on,reason,status\n"
      "matched,Amazon Web Services,,us-east-1,p6e,aws/us-east-1/gb200,,,"
      "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,36000,28800,10.000000000,"
      "8.000000000,1000,1000,0,USD,provider+region+pool+period,,final\n"
      "price_break,Amazon Web Services,,us-east-1,p6e,aws/us-east-1/gb200,,,"
      "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,36000,28800,10.000000000,"
      "8.000000000,20,16,4,USD,provider+region+pool+period,"
      "\"billed at 2.5, not 2\",final\n"
      "unmetered_charge,Amazon Web Services,,us-east-1,p6e,"
      "aws/us-east-1/gb200,acme/chat,i-0123,2026-10-01T00:00:00Z,"
      "2026-10-01T01:00:00Z,36000,,10.000000000,,5000.5,0,5000.5,USD,"
      "provider+region+pool+period,"
      "\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",final\n");
}

TEST(BreakReportTest, JsonCarriesTotalsAndChecks) {
  ReconcileResult result = ThreeItems();
  result.items = {result.items[0], result.items[1]};
  const std::string text =
      Collect([&](const Sink& sink) { WriteReconcileJson(result, sink); });
  EXPECT_EQ(text.substr(0, text.find("\n  \"breaks\"")), R"({
  "contract": "aws-2025",
  "period_start": "2026-10-01T00:00:00Z",
  "period_end": "2026-11-01T00:00:00Z",
  "amount": "BilledCost",
  "clean": false,
  "currencies": [
    {"currency": "USD", "billed_cost": "6020.5", "expected_cost": "1016", "difference": "5004.5"}
  ],
  "totals": [
    {"currency": "USD", "class": "matched", "items": 1, "billed_cost": "1000", "expected_cost": "1000", "difference": "0"},
    {"currency": "USD", "class": "price_break", "items": 1, "billed_cost": "20", "expected_cost": "16", "difference": "4"},
    {"currency": "USD", "class": "unmetered_charge", "items": 1, "billed_cost": "5000.5", "expected_cost": "0", "difference": "5000.5"}
  ],
  "findings": [
    {"class": "price_break", "difference": "4", "currency": "USD", "pool": "aws/us-east-1/gb200", "period_start": "2026-10-01T00:00:00Z", "period_end": "2026-10-01T01:00:00Z", "items": 1, "billed_cost": "20", "expected_cost": "16", "status": "final", "summary": "billed at another price than the contract's on aws/us-east-1/gb200 from 2026-10-01T00:00:00Z to 2026-10-01T01:00:00Z: 4.00 USD too much"}
  ],
  "checks": [
    {"name": "conservation", "outcome": "passed", "detail": "exact"},
    {"name": "effective_cost", "outcome": "not_executable", "detail": null}
  ],)");
  EXPECT_NE(text.find(R"("reason": "billed at 2.5, not 2", "status": "final", )"
                      R"("quantity_effect": "0", "price_effect": "0", )"
                      R"("rows": 2})"),
            text.npos);
  EXPECT_NE(text.find("\n  \"notes\": [\"a note\"]\n}\n"), text.npos);
}

TEST(BreakReportTest, TableHasBigMoneyFirstAndSumsWhatMatched) {
  EXPECT_EQ(ReconcileTable(ThreeItems(), false),
            R"(aws-2025, 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z
billed 6,020.50 USD, expected 1,016.00 USD, difference 5,004.50 USD

CLASS             ITEMS    BILLED  EXPECTED  DIFFERENCE  CURRENCY
unmetered_charge      1  5,000.50      0.00    5,000.50  USD
price_break           1     20.00     16.00        4.00  USD
matched               1  1,000.00  1,000.00        0.00  USD

CLASS             DIFFERENCE  CURRENCY  POOL                 FROM                  ITEMS    BILLED  EXPECTED
unmetered_charge    5,000.50  USD       aws/us-east-1/gb200  2026-10-01T00:00:00Z      1  5,000.50      0.00
    billed what no meter of ours has seen on aws/us-east-1/gb200 from 2026-10-01T00:00:00Z to 2026-10-01T01:00:00Z: 5,000.50 USD too much | =cmd|' /C calc'!A0\x1b[31m\n"\u202e,x (tenant acme/chat, resource i-0123)
price_break             4.00  USD       aws/us-east-1/gb200  2026-10-01T00:00:00Z      1     20.00     16.00
    billed at another price than the contract's on aws/us-east-1/gb200 from 2026-10-01T00:00:00Z to 2026-10-01T01:00:00Z: 4.00 USD too much | billed at 2.5, not 2

matched: 1 item, 1,000.00 USD (--all lists them)

CHECK           OUTCOME         DETAIL
conservation    passed          exact
effective_cost  not_executable
)");
}

TEST(BreakReportTest, AllListsWhatMatchedLast) {
  const std::string text = ReconcileTable(ThreeItems(), true);
  EXPECT_EQ(text.find("--all"), text.npos);
  const size_t items = text.find("PERIOD START");
  const size_t matched = text.find("\nmatched ", items);
  ASSERT_NE(matched, text.npos);
  EXPECT_GT(matched, text.find("\nprice_break", items));
}

TEST(BreakReportTest, CountsAndSumsWhatItDoesNotList) {
  ReconcileResult result;
  std::vector<Break> items;
  for (int i = 0; i < 103; ++i) {
    items.push_back(
        Item(BreakClass::kQuantityBreak, i < 100 ? "10" : "1.5", "0", ""));
    // A cause of its own.
    items.back().pool = "aws/pool-" + std::to_string(i);
  }
  result.items = std::move(items);
  Count(&result);
  const std::string text = ReconcileTable(result, false);
  EXPECT_NE(text.find("and 3 smaller ones, difference 4.50 USD "
                      "(--all lists them)\n"),
            text.npos);
  EXPECT_EQ(text.find("1.50"), text.npos);
  EXPECT_NE(ReconcileTable(result, true).find("1.50"), text.npos);
}

}  // namespace
}  // namespace drawdown
