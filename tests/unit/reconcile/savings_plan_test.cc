// Usage that a Spend commitment covers, as savings plans are billed: free in
// its rows, and paid by the plan's fee.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kPlan[] = "plan";

// A plan of 32.80 USD an hour, and 8 GPU-hours at 4.10 in each of six hours;
// four hours are idle.
Scenario Plan(std::string_view hours_each = "8") {
  Scenario setup;
  Commitment plan;
  plan.id = kPlan;
  plan.category = CommitmentCategory::kSpend;
  plan.shortfall = {ShortfallPolicy::kTakeOrPay, std::nullopt};
  plan.spend_steps = {{setup.contract.term.start_us, Usd("32.80")}};
  plan.applies = {
      {Dimension::kPool, Operator::kIn, {std::string(kGb200)}, std::nullopt}};
  setup.contract.commitments = {plan};
  BookBuilder books;
  books.OnDemand(kGb200, 0, 6, hours_each);
  for (int hour = 6; hour < 10; ++hour) {
    books.Fee(ChargeKind::kShortfall, hour, hour + 1, "0", "32.80", kPlan);
  }
  setup.rated = books.Build();
  return setup;
}

TestRow Covered(int hour, std::string quantity, std::string effective,
                std::string billed = "0") {
  TestRow row = CoveredRow(hour, hour + 1, std::move(quantity),
                           std::move(effective), std::move(billed));
  row.commitment = kPlan;
  return row;
}

TestRow Fee(int first, int last, std::string billed) {
  TestRow row = PurchaseRow(first, last, billed, billed);
  row.commitment = kPlan;
  row.resource = kPlan;
  row.unit = "USD";
  return row;
}

TestRow Unused(int hour) {
  TestRow row = Fee(hour, hour + 1, "0");
  row.category = ChargeCategory::kUsage;
  row.frequency = "Usage-Based";
  row.commitment_status = UsageStatus::kUnused;
  row.quantity = "32.80";
  row.effective = "32.80";
  return row;
}

// Covered rows at 0..5, then unused ones at 6..9, then ten fees.
std::vector<TestRow> PlanRows() {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < 6; ++hour) {
    rows.push_back(Covered(hour, "2", "32.80"));
  }
  for (int hour = 6; hour < 10; ++hour) rows.push_back(Unused(hour));
  for (int hour = 0; hour < 10; ++hour) {
    rows.push_back(Fee(hour, hour + 1, "32.80"));
  }
  return rows;
}

ReconcileResult Checked(const Scenario& setup,
                        const std::vector<TestRow>& rows) {
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const std::vector<TestRow> backwards(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, backwards)), Serialized(result));
  EXPECT_EQ(Serialized(Reconcile(setup, rows, true)), Serialized(result));
  return result;
}

std::vector<Break> Breaks(const ReconcileResult& result) {
  std::vector<Break> breaks;
  for (const Break& item : result.items) {
    if (!IsClean(item.kind)) breaks.push_back(item);
  }
  return breaks;
}

Break OnlyBreak(const ReconcileResult& result) {
  const std::vector<Break> breaks = Breaks(result);
  EXPECT_EQ(breaks.size(), 1u) << Serialized(result);
  return breaks.empty() ? Break() : breaks.front();
}

TEST(ReconcileSavingsPlanTest, AsFocusHasItIsClean) {
  const ReconcileResult result = Checked(Plan(), PlanRows());
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(FormatMoney(result.expected_total.at("USD")), "328");
  const ReconcileCheck& effective = CheckNamed(result, "effective_cost");
  EXPECT_EQ(effective.outcome, ReconcileCheck::Outcome::kPassed)
      << effective.detail;
}

// What no usage drew has no hours, and is owed all the same.
TEST(ReconcileSavingsPlanTest, AFeeOfAnIdleHourThatIsMissingIsFound) {
  std::vector<TestRow> rows = PlanRows();
  rows.erase(rows.begin() + 10 + 7);
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.difference), "-32.8");
  EXPECT_EQ(item.reason,
            "purchase of plan: contracted 32.80 USD, no such row in the bill, "
            "though it has others of it");
}

// Some providers have what no usage drew in the fee, others in no row.
TEST(ReconcileSavingsPlanTest, WhatNoUsageDrewNeedsNoRow) {
  std::vector<TestRow> rows = PlanRows();
  rows.erase(rows.begin() + 6, rows.begin() + 10);
  const ReconcileResult result = Checked(Plan(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  for (const ReconcileCheck& check : result.checks) {
    EXPECT_NE(check.outcome, ReconcileCheck::Outcome::kFailed)
        << check.name << " " << check.detail;
  }
  for (TestRow& row : rows) row.amount = BilledAmount::kEffectiveCost;
  EXPECT_TRUE(Checked(Plan(), rows).clean());
  for (int fee = 12; fee < 16; ++fee) rows[fee].effective = "32.80";
  EXPECT_TRUE(Checked(Plan(), rows).clean());
}

TEST(ReconcileSavingsPlanTest, OneFeeOfAllHoursIsClean) {
  std::vector<TestRow> rows = PlanRows();
  rows.resize(10);
  rows.push_back(Fee(0, 10, "328.00"));
  EXPECT_TRUE(Checked(Plan(), rows).clean());
}

TEST(ReconcileSavingsPlanTest, UsageBeyondThePlanIsOnDemand) {
  std::vector<TestRow> rows = PlanRows();
  for (int hour = 0; hour < 6; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "1", "16.40"));
  }
  EXPECT_TRUE(Checked(Plan("12"), rows).clean());
}

TEST(ReconcileSavingsPlanTest, WhatRoundingHidesIsNotLeftOver) {
  std::vector<TestRow> rows = PlanRows();
  for (int hour = 0; hour < 6; ++hour) rows[hour].quantity = "2.0000";
  const ReconcileResult result = Checked(Plan("8.0001"), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
}

// One row of six hours, of which the fee of each hour pays for a part.
TEST(ReconcileSavingsPlanTest, FeesOfPartsOfAChargePeriodAreThePeriods) {
  std::vector<TestRow> rows = PlanRows();
  rows.erase(rows.begin(), rows.begin() + 6);
  TestRow covered = Covered(0, "12", "196.80");
  covered.end_us = HourOf(6);
  rows.push_back(covered);
  rows.push_back(OnDemandRow(0, 6, "6", "98.40"));
  EXPECT_TRUE(Checked(Plan("12"), rows).clean())
      << Serialized(Checked(Plan("12"), rows));
  rows[6].billed = "32.00";
  const Break item = OnlyBreak(Checked(Plan("12"), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "-0.8");
}

TEST(ReconcileSavingsPlanTest, AWrongFeeIsFound) {
  std::vector<TestRow> rows = PlanRows();
  rows[12].billed = "40.00";
  Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "7.2");
  rows[12].billed = "30.00";
  item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(FormatMoney(item.difference), "-2.8");
}

TEST(ReconcileSavingsPlanTest, AMissingFeeIsFound) {
  std::vector<TestRow> rows = PlanRows();
  rows.erase(rows.begin() + 12);
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.expected_cost), "32.8");
}

TEST(ReconcileSavingsPlanTest, TooManyCoveredHoursAreFound) {
  std::vector<TestRow> rows = PlanRows();
  rows[2].quantity = "3";
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_THAT(item.reason, HasSubstr("billed 12 GPU-hours, metered 8"));
}

// Half of the hours that the fee pays for are billed beside it.
TEST(ReconcileSavingsPlanTest, TooFewCoveredHoursMakeTheFeeTooHigh) {
  std::vector<TestRow> rows = PlanRows();
  rows[2].quantity = "1";
  rows[2].effective = "16.40";
  rows.push_back(OnDemandRow(2, 3, "1", "16.40"));
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "16.4");
  EXPECT_THAT(item.reason, HasSubstr("purchase of plan"));
}

TEST(ReconcileSavingsPlanTest, ACoveredRowThatCostsIsFound) {
  std::vector<TestRow> rows = PlanRows();
  rows[2].billed = "32.80";
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "32.8");
}

TEST(ReconcileSavingsPlanTest, UsageThatNoRowBillsIsFound) {
  std::vector<TestRow> rows = PlanRows();
  rows.erase(rows.begin() + 2);
  rows[11].billed = "0";  // and its fee
  const Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kUnbilledUsage);
  EXPECT_EQ(FormatMoney(item.expected_cost), "32.8");
}

TEST(ReconcileSavingsPlanTest, CopiesOfCoveredRowsAreCopies) {
  std::vector<TestRow> rows = PlanRows();
  rows.push_back(rows[2]);
  Break item = OnlyBreak(Checked(Plan(), rows));
  EXPECT_EQ(item.kind, BreakClass::kDuplicateCharge);
  // Two that both ran are none.
  rows = PlanRows();
  for (int hour = 0; hour < 6; ++hour) {
    rows[hour].quantity = "1";
    rows[hour].effective = "16.40";
    rows.push_back(rows[hour]);
  }
  EXPECT_TRUE(Checked(Plan(), rows).clean());
}

TEST(ReconcileSavingsPlanTest, WithAnIdButNotCoveredIsBilledAsItRuns) {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < 6; ++hour) {
    rows.push_back(Covered(hour, "2", "32.80", "32.80"));
  }
  for (int hour = 6; hour < 10; ++hour) {
    rows.push_back(Fee(hour, hour + 1, "32.80"));
    rows.back().effective = "32.80";
  }
  EXPECT_TRUE(Checked(Plan(), rows).clean())
      << Serialized(Checked(Plan(), rows));
  rows.back().billed = "40.00";
  EXPECT_EQ(FormatMoney(OnlyBreak(Checked(Plan(), rows)).difference), "7.2");
}

TEST(ReconcileSavingsPlanTest, ByEffectiveCostIsClean) {
  std::vector<TestRow> rows = PlanRows();
  for (TestRow& row : rows) row.amount = BilledAmount::kEffectiveCost;
  EXPECT_TRUE(Checked(Plan(), rows).clean())
      << Serialized(Checked(Plan(), rows));
  rows[2].effective = "40.00";
  EXPECT_EQ(FormatMoney(OnlyBreak(Checked(Plan(), rows)).difference), "7.2");
}

// Nothing that it covers is of a pool that the plan does not count.
TEST(ReconcileSavingsPlanTest, APoolThatThePlanDoesNotCountIsNotCovered) {
  Scenario setup = Plan();
  setup.contract.commitments[0].applies[0].values = {std::string(kH100)};
  const ReconcileResult result = Checked(setup, PlanRows());
  EXPECT_EQ(SumOf(result, BreakClass::kUnbilledUsage, &Break::expected_cost),
            "196.8");
}

// 8 of 16 GPU-hours are covered, in one row for all of the time.
TEST(ReconcileSavingsPlanTest, CoveredRowsMayBeOfLongerTimesThanOthers) {
  TestRow covered = Covered(0, "12", "196.80");
  covered.end_us = HourOf(6);
  std::vector<TestRow> rows = {covered, Fee(0, 10, "328.00")};
  for (int hour = 0; hour < 6; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "2", "32.80"));
  }
  for (int hour = 6; hour < 10; ++hour) rows.push_back(Unused(hour));
  const ReconcileResult result = Reconcile(Plan("16"), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows[5].billed = "65.60";
  EXPECT_EQ(SumOf(Reconcile(Plan("16"), rows), BreakClass::kPriceBreak,
                  &Break::difference),
            "32.8");
}

TEST(ReconcileSavingsPlanTest, TenantsAreNotCompared) {
  Scenario setup = Plan();
  setup.options.tenant_tag = "team";
  std::vector<TestRow> rows = PlanRows();
  for (TestRow& row : rows) row.tags = R"({"team":"other"})";
  const ReconcileResult result = Checked(setup, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_THAT(result.notes,
              Contains(HasSubstr("tenants of aws/us-east-1/gb200 were not "
                                 "compared")));
}

}  // namespace
}  // namespace drawdown::testing
