// One group of usage rows against the meter: every class with exact amounts.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  const char* name;
  std::vector<TestRow> rows;
  BreakClass kind;
  const char* billed_hours;
  const char* expected;
  const char* difference;
  const char* quantity_effect;
  const char* price_effect;
  const char* reason;
};

// Against 3072 units x 4 GPUs = 12,288 GPU-hours metered in hours 0 to 2, at
// 4.10: 50,380.80.
std::vector<Case> OnDemandCases() {
  TestRow gpu_hours = OnDemandRow(0, 3, "12288", "50380.80");
  gpu_hours.unit = "GPU-Hours";
  return {
      {"equal",
       {OnDemandRow(0, 3, "3072", "50380.80")},
       BreakClass::kMatched,
       "12288",
       "50380.8",
       "0",
       "0",
       "0",
       "billed and metered 12,288 GPU-hours at 4.10 USD"},
      {"unit counts GPUs",
       {gpu_hours},
       BreakClass::kMatched,
       "12288",
       "50380.8",
       "0",
       "0",
       "0",
       "12,288 GPU-hours at 4.10 USD"},
      {"split over rows",
       {OnDemandRow(0, 2, "2048", "33587.20"),
        OnDemandRow(1, 3, "1024", "16793.60")},
       BreakClass::kMatched,
       "12288",
       "50380.8",
       "0",
       "0",
       "0",
       "4.10 USD"},
      {"half a cent",
       {OnDemandRow(0, 3, "3072", "50380.805")},
       BreakClass::kPriceBreak,
       "12288",
       "50380.8",
       "0.005",
       "0",
       "0.005",
       "0.005 USD too much"},
      {"rounded to tenths",
       {OnDemandRow(0, 3, "3072.0000", "50380.8")},
       BreakClass::kMatched,
       "12288",
       "50380.8",
       "0",
       "0",
       "0",
       ""},
      {"more hours",
       {OnDemandRow(0, 3, "3328", "54579.20")},
       BreakClass::kQuantityBreak,
       "13312",
       "50380.8",
       "4198.4",
       "4198.4",
       "0",
       "billed 13,312 GPU-hours, metered 12,288: 1,024 GPU-hours too much at "
       "4.10 USD"},
      {"fewer hours",
       {OnDemandRow(0, 3, "3071", "50364.40")},
       BreakClass::kQuantityBreak,
       "12284",
       "50380.8",
       "-16.4",
       "-16.4",
       "0",
       "4 GPU-hours too little at 4.10 USD"},
      {"higher price",
       {OnDemandRow(0, 3, "3072", "55296.00")},
       BreakClass::kPriceBreak,
       "12288",
       "50380.8",
       "4915.2",
       "0",
       "4915.2",
       "billed 12,288 GPU-hours at 4.50 USD, contract price 4.10 USD: "
       "4,915.20 USD too much"},
      {"both",
       {OnDemandRow(0, 3, "3328", "59904.00")},
       BreakClass::kMixedBreak,
       "13312",
       "50380.8",
       "9523.2",
       "4198.4",
       "5324.8",
       "billed 13,312 GPU-hours at 4.50 USD, metered 12,288 at 4.10 USD: "
       "4,198.40 USD from the quantity and 5,324.80 USD from the price"},
      {"compensating",
       {OnDemandRow(0, 3, "3328", "50380.80")},
       BreakClass::kMixedBreak,
       "13312",
       "50380.8",
       "0",
       "4198.4",
       "-4198.4",
       ""},
  };
}

Scenario MeteredThreeHours() {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 3, "4096").Build();
  return setup;
}

TEST(ReconcileClassTest, OnDemandUsage) {
  const Scenario setup = MeteredThreeHours();
  for (const Case& c : OnDemandCases()) {
    SCOPED_TRACE(c.name);
    const ReconcileResult result = Reconcile(setup, c.rows);
    ExpectInvariants(result, c.rows);
    ASSERT_EQ(result.items.size(), 1u);
    const Break& item = result.items[0];
    EXPECT_EQ(BreakClassName(item.kind), BreakClassName(c.kind));
    EXPECT_TRUE(item.billed == Hours(c.billed_hours));
    EXPECT_TRUE(item.metered == Hours("12288"));
    EXPECT_EQ(FormatMoney(item.expected_cost), c.expected);
    EXPECT_EQ(FormatMoney(item.difference), c.difference);
    EXPECT_EQ(FormatMoney(item.quantity_effect), c.quantity_effect);
    EXPECT_EQ(FormatMoney(item.price_effect), c.price_effect);
    EXPECT_THAT(item.reason, HasSubstr(c.reason));
    EXPECT_EQ(item.matched_on, "provider+region+pool+period+kind");
    EXPECT_EQ(item.pool, kGb200);
    EXPECT_EQ(item.provider, "aws");
    EXPECT_EQ(item.period_start_us, HourOf(0));
    EXPECT_EQ(item.period_end_us, HourOf(3));
  }
}

TEST(ReconcileClassTest, ToleranceIsHalfAUnitOfTheLastPlacePerRow) {
  const Scenario setup = MeteredThreeHours();
  struct Money {
    std::vector<TestRow> rows;
    BreakClass kind;
  };
  const Money cases[] = {
      // Two places: half a cent is tolerated only where it can be rounding.
      {{OnDemandRow(0, 3, "3072", "50380.81")}, BreakClass::kPriceBreak},
      {{OnDemandRow(0, 3, "3072", "50380.8000000001")},
       BreakClass::kPriceBreak},
      // Digits that a double has not are no published places.
      {{OnDemandRow(0, 3, "3072", "50380.799999999996")},
       BreakClass::kWithinTolerance},
      {{OnDemandRow(0, 3, "3072", "50380.80000000073")},
       BreakClass::kWithinTolerance},
      {{OnDemandRow(0, 3, "3072", "50380.8000000006")},
       BreakClass::kPriceBreak},
      {{OnDemandRow(0, 3, "3072", "50380.800000060001")},
       BreakClass::kPriceBreak},
      {{OnDemandRow(0, 1, "1024", "16793.60"),
        OnDemandRow(0, 3, "2048", "33587.21")},
       BreakClass::kWithinTolerance},
      {{OnDemandRow(0, 1, "1024", "16793.6"),
        OnDemandRow(0, 3, "2048", "33587.22")},
       BreakClass::kPriceBreak},
      // 3071.9999 is 3072 units rounded to four places less one last place.
      {{OnDemandRow(0, 3, "3071.9999", "50380.80")},
       BreakClass::kWithinTolerance},
      {{OnDemandRow(0, 3, "3071.9998", "50380.80")},
       BreakClass::kWithinTolerance},
      {{OnDemandRow(0, 3, "3071.9", "50380.80")}, BreakClass::kMixedBreak},
  };
  for (const Money& c : cases) {
    const ReconcileResult result = Reconcile(setup, c.rows);
    ASSERT_EQ(result.items.size(), 1u);
    EXPECT_EQ(BreakClassName(result.items[0].kind), BreakClassName(c.kind))
        << *c.rows[0].quantity << " " << c.rows[0].billed;
    ExpectInvariants(result, c.rows);
  }
}

TEST(ReconcileClassTest, RoundedQuantityMayHideHalfItsLastPlace) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "1.33333333").Build();
  // 0.3333 units are 1.3332 GPU-hours; the money says 1.33333333.
  const ReconcileResult result =
      Reconcile(setup, {OnDemandRow(0, 1, "0.3333", "5.466667")});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kWithinTolerance);
  EXPECT_EQ(FormatMoney(result.items[0].difference), "0.000000347");
}

TEST(ReconcileClassTest, MoneyMadeFromUnroundedHoursIsNoPriceBreak) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  // 1.33333333 units billed, published as 1.3333.
  const ReconcileResult result =
      Reconcile(setup, {OnDemandRow(0, 1, "1.3333", "21.866667")});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(result.items[0].quantity_effect), "5.46612");
  EXPECT_EQ(FormatMoney(result.items[0].price_effect), "0.000547");
}

TEST(ReconcileClassTest, GivenToleranceReplacesTheDefault) {
  Scenario setup = MeteredThreeHours();
  const std::vector<TestRow> rows = {OnDemandRow(0, 3, "3072", "50385.80")};
  setup.options.tolerance = Usd("5");
  EXPECT_EQ(Reconcile(setup, rows).items[0].kind, BreakClass::kWithinTolerance);
  setup.options.tolerance = Usd("4.99");
  EXPECT_EQ(Reconcile(setup, rows).items[0].kind, BreakClass::kPriceBreak);
  setup.options.tolerance = MoneyAmount();
  EXPECT_EQ(
      Reconcile(setup, {OnDemandRow(0, 3, "3072", "50380.801")}).items[0].kind,
      BreakClass::kPriceBreak);
}

TEST(ReconcileClassTest, HoursWithinAMoneyToleranceAreTolerated) {
  Scenario setup = MeteredThreeHours();
  setup.options.tolerance = Usd("20");
  const ReconcileResult result =
      Reconcile(setup, {OnDemandRow(0, 3, "3073", "50397.20")});
  EXPECT_EQ(result.items[0].kind, BreakClass::kWithinTolerance);
  EXPECT_EQ(FormatMoney(result.items[0].difference), "16.4");
}

TEST(ReconcileClassTest, SeveralPricesUseTheirOwnHours) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 1, "100", "4.10")
                    .OnDemand(kGb200, 1, 2, "100", "3.90")
                    .Build();
  const ReconcileResult matched =
      Reconcile(setup, {OnDemandRow(0, 2, "50", "800")});
  EXPECT_EQ(matched.items[0].kind, BreakClass::kMatched);
  const ReconcileResult more =
      Reconcile(setup, {OnDemandRow(0, 2, "51", "816")});
  EXPECT_EQ(more.items[0].kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(more.items[0].quantity_effect), "16");
}

TEST(ReconcileClassTest, UnmeteredChargeExpectsNothing) {
  const Scenario setup = MeteredThreeHours();
  const std::vector<TestRow> rows = {OnDemandRow(0, 3, "3072", "50380.80"),
                                     OnDemandRow(7, 8, "10", "164.00")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kUnmeteredCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "164");
  EXPECT_TRUE(items[0].billed == Hours("40"));
  EXPECT_TRUE(items[0].metered == GpuTime());
  EXPECT_EQ(items[0].reason,
            "on-demand usage: billed 40 GPU-hours, nothing metered on the pool "
            "in this time that other rows do not bill");
}

TEST(ReconcileClassTest, UnbilledUsageIsOneItemPerRunOfBuckets) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 6, "8")
                    .OnDemand(kGb200, 9, 10, "8")
                    .Build();
  const std::vector<TestRow> rows = {OnDemandRow(2, 4, "4", "65.60")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kUnbilledUsage);
  ASSERT_EQ(items.size(), 3u);
  const int edges[][2] = {{0, 2}, {4, 6}, {9, 10}};
  const char* costs[] = {"-65.6", "-65.6", "-32.8"};
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].period_start_us, HourOf(edges[i][0]));
    EXPECT_EQ(items[i].period_end_us, HourOf(edges[i][1]));
    EXPECT_EQ(FormatMoney(items[i].difference), costs[i]);
    EXPECT_FALSE(items[i].billed.has_value());
    EXPECT_EQ(items[i].sku, "p6e");
    EXPECT_EQ(items[i].region, "us-east-1");
  }
  EXPECT_EQ(items[0].reason,
            "on-demand usage: metered 16 GPU-hours worth 65.60 USD, no such "
            "row in the bill");
}

TEST(ReconcileClassTest, CoveredUnbilledUsageCostsNothingButIsReported) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 2, "8").Build();
  TestRow other = OnDemandRow(0, 1, "1", "1");
  other.sku = "storage";
  other.sku_price = "";
  const ReconcileResult result = Reconcile(setup, {other});
  const auto items = ItemsOf(result, BreakClass::kUnbilledUsage);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(items[0].metered == Hours("16"));
  EXPECT_TRUE(items[0].difference.zero());
  EXPECT_FALSE(result.clean());
}

// Each metered cell ends in a class, whoever the rows are of.
TEST(ReconcileClassTest, WithoutRowsOfTheProviderAllIsUnbilled) {
  const Scenario setup = MeteredThreeHours();
  TestRow other = OnDemandRow(0, 1, "1", "10");
  other.provider = "Oracle";
  for (const std::vector<TestRow>& rows :
       {std::vector<TestRow>{other}, std::vector<TestRow>()}) {
    const ReconcileResult result = Reconcile(setup, rows);
    EXPECT_FALSE(result.clean());
    const auto items = ItemsOf(result, BreakClass::kUnbilledUsage);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].rows, 0u);
    EXPECT_EQ(items[0].period_start_us, HourOf(0));
    EXPECT_EQ(items[0].period_end_us, HourOf(3));
    ASSERT_EQ(result.notes.size(), 1u);
    EXPECT_THAT(result.notes[0], HasSubstr("no row of provider aws"));
    EXPECT_EQ(CheckNamed(result, "metered_conservation").outcome,
              ReconcileCheck::Outcome::kPassed);
  }
}

TEST(ReconcileClassTest, UnpricedUsageCannotBeChecked) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Unpriced(kGb200, 0, 1, "8")
                    .Unpriced(kGb200, 4, 5, "8")
                    .Build();
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "99")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_THAT(items[0].reason, HasSubstr("metered 8 GPU-hours, not billed"));
  EXPECT_TRUE(items[1].difference.zero());
  EXPECT_THAT(items[1].reason, HasSubstr("no rate"));
}

TEST(ReconcileClassTest, FreeUsageNeedsNoRow) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 1, "8", "0")
                    .OnDemand(kGb200, 2, 3, "8")
                    .Build();
  const ReconcileResult result =
      Reconcile(setup, {OnDemandRow(2, 3, "2", "32.80")});
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
}

// What is billed too much may be what is not billed as what it was.
TEST(ReconcileClassTest, ReservedUsageThatIsBilledOnDemandSaysSo) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 1, "8")
                    .Covered(kGb200, 0, 1, "8")
                    .Build();
  const auto reason = [&](const std::vector<TestRow>& rows) {
    const ReconcileResult result = Reconcile(setup, rows);
    ExpectInvariants(result, rows);
    const auto items = ItemsOf(result, BreakClass::kQuantityBreak);
    return items.size() == 1 ? items[0].reason : Serialized(result);
  };
  const std::string hint =
      "8 GPU-hours metered on the pool as another kind of usage are not billed";
  // Of a bill that names the commitment: else it tells no kinds.
  const TestRow fee = PurchaseRow(0, 1, "8", "16.40");
  EXPECT_THAT(reason({OnDemandRow(0, 1, "4", "65.60"), fee}), HasSubstr(hint));
  EXPECT_THAT(
      reason({OnDemandRow(0, 1, "4", "65.60"), CoveredRow(0, 1, "2", "16.40")}),
      Not(HasSubstr("another kind")));
  EXPECT_THAT(reason({OnDemandRow(0, 1, "1", "16.40"), fee}),
              Not(HasSubstr("another kind")));
  // What a longer row lacks is not all of each shorter one's time.
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 9, "8")
                    .Covered(kGb200, 0, 9, "8")
                    .Build();
  EXPECT_THAT(
      reason(
          {OnDemandRow(0, 9, "24", "393.60"), CoveredRow(0, 9, "2", "16.40")}),
      AllOf(HasSubstr("24 GPU-hours too much at 4.10 USD; at least as many, "
                      "metered on the pool as another kind of usage, are not "
                      "billed as that by rows that reach into this time"),
            Not(HasSubstr("64 GPU-hours metered on the pool"))));
}

TEST(ReconcileClassTest, CoveredUsageOfNoNamedCommitment) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 1, "8").Build();
  TestRow row = CoveredRow(0, 1, "2", "16.40");
  row.commitment = "";
  EXPECT_THAT(Serialized(Reconcile(setup, {row})),
              HasSubstr("covered by a commitment that the rows do not name: "
                        "billed 8 GPU-hours"));
}

TEST(ReconcileClassTest, ARowWithoutQuantityKeepsTheMoneyDifference) {
  const Scenario setup = MeteredThreeHours();
  TestRow row = OnDemandRow(0, 3, "1", "50390.80");
  row.unit = "Requests";
  const ReconcileResult result = Reconcile(setup, {row});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kNotExecutable);
  EXPECT_EQ(FormatMoney(result.items[0].difference), "10");
  EXPECT_TRUE(result.items[0].metered == Hours("12288"));
  EXPECT_FALSE(result.items[0].billed.has_value());
  EXPECT_THAT(result.items[0].reason, HasSubstr("unit \"Requests\""));
}

TEST(ReconcileClassTest, NamesStayOnlyWhereAllRowsAgree) {
  const Scenario setup = MeteredThreeHours();
  TestRow second = OnDemandRow(1, 3, "1024", "16793.60");
  second.resource = "i-2";
  const ReconcileResult result =
      Reconcile(setup, {OnDemandRow(0, 2, "2048", "33587.20"), second});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].resource, "");
  EXPECT_EQ(result.items[0].sub_account, "111");
  EXPECT_EQ(result.items[0].rows, 2u);
}

TEST(ReconcileClassTest, ContractGpuCountWins) {
  const Scenario setup = MeteredThreeHours();
  TestRow row = OnDemandRow(0, 3, "3072", "50380.80");
  row.gpu_count = 8;
  const ReconcileResult result = Reconcile(setup, {row});
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_THAT(result.items[0].reason,
              HasSubstr("SkuPriceDetails.GpuCount says 8, the contract's "
                        "gpus_per_unit is used"));
}

TEST(ReconcileClassTest, TheRowsGpuCountIsUsedWhereTheContractHasNone) {
  Scenario setup = MeteredThreeHours();
  for (PoolNaming& pool : setup.contract.pools) pool.gpus_per_unit = 0;
  TestRow row = OnDemandRow(0, 3, "1536", "50380.80");
  row.gpu_count = 8;
  const ReconcileResult result = Reconcile(setup, {row});
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_THAT(result.items[0].reason,
              HasSubstr("; the contract has no gpus_per_unit, so "
                        "SkuPriceDetails.GpuCount 8 is used"));
  // Each row by its own.
  TestRow one = OnDemandRow(0, 3, "4096", "16793.60");
  TestRow four = OnDemandRow(0, 3, "2048", "33587.20");
  four.gpu_count = 4;
  for (const std::vector<TestRow>& rows :
       {std::vector<TestRow>{one, four}, std::vector<TestRow>{four, one}}) {
    const ReconcileResult mixed = Reconcile(setup, rows);
    EXPECT_EQ(mixed.items[0].kind, BreakClass::kMatched);
    EXPECT_THAT(mixed.items[0].reason,
                HasSubstr("SkuPriceDetails.GpuCount 4 is used"));
  }
  // GPU-hours need none, and rows without one are of one GPU.
  row.unit = "GPU-Hours";
  row.quantity = "12288";
  const ReconcileResult hours = Reconcile(setup, {row});
  EXPECT_EQ(hours.items[0].kind, BreakClass::kMatched);
  EXPECT_THAT(hours.items[0].reason, Not(HasSubstr("GpuCount")));
}

TEST(ReconcileClassTest, TheGpuCountOfRowsOfACommitmentIsUsedToo) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 1, "80").Build();
  for (PoolNaming& pool : setup.contract.pools) pool.gpus_per_unit = 0;
  TestRow covered = CoveredRow(0, 1, "10", "164.00");
  covered.gpu_count = 8;
  EXPECT_EQ(Reconcile(setup, {covered}).items[0].kind, BreakClass::kMatched);
}

TEST(ReconcileClassTest, RowsOfPartOfABucketTakeTheWholeBucket) {
  const Scenario setup = MeteredThreeHours();
  TestRow first = OnDemandRow(0, 3, "2048", "33587.20");
  first.end_us = HourOf(2) + 1;
  TestRow second = OnDemandRow(0, 3, "1024", "16793.60");
  second.start_us = HourOf(3) - 1;
  const ReconcileResult result = Reconcile(setup, {second, first});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_EQ(result.items[0].period_end_us, HourOf(3));
}

}  // namespace
}  // namespace drawdown::testing
