#include "report/findings.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/claim_report.h"
#include "report/reconcile_page.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

using ::testing::EndsWith;
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
  EXPECT_EQ(findings[1].places.size(), 3u);
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

// Fees and what was left have no meter, but a contract.
TEST(FindingsTest, HoursOfFeesAreAddedUpToo) {
  const auto fee = [](BreakClass kind, int hour, std::string_view billed,
                      std::string_view contracted, std::string_view money) {
    Break item = Item(kind, hour, billed, "0", money);
    item.metered.reset();
    item.contracted = *ParseGpuHours(contracted);
    return item;
  };
  const auto kQuantity = BreakClass::kQuantityBreak;
  EXPECT_EQ(Headline(FindingsOf(ResultOf({fee(kQuantity, 0, "16", "8", "16"),
                                          fee(kQuantity, 1, "16", "8", "16")}))
                         .front()),
            "billed 8 GPUs more than contracted on aws/us-east-1/h200 from "
            "2026-11-03T00:00:00Z to 2026-11-03T02:00:00Z: 16.000 GPU-hours, "
            "32.00 USD too much");
  Break missing = fee(kQuantity, 0, "0", "8", "-16");
  missing.billed.reset();
  EXPECT_EQ(Headline(FindingsOf(ResultOf({missing})).front()),
            "billed 8 GPUs fewer than contracted on aws/us-east-1/h200 from "
            "2026-11-03T00:00:00Z to 2026-11-03T01:00:00Z: 8.000 GPU-hours, "
            "16.00 USD too little");
  struct Case {
    BreakClass kind;
    const char* billed;
    const char* ends;
  };
  for (const Case& c :
       {Case{BreakClass::kCommitmentShortfall, "12",
             "Z: 4.000 GPU-hours too many, 8.00 USD too much"},
        Case{BreakClass::kCommitmentWaste, "6",
             "Z: 2.000 GPU-hours too few, 8.00 USD too much"},
        Case{BreakClass::kCommitmentShortfall, "8", "Z: 8.00 USD too much"},
        Case{BreakClass::kCommitmentWaste, "8.0001", "Z: 8.00 USD too much"},
        Case{BreakClass::kPriceBreak, "8.001", "Z: 8.00 USD too much"}}) {
    EXPECT_THAT(
        Headline(
            FindingsOf(ResultOf({fee(c.kind, 0, c.billed, "8", "8")})).front()),
        EndsWith(c.ends));
  }
  // Of money alone nothing is known of hours.
  Break money = fee(BreakClass::kCommitmentShortfall, 0, "8", "8", "8");
  money.contracted.reset();
  EXPECT_THAT(Headline(FindingsOf(ResultOf({money})).front()),
              EndsWith("Z: 8.00 USD too much"));
}

TEST(FindingsTest, HoursBeyondAnyFleetAreCountedToo) {
  Break item = Item(BreakClass::kUnmeteredCharge, 0, "8", "0", "400");
  item.billed = GpuTime(Int128{36'000'000} << 100);
  EXPECT_EQ(FindingsOf(ResultOf({item}))[0].hundredth_gpus, Int128{1} << 100);
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

// Rows in another region or currency are wrong, and their hours ran.
TEST(ClaimsTest, TheLetterSaysWhatIsBilledNowhere) {
  const auto lacks = [](Break claimed, const std::vector<Break>& others) {
    std::vector<Break> items = {std::move(claimed)};
    items.insert(items.end(), others.begin(), others.end());
    const ReconcileResult result = ResultOf(std::move(items));
    const std::string letter =
        ClaimLetter(result, ClaimsOf(result), ClaimBooks());
    const size_t at = letter.find("\nIn and around the time of these claims");
    if (at == std::string::npos) return std::string();
    return letter.substr(at, letter.find("\n\n", at) - at);
  };
  const auto unbilled = [](int first, int last, std::string_view hours,
                           std::string_view worth) {
    Break item = Item(BreakClass::kUnbilledUsage, first, "0", hours, "0");
    item.period_end_us = HourOf(last);
    item.expected_cost = *ParseMoney(worth);
    return item;
  };
  Break elsewhere = Item(BreakClass::kUnmeteredCharge, 4, "8", "0", "28.80");
  elsewhere.pool.clear();
  elsewhere.sku = "p5";
  EXPECT_EQ(lacks(elsewhere,
                  {unbilled(3, 5, "8", "20.5"), unbilled(4, 6, "4", "12")}),
            "\nIn and around the time of these claims the bill also lacks "
            "usage: from "
            "2026-11-03T03:00:00Z to 2026-11-03T06:00:00Z 12.000 GPU-hours "
            "that we metered are in no row of it. By the contract they are "
            "worth 32.50 USD. We expect them to be billed, unless they were on "
            "GPUs that you excluded.");
  EXPECT_THAT(lacks(elsewhere, {unbilled(4, 5, "8", "0")}),
              HasSubstr("worth nothing beside its fees. We expect"));
  // What only touches it, is of another pool, or is not final.
  EXPECT_EQ(
      lacks(elsewhere, {unbilled(3, 4, "8", "20"), unbilled(5, 6, "8", "20")}),
      "");
  Break other = unbilled(4, 5, "8", "20");
  other.pool = "aws/us-east-1/b200";
  Break pending = unbilled(4, 5, "8", "20");
  pending.pending = true;
  EXPECT_EQ(lacks(elsewhere, {pending}), "");
  EXPECT_THAT(lacks(elsewhere, {other}), HasSubstr("8.000 GPU-hours"));
  const Break here = Item(BreakClass::kUnmeteredCharge, 4, "8", "0", "28.80");
  EXPECT_EQ(lacks(here, {other}), "");
  EXPECT_THAT(lacks(here, {unbilled(0, 9, "8", "20")}),
              HasSubstr("8.000 GPU-hours"));
  EXPECT_EQ(lacks(here, {Item(BreakClass::kQuantityBreak, 4, "4", "8", "-9")}),
            "");
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
  EXPECT_THAT(letter, HasSubstr("a correction of **428.80 USD**"));
  EXPECT_THAT(letter, HasSubstr("no `claim_window`"));
  EXPECT_THAT(letter, Not(HasSubstr("lacks usage")));
  EXPECT_THAT(letter, HasSubstr("at entry 42, whose chain hash is `abc123`"));
  EXPECT_THAT(letter, HasSubstr("\\[x\\](javascript:alert(1)) \\| "
                                "\\<script\\>"));
  result.claim_deadline_us = HourOf(24);
  EXPECT_THAT(ClaimLetter(result, claims, books),
              HasSubstr("until **2026-11-04T00:00:00Z**"));
}

std::string AskedText(const ReconcileResult& result) {
  std::string text;
  for (const Claim& claim : ClaimsOf(result)) {
    absl::StrAppend(&text, claim.number, ":", FormatMoney(claim.asked), "-",
                    FormatMoney(claim.settled), " ");
  }
  return text;
}

TEST(ClaimsTest, NothingIsAskedForTwice) {
  const Break more = Item(BreakClass::kQuantityBreak, 0, "24", "16", "27.60");
  const auto correction = [](int hour, const char* money) {
    Break item = Item(BreakClass::kCorrectionLinked, hour, "-8", "0", money);
    item.metered.reset();
    return item;
  };
  EXPECT_EQ(AskedText(ResultOf({more})), "1:27.6-0 ");
  EXPECT_EQ(AskedText(ResultOf({more, correction(0, "-27.60")})), "");
  EXPECT_EQ(AskedText(ResultOf({more, correction(0, "-20")})), "1:7.6-20 ");
  // Of another hour of the period, not of another period.
  EXPECT_EQ(AskedText(ResultOf({more, correction(5, "-20")})), "1:7.6-20 ");
  EXPECT_EQ(AskedText(ResultOf({more, correction(-5, "-20")})), "1:27.6-0 ");
  Break elsewhere = correction(0, "-20");
  elsewhere.pool = "aws/us-east-1/b200";
  EXPECT_EQ(AskedText(ResultOf({more, elsewhere})), "1:27.6-0 ");
  Break euros = correction(0, "-20");
  euros.currency = *Currency::Parse("EUR");
  EXPECT_EQ(AskedText(ResultOf({more, euros})), "1:27.6-0 ");
  // What gives back more than one hour's is left for others.
  const Break next = Item(BreakClass::kPriceBreak, 9, "8", "8", "10");
  EXPECT_EQ(AskedText(ResultOf({more, next, correction(0, "-30")})),
            "1:7.6-2.4 ");
  // What is of the same hour comes first.
  EXPECT_EQ(AskedText(ResultOf({more, next, correction(9, "-10")})),
            "1:27.6-0 ");
  // A correction that charges what its hour lacked is none.
  const Break less = Item(BreakClass::kQuantityBreak, 0, "8", "16", "-27.60");
  EXPECT_EQ(AskedText(ResultOf({less, correction(0, "30")})), "1:2.4-27.6 ");
  EXPECT_EQ(AskedText(ResultOf({less, correction(5, "30")})), "1:30-0 ");
  // Late usage that the bill charges too little for gives nothing back.
  const Break late =
      Item(BreakClass::kCorrectionLinked, 3, "8", "16", "-27.60");
  EXPECT_EQ(AskedText(ResultOf({more, late})), "1:27.6-0 ");
}

// Rows of no pool are settled by SKU: items of several resources have none.
TEST(ClaimsTest, WithoutAPoolSkusAreSettled) {
  Break charge = Item(BreakClass::kUnmeteredCharge, 0, "16", "0", "55.20");
  charge.metered.reset();
  charge.pool.clear();
  charge.sku = "p9x";
  Break back = charge;
  back.kind = BreakClass::kCorrectionOrphan;
  back.resource = "i-1";
  back.difference = back.billed_cost = *ParseMoney("-27.60");
  EXPECT_EQ(AskedText(ResultOf({charge, back})), "1:27.6-27.6 ");
  back.sku = "p8x";
  EXPECT_EQ(AskedText(ResultOf({charge, back})), "1:55.2-0 ");
}

TEST(ClaimsTest, AnotherCurrencyIsGivenBackInIt) {
  Break charge = Item(BreakClass::kCurrencyBreak, 0, "8", "0", "27.60");
  charge.currency = *Currency::Parse("EUR");
  charge.metered.reset();
  Break back = charge;
  back.period_start_us = HourOf(1);
  back.period_end_us = HourOf(2);
  back.difference = back.billed_cost = *ParseMoney("-20");
  EXPECT_EQ(AskedText(ResultOf({charge, back})), "1:7.6-20 ");
}

TEST(ClaimsTest, WhatIsNoErrorOfTheBillIsNotAskedFor) {
  EXPECT_EQ(AskedText(ResultOf({
                Item(BreakClass::kAllocationGap, 0, "16", "0", "55.20"),
                Item(BreakClass::kNotExecutable, 2, "8", "0", "20000"),
                Item(BreakClass::kMixedBreak, 4, "8", "0", "3"),
            })),
            "1:3-0 ");
}

TEST(ClaimsTest, OtherPeriodsTimeIsLeftToThem) {
  Break timing = Item(BreakClass::kTiming, -9, "16", "0", "55.20");
  EXPECT_EQ(AskedText(ResultOf({timing})), "");
  timing.quantity_effect = *ParseMoney("10");
  EXPECT_EQ(AskedText(ResultOf({timing})), "1:10-45.2 ");
}

TEST(ClaimsTest, RefundsAreTakenOffTheSum) {
  Break more = Item(BreakClass::kQuantityBreak, 0, "24", "16", "27.60");
  Break refund;
  refund.kind = BreakClass::kNonUsage;
  refund.currency = more.currency;
  refund.price_effect = *ParseMoney("-7.605");
  ReconcileResult result = ResultOf({more, refund});
  const std::string letter =
      ClaimLetter(result, ClaimsOf(result), ClaimBooks());
  EXPECT_THAT(letter, HasSubstr("a correction of **20.00 USD**"));
  EXPECT_THAT(letter, HasSubstr("The bill gives back 7.60 USD in credits"));
  EXPECT_EQ(WhyNothingIsClaimed(ResultOf({more})), "");
  refund.price_effect = *ParseMoney("-27.60");
  result = ResultOf({more, refund});
  EXPECT_TRUE(ClaimsOf(result).empty());
  EXPECT_THAT(WhyNothingIsClaimed(result),
              HasSubstr("gives back 27.60 USD in credits"));
}

TEST(ClaimsTest, AmountsAreWhatAnInvoiceCanHave) {
  Break tiny =
      Item(BreakClass::kPriceBreak, 0, "8", "8", "0.000000000044444444");
  Break more = Item(BreakClass::kPriceBreak, 2, "8", "8", "6330912.1408222");
  const ReconcileResult result = ResultOf({tiny, more});
  const std::vector<Claim> claims = ClaimsOf(result);
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_THAT(ClaimLetter(result, claims, ClaimBooks()),
              HasSubstr("**6,330,912.14 USD**"));
  for (Break* item : {&tiny, &more}) item->currency = *Currency::Parse("JPY");
  const ReconcileResult yen = ResultOf({more});
  EXPECT_THAT(ClaimLetter(yen, ClaimsOf(yen), ClaimBooks()),
              HasSubstr("**6,330,912 JPY**"));
}

TEST(ClaimsTest, ADeadlineThatHasPassedIsSaid) {
  ReconcileResult result =
      ResultOf({Item(BreakClass::kPriceBreak, 0, "8", "8", "400")});
  result.claim_deadline_us = HourOf(24);
  ClaimBooks books;
  books.written_us = HourOf(24);
  EXPECT_THAT(ClaimLetter(result, ClaimsOf(result), books),
              HasSubstr("can be disputed until **2026-11-04T00:00:00Z**"));
  books.written_us = HourOf(25);
  EXPECT_THAT(ClaimLetter(result, ClaimsOf(result), books),
              HasSubstr("could be disputed until 2026-11-04T00:00:00Z, which "
                        "has passed"));
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

TEST(ReconcilePageTest, TheContractsCurrencyComesFirst) {
  ReconcileResult result = ResultOf({});
  result.billed_total = {{"EUR", *ParseMoney("7")}, {"USD", *ParseMoney("9")}};
  result.expected_total = {{"USD", *ParseMoney("8")}};
  const std::string page =
      Collect([&](const Sink& sink) { WriteReconcilePage(result, sink); });
  EXPECT_LT(page.find("9.00 USD"), page.find("7.00 EUR"));
}

TEST(ReconcilePageTest, NothingIsSaidInWords) {
  const std::string page =
      Collect([](const Sink& sink) { WriteReconcilePage(ResultOf({}), sink); });
  EXPECT_THAT(page, HasSubstr("every row of the bill is as our books say"));
}

}  // namespace
}  // namespace drawdown
