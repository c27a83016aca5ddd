#include "report/findings.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/claim_report.h"
#include "report/reconcile_page.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPool[] = "aws/us-east-1/h200";

int64_t HourOf(int hour) {
  return *ParseInstant("2026-11-03T00:00:00Z") + hour * kMicrosPerHour;
}

Break Item(BreakClass kind, int hour, std::string_view billed_hours,
           std::string_view metered_hours, std::string_view difference) {
  Break item;
  item.kind = kind;
  item.provider = "aws";
  item.pool = kPool;
  item.currency = *Currency::Parse("USD");
  item.period_start_us = HourOf(hour);
  item.period_end_us = HourOf(hour + 1);
  item.billed = *ParseGpuHours(billed_hours);
  item.metered = *ParseGpuHours(metered_hours);
  item.difference = *ParseMoney(difference);
  item.billed_cost = item.difference;
  item.matched_on = "provider+pool+period+kind";
  item.reason = "because";
  item.lines = static_cast<uint32_t>(hour);
  return item;
}

ReconcileResult ResultOf(std::vector<Break> items) {
  ReconcileResult result;
  result.contract = "aws-2025";
  result.provider = "aws";
  result.period_start_us = HourOf(0);
  result.period_end_us = HourOf(720);
  result.items = std::move(items);
  for (const Break& item : result.items) {
    result.billed_total["USD"] += item.billed_cost;
  }
  return result;
}

TEST(FindingsTest, WhatSharesACauseIsOne) {
  const auto kQuantity = BreakClass::kQuantityBreak;
  std::vector<Break> items = {
      Item(kQuantity, 0, "108", "100", "28.80"),
      Item(kQuantity, 1, "58", "50", "28.80"),
      Item(kQuantity, 2, "68", "60", "28.80"),
      Item(kQuantity, 4, "68", "60", "28.80"),   // after a gap
      Item(kQuantity, 5, "52", "60", "-28.80"),  // the other side
      Item(BreakClass::kPriceBreak, 1, "50", "50", "500"),
      Item(BreakClass::kMatched, 6, "50", "50", "0")};
  const ReconcileResult result = ResultOf(items);
  const std::vector<Finding> findings = FindingsOf(result);
  ASSERT_EQ(findings.size(), 4u);
  EXPECT_EQ(findings[0].kind, BreakClass::kPriceBreak);
  EXPECT_EQ(findings[1].items.size(), 3u);
  EXPECT_EQ(FormatMoney(findings[1].difference), "86.4");
  EXPECT_EQ(Headline(findings[1]),
            "billed 8 GPUs too many on aws/us-east-1/h200 from "
            "2026-11-03T00:00:00Z to 2026-11-03T03:00:00Z: 24.000 GPU-hours, "
            "86.40 USD too much");
  EXPECT_THAT(Headline(findings[3]), HasSubstr("8 GPUs too few"));
  EXPECT_THAT(Headline(findings[3]), HasSubstr("28.80 USD too little"));
}

TEST(FindingsTest, HoursThatAreNotSteadyAreAddedUp) {
  const ReconcileResult result =
      ResultOf({Item(BreakClass::kQuantityBreak, 0, "108", "100", "28.80"),
                Item(BreakClass::kQuantityBreak, 1, "60", "50", "36")});
  EXPECT_EQ(Headline(FindingsOf(result)[0]),
            "billed 18.000 GPU-hours too many on aws/us-east-1/h200 from "
            "2026-11-03T00:00:00Z to 2026-11-03T02:00:00Z: 64.80 USD too much");
}

TEST(FindingsTest, OrderOfItemsChangesNothing) {
  std::vector<Break> items;
  for (int hour = 0; hour < 20; ++hour) {
    items.push_back(Item(BreakClass::kQuantityBreak, hour, "9", "8", "3"));
    items.push_back(Item(BreakClass::kPriceBreak, 2 * hour, "9", "9", "3"));
  }
  const auto text = [](std::vector<Break> some) {
    const ReconcileResult result = ResultOf(std::move(some));
    std::string out;
    for (const Finding& finding : FindingsOf(result)) {
      out += Headline(finding) + "\n";
    }
    return out;
  };
  const std::string first = text(items);
  std::reverse(items.begin(), items.end());
  EXPECT_EQ(text(items), first);
}

TEST(ClaimsTest, AskForWhatIsFinalAndTooMuch) {
  std::vector<Break> items = {
      Item(BreakClass::kQuantityBreak, 0, "108", "100", "28.80"),
      Item(BreakClass::kUnbilledUsage, 4, "0", "8", "-20"),
      Item(BreakClass::kPriceBreak, 6, "8", "8", "400"),
      Item(BreakClass::kPriceBreak, 9, "8", "8", "70")};
  items[3].pending = true;
  items[2].reason = "[x](javascript:alert(1)) | <script>";
  ReconcileResult result = ResultOf(items);
  const std::vector<Claim> claims = ClaimsOf(result);
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].number, 1u);
  EXPECT_EQ(FormatMoney(claims[0].finding.difference), "400");
  ClaimBooks books;
  books.provider = "aws";
  books.ledger.uuid = "u-1";
  books.ledger.entries = 42;
  books.ledger.chain_hash = "abc123";
  const std::string letter = ClaimLetter(result, claims, books);
  EXPECT_THAT(letter, HasSubstr("a correction of **428.8 USD**"));
  EXPECT_THAT(letter, HasSubstr("no `claim_window`"));
  EXPECT_THAT(letter, HasSubstr("at entry 42, whose chain hash is `abc123`"));
  EXPECT_THAT(letter, HasSubstr("\\[x\\](javascript:alert(1)) \\| "
                                "\\<script\\>"));
  result.claim_deadline_us = HourOf(24);
  EXPECT_THAT(ClaimLetter(result, claims, books),
              HasSubstr("until **2026-11-04T00:00:00Z**"));
}

TEST(ClaimsTest, TablesAreInert) {
  std::string text;
  AppendClaimLine(
      3, {0, "=bill.csv", 17, std::string_view("=cmd\0a,b\0\"q\"\0\0", 14)},
      &text);
  EXPECT_EQ(
      text,
      "3,'=bill.csv,17,\"'=cmd,\"\"a,b\"\",\"\"\"\"\"\"q\"\"\"\"\"\",\"\n");
}

TEST(ReconcilePageTest, IsInertAndSaysEverything) {
  std::vector<Break> items = {
      Item(BreakClass::kPriceBreak, 6, "8", "8", "400"),
      Item(BreakClass::kUnbilledUsage, 30, "0", "8", "-20")};
  items[0].pool = "<script>alert(1)</script>";
  items[0].reason = "\"><img src=x onerror=alert(1)>";
  ReconcileResult result = ResultOf(items);
  result.checks = {{"conservation", ReconcileCheck::Outcome::kFailed, "<b>"}};
  result.notes = {"a <note>"};
  const std::string page =
      Collect([&](const Sink& sink) { WriteReconcilePage(result, sink); });
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<note>")));
  for (const char* text :
       {"price_break", "400.00", "-20.00", "2026-11-04", "conservation",
        "failed", "a &lt;note&gt;", "Differences by class, USD"}) {
    EXPECT_THAT(page, HasSubstr(text)) << text;
  }
}

TEST(ReconcilePageTest, NothingIsSaidInWords) {
  const std::string page =
      Collect([](const Sink& sink) { WriteReconcilePage(ResultOf({}), sink); });
  EXPECT_THAT(page, HasSubstr("every row of the bill is as our books say"));
}

}  // namespace
}  // namespace drawdown
