// Bills that tell covered usage from other in another way than FOCUS has it, or
// not at all.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/kinds_rows.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReconcileKindsTest, UsageOfABillWithoutKindsIsOne) {
  const ReconcileResult result = Checked(Reserved(), PlainRows("2", "16.40"));
  EXPECT_TRUE(result.clean()) << Serialized(result);
  const auto matched = ItemsOf(result, BreakClass::kMatched);
  ASSERT_EQ(matched.size(), size_t{kHours});
  EXPECT_EQ(matched[0].matched_on, "provider+region+pool+period");
  EXPECT_EQ(matched[0].reason,
            "usage: billed and metered 8 GPU-hours at 2.05 USD");
  EXPECT_THAT(result.notes,
              Contains(HasSubstr("no row tells which usage is covered")));
}

TEST(ReconcileKindsTest, CoveredAndOnDemandHoursAddUp) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .OnDemand(kGb200, 0, kHours, "4")
                    .Build();
  EXPECT_TRUE(Checked(setup, PlainRows("3", "32.80")).clean());
}

TEST(ReconcileKindsTest, HoursAloneMatchWithoutKinds) {
  std::vector<TestRow> rows = PlainRows("2", "0");
  for (TestRow& row : rows) {
    row.costed = false;
    row.amount = BilledAmount::kNone;
  }
  EXPECT_TRUE(Checked(Reserved(), rows).clean());
  rows[3].quantity = "3";
  const Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
}

TEST(ReconcileKindsTest, WhatIsWrongWithoutKindsIsFound) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows[3].billed = "32.80";  // at the on-demand price
  Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "16.4");

  rows = PlainRows("2", "16.40");
  rows[3].quantity = "3";
  rows[3].billed = "24.60";
  item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.difference), "8.2");

  rows = PlainRows("2", "16.40");
  rows.erase(rows.begin() + 3);
  item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kUnbilledUsage);
  EXPECT_EQ(FormatMoney(item.expected_cost), "16.4");
  EXPECT_THAT(item.reason, HasSubstr("usage: metered 8 GPU-hours worth 16.40"));
}

TEST(ReconcileKindsTest, TenantsAreToldWithoutKinds) {
  const Scenario setup = OfTwoTenants("2.05");
  std::vector<TestRow> rows = RowsOfTwoTenants("8.20");
  const ReconcileResult result = Checked(setup, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), size_t{2 * kHours});
  rows[7].tags = R"({"team":"a"})";
  EXPECT_EQ(ItemsOf(Checked(setup, rows), BreakClass::kAllocationGap).size(),
            2u);
}

TEST(ReconcileKindsTest, WhatIsAppliedIsStillWhatIsCovered) {
  AppliedCommitment applied;
  applied.commitment = kReserved;
  applied.quantity = ParseDecimal("8").value();
  applied.unit = "GPU-Hours";
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  for (TestRow& row : rows) row.applied = {applied};
  const ReconcileResult result = Checked(Reserved(), rows);
  const ReconcileCheck& check = CheckNamed(result, "contract_applied");
  EXPECT_EQ(check.outcome, ReconcileCheck::Outcome::kPassed) << check.detail;
}

TEST(ReconcileKindsTest, ARowThatNamesTheCommitmentTellsKinds) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(PurchaseRow(0, kHours, "160", "328.00"));
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMixedBreak).size() +
                ItemsOf(result, BreakClass::kQuantityBreak).size() +
                ItemsOf(result, BreakClass::kUnmeteredCharge).size(),
            size_t{kHours});
}

TEST(ReconcileKindsTest, AFlatFeeForWhatIsReservedIsRight) {
  const ReconcileResult result = Checked(Reserved(), PlainRows("4", "32.80"));
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched)[0].reason,
            "usage: billed 16 GPU-hours, metered 8 and 8 left over, which the "
            "rows bill too");
}

TEST(ReconcileKindsTest, WhatIsWrongInAFlatFeeIsFound) {
  std::vector<TestRow> rows = PlainRows("4", "32.80");
  rows[3].quantity = "5";
  rows[3].billed = "41.00";
  Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.difference), "8.2");

  rows = PlainRows("4", "32.80");
  rows[3].billed = "65.60";
  item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "32.8");
}

// Nobody owes hours that are waived, so rows that bill them bill too much.
TEST(ReconcileKindsTest, WaivedHoursAreNotLeftOver) {
  Scenario setup;
  setup.contract.commitments[0].shortfall.policy = ShortfallPolicy::kWaived;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Unused(0, kHours, "8", "0")
                    .Build();
  const std::vector<TestRow> rows = PlainRows("4", "32.80");
  const auto too_much = [&](const ReconcileResult& result) {
    EXPECT_EQ(ItemsOf(result, BreakClass::kQuantityBreak).size(),
              size_t{kHours})
        << Serialized(result);
    return SumOf(result, BreakClass::kQuantityBreak, &Break::difference);
  };
  EXPECT_EQ(too_much(Checked(setup, rows)), "164");
  std::vector<TestRow> hours_only = rows;
  for (TestRow& row : hours_only) {
    row.costed = false;
    row.billed = "0";
    row.amount = BilledAmount::kNone;
  }
  too_much(Checked(setup, hours_only));
  Scenario tagged = setup;
  tagged.options.tenant_tag = "team";
  EXPECT_THAT(Checked(tagged, rows).notes,
              Not(Contains(HasSubstr("tenants of "))));
  setup.contract.commitments[0].applies[0].values.emplace_back(kH100);
  EXPECT_EQ(too_much(Checked(setup, rows)), "164");
}

// Which of its pools a flat fee is for is not told.
TEST(ReconcileKindsTest, WhatSeveralPoolsMayHaveLeftIsNotClaimed) {
  Scenario setup = Reserved();
  setup.contract.commitments[0].applies[0].values.emplace_back(kH100);
  std::vector<TestRow> rows = PlainRows("4", "32.80");
  ReconcileResult result = Checked(setup, rows);
  const auto unclear = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(unclear.size(), size_t{kHours}) << Serialized(result);
  EXPECT_EQ(FormatMoney(unclear[0].difference), "0");
  EXPECT_THAT(unclear[0].reason, HasSubstr("may be what a commitment of "
                                           "several pools had left"));
  rows[3].quantity = "5";  // more than was left
  result = Checked(setup, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kNotExecutable).size(),
            size_t{kHours - 1});
}

TEST(ReconcileKindsTest, CoveredUsageMayBeBilledAsItRuns) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(UnusedRow(hour, hour + 1, "2", "16.40"));
  }
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_THAT(result.notes, Contains(HasSubstr("is billed as it runs")));
}

TEST(ReconcileKindsTest, WhatIsWrongOfCoveredUsageBilledAsItRunsIsFound) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows[3].billed = "24.60";
  Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "8.2");

  rows = CoveredRows("16.40");
  rows.erase(rows.begin() + 3);
  item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kUnbilledUsage);
  EXPECT_EQ(FormatMoney(item.expected_cost), "16.4");
}

// Of two errors the smaller one is asked for: a fee that is three times what
// was left is no fee for what ran.
TEST(ReconcileKindsTest, AFeeThatIsTooHighIsNoFeeForWhatRan) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Unused(0, kHours, "4")
                    .Build();
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows.push_back(PurchaseRow(0, kHours, "40", "82.00"));
  EXPECT_TRUE(Checked(setup, rows).clean());
  rows.back().billed = "205.00";
  const Break item = OnlyBreak(Checked(setup, rows));
  EXPECT_EQ(FormatMoney(item.difference), "123");
  EXPECT_THAT(item.reason, HasSubstr("purchase of gb200-reserved"));
}

TEST(ReconcileKindsTest, QuantitiesInAnotherUnitAreBilledAsTheyRun) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  for (TestRow& row : rows) row.quantity = "8";
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kUnitScaleBreak).size(), size_t{kHours})
      << Serialized(result);
  EXPECT_EQ(SumOf(result, BreakClass::kUnitScaleBreak, &Break::difference),
            "0");
}

TEST(ReconcileKindsTest, AFeeOfNothingDoesNotPayForWhatWasLeft) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(UnusedRow(hour, hour + 1, "2", "16.40"));
  }
  rows.push_back(PurchaseRow(0, kHours, "160", "0.00"));
  EXPECT_TRUE(Checked(Reserved(), rows).clean())
      << Serialized(Checked(Reserved(), rows));
  // What the fee pays for unused rows do not.
  rows.back().billed = "164.00";
  rows.back().quantity = "80";
  EXPECT_EQ(SumOf(Checked(Reserved(), rows), BreakClass::kCommitmentWaste,
                  &Break::difference),
            "164");
}

TEST(ReconcileKindsTest, OneCoveredRowThatCostsIsWrong) {
  std::vector<TestRow> rows = CoveredRows("0");
  rows[3].billed = "16.40";
  const Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "16.4");
}

TEST(ReconcileKindsTest, CoveredUsageIsFreeWhereAFeePaysForIt) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows.push_back(PurchaseRow(0, kHours, "160", "328.00"));
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_EQ(SumOf(result, BreakClass::kPriceBreak, &Break::difference), "164");
}

// A block of which 80 hours are drawn and 20 are left at the month's end.
Scenario Block() {
  Scenario setup;
  Commitment& block = setup.contract.commitments[0];
  block.model = CommitmentModel::kDiscontinuous;
  block.interval = FulfilmentInterval::kMonthly;
  setup.rated =
      BookBuilder()
          .Covered(kGb200, 0, kHours, "8")
          .Fee(ChargeKind::kShortfall, 0, 744, "20", "41.00", kReserved)
          .Build();
  return setup;
}

TestRow TrueUp(std::string quantity, std::string billed) {
  TestRow row = PurchaseRow(0, 744, std::move(quantity), billed);
  row.frequency = "One-Time";
  row.effective = std::move(billed);
  return row;
}

TEST(ReconcileKindsTest, ABlockBilledAsItIsDrawnHasATrueUpOfTheRest) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows.push_back(TrueUp("20", "41.00"));
  EXPECT_TRUE(Checked(Block(), rows).clean())
      << Serialized(Checked(Block(), rows));
  rows.back().frequency = "Recurring";
  EXPECT_TRUE(Checked(Block(), rows).clean());
}

TEST(ReconcileKindsTest, AWrongTrueUpOfABlockBilledAsItIsDrawnIsFound) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows.push_back(TrueUp("30", "61.50"));
  const Break item = OnlyBreak(Checked(Block(), rows));
  EXPECT_EQ(item.kind, BreakClass::kCommitmentShortfall);
  EXPECT_EQ(FormatMoney(item.difference), "20.5");
}

TEST(ReconcileKindsTest, ABlockThatAFeePaysForIsNotBilledAsItIsDrawn) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  rows.push_back(PurchaseRow(0, 744, "100", "205.00"));
  const ReconcileResult result = Checked(Block(), rows);
  EXPECT_EQ(SumOf(result, BreakClass::kPriceBreak, &Break::difference), "164");
}

// 8 hours an hour are covered, 4 more cost 3.00 each.
Scenario WithOverage() {
  Scenario setup;
  Commitment& reserved = setup.contract.commitments[0];
  reserved.overage.emplace();
  reserved.overage->price = Usd("3");
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Overage(kGb200, 0, kHours, "4", "3", kReserved)
                    .Build();
  return setup;
}

TEST(ReconcileKindsTest, OverageMayHaveTheCommitmentsId) {
  std::vector<TestRow> rows = CoveredRows("0");
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(CoveredRow(hour, hour + 1, "1", "12.00", "12.00"));
  }
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  const ReconcileResult result = Checked(WithOverage(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows[kHours + 3].billed = "16.00";
  const Break item = OnlyBreak(Checked(WithOverage(), rows));
  EXPECT_EQ(item.kind, BreakClass::kCommitmentOverage);
  EXPECT_EQ(FormatMoney(item.difference), "4");
}

// However much it is, a fee pays for what is covered.
TEST(ReconcileKindsTest, OverageWithTheIdIsNoPriceOfWhatIsCovered) {
  Scenario setup = WithOverage();
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Overage(kGb200, 0, kHours, "32", "3", kReserved)
                    .Build();
  std::vector<TestRow> rows = CoveredRows("0");
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(CoveredRow(hour, hour + 1, "8", "96.00", "96.00"));
  }
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  EXPECT_TRUE(Checked(setup, rows).clean()) << Serialized(Checked(setup, rows));
  // As it runs, beside such overage.
  rows.pop_back();
  for (int hour = 0; hour < kHours; ++hour) rows[hour].billed = "16.40";
  EXPECT_TRUE(Checked(setup, rows).clean()) << Serialized(Checked(setup, rows));
}

TEST(ReconcileKindsTest, OverageMayHaveTheCommitmentsIdForAPartOfTheTime) {
  std::vector<TestRow> rows = CoveredRows("16.40");
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(hour < kHours / 2
                       ? CoveredRow(hour, hour + 1, "1", "12.00", "12.00")
                       : OnDemandRow(hour, hour + 1, "1", "12.00"));
  }
  const ReconcileResult result = Checked(WithOverage(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
}

// Where covered rows of longer times bill no overage, that of each hour is
// told.
TEST(ReconcileKindsTest, HoursThatNoCoveredRowBillsAreComparedByTheHour) {
  std::vector<TestRow> rows = {CoveredRow(0, 5, "15", "142.00", "142.00"),
                               CoveredRow(5, 10, "10", "82.00", "82.00")};
  for (int hour = 5; hour < kHours; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "1", "12.00"));
  }
  const ReconcileResult right = Checked(WithOverage(), rows);
  EXPECT_TRUE(right.clean()) << Serialized(right);
  rows[3] = OnDemandRow(6, 7, "2", "24.00");
  rows.erase(rows.begin() + 4);
  const ReconcileResult wrong = Checked(WithOverage(), rows);
  EXPECT_EQ(SumOf(wrong, BreakClass::kCommitmentOverage, &Break::difference),
            "12");
  EXPECT_EQ(SumOf(wrong, BreakClass::kUnbilledUsage, &Break::difference),
            "-12");
}

// A covered row that costs something is no overage where no hours are beyond.
TEST(ReconcileKindsTest, TenantsAreComparedWhereNoOverageIsBilledSo) {
  Scenario setup = WithOverage();
  setup.rated.tenants = {"a"};
  for (Charge& charge : setup.rated.charges) charge.tenant = 0;
  setup.options.tenant_tag = "team";
  std::vector<TestRow> rows = CoveredRows("0");
  rows[3].billed = "1.00";
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "1", "12.00"));
  }
  for (TestRow& row : rows) row.tags = R"({"team":"a"})";
  rows[5].tags = R"({"team":"b"})";
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  const ReconcileResult result = Checked(setup, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kAllocationGap).size(), 2u)
      << Serialized(result);
}

TEST(ReconcileKindsTest, OverageThatIsCoveredForNothingIsFound) {
  std::vector<TestRow> rows = CoveredRows("0");
  for (TestRow& row : rows) row.quantity = "3";
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  const ReconcileResult result = Checked(WithOverage(), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kQuantityBreak).size(), size_t{kHours});
  EXPECT_EQ(SumOf(result, BreakClass::kUnbilledUsage, &Break::difference),
            "-120");
}

}  // namespace
}  // namespace drawdown::testing
