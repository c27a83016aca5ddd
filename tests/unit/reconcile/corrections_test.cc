// Corrections: of this bill, of earlier ones, of usage that came late.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

// Usage of another service, which its credits and corrections are for.
TestRow Storage() {
  TestRow row = OnDemandRow(0, 1, "100", "1.00");
  row.service = "Amazon Simple Storage Service";
  row.sku = row.sku_price = "s3-std";
  row.resource = "bucket-1";
  row.unit = "GB-Mo";
  return row;
}

const TestRow kOriginal = OnDemandRow(0, 1, "3", "49.20");
const TestRow kNextHour = OnDemandRow(1, 2, "2", "32.80");

// The net effect of each style is one item beside the break of the original.
TEST(ReconcileCorrectionsTest, StylesOfCorrectionsAreLinked) {
  struct Case {
    const char* name;
    std::vector<TestRow> corrections;
    const char* net;
  };
  const Case cases[] = {
      {"delta", {Corrected(OnDemandRow(0, 1, "-1", "-16.40"))}, "-16.4"},
      {"negation and replacement",
       {Corrected(OnDemandRow(0, 1, "-3", "-49.20")),
        Corrected(OnDemandRow(0, 1, "2", "32.80"))},
       "-16.4"},
      {"correction of a correction",
       {Corrected(OnDemandRow(0, 1, "-2", "-32.80")),
        Corrected(OnDemandRow(0, 1, "1", "16.40"))},
       "-16.4"},
      {"cost only", {CostOnly(0, 1, "-16.40", "p6e")}, "-16.4"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<TestRow> rows = {kOriginal, kNextHour};
    rows.insert(rows.end(), c.corrections.begin(), c.corrections.end());
    const ReconcileResult result = Reconcile(MeteredHours(2), rows);
    ExpectInvariants(result, rows);
    const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
    ASSERT_EQ(linked.size(), 1u);
    EXPECT_EQ(FormatMoney(linked[0].difference), c.net);
    EXPECT_EQ(linked[0].pool, kGb200);
    EXPECT_THAT(linked[0].matched_on, HasSubstr("provider+pool+period"));
    EXPECT_TRUE(ItemsOf(result, BreakClass::kCorrectionOrphan).empty());
    MoneyAmount net;
    for (const Break& item : result.items) net += item.difference;
    EXPECT_EQ(FormatMoney(net), "0");
  }
}

// Of a charge for other time, what was metered then is not this period's.
TEST(ReconcileCorrectionsTest, OfTimingOnlyUnmeteredHoursAreOff) {
  struct Case {
    const char* metered;
    const char* nobodys;
  };
  for (const Case& c :
       {Case{"8", "0"}, Case{"9", "0"}, Case{"2", "24.6"}, Case{"0", "32.8"}}) {
    Scenario setup = MeteredHours(2);
    setup.metered = [&c](const std::vector<PoolWindow>& windows)
        -> absl::StatusOr<std::vector<GpuTime>> {
      return std::vector<GpuTime>(windows.size(), Hours(c.metered));
    };
    const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"),
                                       OnDemandRow(-9, -8, "2", "32.80")};
    const ReconcileResult result = Reconcile(setup, rows);
    ExpectInvariants(result, rows);
    const auto timing = ItemsOf(result, BreakClass::kTiming);
    ASSERT_EQ(timing.size(), 1u);
    EXPECT_EQ(FormatMoney(timing[0].quantity_effect), c.nobodys);
  }
}

TEST(ReconcileCorrectionsTest, RefundsAreWhatTheContractDoesNotGrant) {
  TestRow credit = CostOnly(0, 1, "-20", "");
  credit.correction = false;
  TestRow adjustment = credit;
  credit.category = ChargeCategory::kCredit;
  adjustment.billed = "-3.50";
  TestRow before = adjustment;
  before.start_us = kStart - 2 * kMicrosPerHour;
  before.end_us = kStart - kMicrosPerHour;
  before.service = "another";
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), credit,
                                     adjustment, before};
  const ReconcileResult result = Reconcile(MeteredHours(2), rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(SumOf(result, BreakClass::kNonUsage, &Break::price_effect),
            "-23.5");
}

// One row of money beside a right bill: what it gives back of what is claimed.
TEST(ReconcileCorrectionsTest, OnlyMoneyThatNamesNothingElseIsARefund) {
  struct Case {
    const char* name;
    std::function<void(TestRow*)> change;
    const char* back;
  };
  const auto october = [](TestRow*) {};
  const std::vector<Case> cases = {
      {"of the service of the contract's rows", october, "-20"},
      {"without a service", [](TestRow* row) { row->service.clear(); }, "-20"},
      {"of another service",
       [](TestRow* row) { row->service = "Amazon Simple Storage Service"; },
       "0"},
      {"of a service that nothing is used of",
       [](TestRow* row) { row->service = "AWS Account"; }, "-20"},
      {"of the contract's SKU", [](TestRow* row) { row->sku = "p6e"; }, "-20"},
      {"of another SKU", [](TestRow* row) { row->sku = "s3-std"; }, "0"},
      {"of another SKU price", [](TestRow* row) { row->sku_price = "x"; }, "0"},
      {"of an instance", [](TestRow* row) { row->resource = "i-9"; }, "-20"},
      {"of a resource of no service",
       [](TestRow* row) {
         row->resource = "bucket-1";
         row->service.clear();
       },
       "0"},
      {"of the month after",
       [](TestRow* row) {
         row->start_us = kEnd + 24 * kMicrosPerHour;
         row->end_us = row->start_us + kMicrosPerHour;
       },
       "0"},
      {"of the period's first moment",
       [](TestRow* row) { row->start_us = row->end_us = kStart; }, "-20"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    for (const ChargeCategory category :
         {ChargeCategory::kCredit, ChargeCategory::kAdjustment}) {
      TestRow row = CostOnly(0, 1, "-20", "");
      row.correction = false;
      row.category = category;
      row.resource.clear();
      c.change(&row);
      // Of the period, and in the same group but for what is asked about.
      TestRow small = CostOnly(0, 1, "-1", "");
      small.correction = false;
      small.category = category;
      const std::vector<TestRow> rows = {row, OnDemandRow(0, 2, "4", "65.60"),
                                         Storage(), small};
      const ReconcileResult result = Reconcile(MeteredHours(2), rows);
      ExpectInvariants(result, rows);
      MoneyAmount back;
      for (const Break& item : ItemsOf(result, BreakClass::kNonUsage)) {
        back += item.price_effect;
      }
      EXPECT_EQ(FormatMoney(back - Usd("-1")), c.back);
    }
  }
}

// What is bought has no usage, and yet its credits are of it.
TEST(ReconcileCorrectionsTest, ACreditOfWhatIsBoughtIsNoRefund) {
  TestRow support = OnDemandRow(0, 744, "1", "100");
  support.category = ChargeCategory::kPurchase;
  support.service = "AWS Support";
  support.sku = support.sku_price = support.resource = "";
  TestRow credit = CostOnly(0, 1, "-20", "");
  credit.category = ChargeCategory::kCredit;
  credit.correction = false;
  credit.resource.clear();
  credit.service = support.service;
  const auto back = [&](const TestRow& bought) {
    const ReconcileResult result = Reconcile(
        MeteredHours(2), {OnDemandRow(0, 2, "4", "65.60"), bought, credit});
    return SumOf(result, BreakClass::kNonUsage, &Break::price_effect);
  };
  EXPECT_EQ(back(support), "0");
  support.service = "AWS Marketplace";
  EXPECT_EQ(back(support), "-20");
}

TEST(ReconcileCorrectionsTest, AnOrphanOfAnotherServiceIsNoRefund) {
  TestRow bulk = CostOnly(0, 1, "-3.00", "");
  bulk.resource.clear();
  TestRow other = bulk;
  other.service = "Amazon Simple Storage Service";
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), bulk,
                                     other, Storage()};
  const auto orphans =
      ItemsOf(Reconcile(MeteredHours(2), rows), BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 2u);
  EXPECT_EQ(FormatMoney(orphans[0].price_effect + orphans[1].price_effect),
            "-3");
}

TEST(ReconcileCorrectionsTest, WithoutAnOriginalTheyAreOrphans) {
  const TestRow old = Corrected(OnDemandRow(-48, -47, "-1", "-16.40"));
  TestRow bulk = CostOnly(0, 1, "-3.00", "");
  TestRow unknown = CostOnly(0, 1, "-4.00", "p9");
  const std::vector<TestRow> rows = {OnDemandRow(0, 2, "4", "65.60"), old, bulk,
                                     unknown};
  const ReconcileResult result = Reconcile(MeteredHours(2), rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 3u);
  for (const Break& item : orphans) {
    EXPECT_EQ(item.difference, item.billed_cost);
  }
}

// May's bill beside June's: the rows that June corrects are at hand.
TEST(ReconcileCorrectionsTest, AnEarlierBillsRowsAreOriginals) {
  TestRow original = OnDemandRow(-48, -47, "3", "49.20");
  original.billing_start_us = kStart - 720 * kMicrosPerHour;
  original.billing_end_us = kStart;
  const TestRow of_it = Corrected(OnDemandRow(-48, -47, "-1", "-16.40"));
  const TestRow late = Corrected(OnDemandRow(-40, -39, "2", "32.80"));
  const std::vector<TestRow> rows = {original, of_it, late,
                                     OnDemandRow(0, 2, "4", "65.60")};
  const ReconcileResult result = Reconcile(MeteredHours(2), rows);
  ExpectInvariants(result, rows);
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 2u);
  EXPECT_EQ(linked[0].matched_on, "provider+pool+period+kind");
  EXPECT_EQ(linked[1].matched_on, "provider+pool+month+kind");
  EXPECT_THAT(linked[1].reason, HasSubstr("late usage"));
}

// The next bill brings, as a correction, what this period's bill lacked.
TEST(ReconcileCorrectionsTest, LateUsageIsComparedWithTheMeter) {
  TestRow late = Corrected(OnDemandRow(1, 2, "2", "32.80"));
  late.billing_start_us = kEnd;
  late.billing_end_us = kEnd + 720 * kMicrosPerHour;
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"), late};
  const ReconcileResult result = Reconcile(MeteredHours(2), rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_EQ(result.items[1].kind, BreakClass::kCorrectionLinked);
  EXPECT_TRUE(result.items[1].metered == Hours("8"));
  EXPECT_TRUE(result.items[1].difference.zero());
  EXPECT_THAT(result.items[1].reason, HasSubstr("usage that came late"));
  late.billed = "40.00";
  const ReconcileResult dearer = Reconcile(MeteredHours(2), {rows[0], late});
  EXPECT_EQ(FormatMoney(dearer.items[1].difference), "7.2");
}

TEST(ReconcileCorrectionsTest, AnotherCurrencyIsNoCorrectionOfIt) {
  TestRow euros = Corrected(OnDemandRow(0, 1, "-1", "-15"));
  euros.currency = "EUR";
  const std::vector<TestRow> rows = {kOriginal, kNextHour, euros};
  const ReconcileResult result = Reconcile(MeteredHours(2), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kCurrencyBreak).size(), 1u);
}

}  // namespace
}  // namespace drawdown::testing
