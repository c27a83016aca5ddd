// Pools of which no row tells what is covered, and what had been left of them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/kinds_rows.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

void WithoutCosts(std::vector<TestRow>* rows) {
  for (TestRow& row : *rows) {
    row.billed = row.effective = "0";
    row.costed = false;
    row.amount = BilledAmount::kNone;
  }
}

// Rows that are not compared, or are of another thing, tell nothing of usage.
TEST(ReconcileUntoldTest, OtherRowsDoNotTellKinds) {
  TestRow correction = Corrected(CoveredRow(5, 6, "0", "-8.20", "-8.20"));
  TestRow late = CoveredRow(-5, -4, "2", "16.40", "16.40");
  TestRow other = PurchaseRow(0, kHours, "1", "500.00");
  other.sku = "p6e";
  other.commitment.clear();
  other.resource.clear();
  other.frequency = "One-Time";
  for (const TestRow& row : {correction, late, other}) {
    std::vector<TestRow> rows = PlainRows("2", "16.40");
    rows.push_back(row);
    EXPECT_EQ(ItemsOf(Checked(Reserved(), rows), BreakClass::kMatched).size(),
              size_t{kHours})
        << RawOf(row);
  }
}

// A fee for what was left, as of a minimum, beside plain rows for what ran.
TEST(ReconcileUntoldTest, AFeeForTheRestDoesNotTellKinds) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows.back().frequency = "One-Time";
  EXPECT_TRUE(Checked(Reserved(), rows).clean());
  rows.back().frequency = "Recurring";
  rows.back().billed = "174.00";
  Break item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.difference), "10");
  rows.back().billed = "320.00";
  EXPECT_EQ(FormatMoney(OnlyBreak(Checked(Reserved(), rows)).difference),
            "156");
  // Hours that did not run are billed by it, and by no other row.
  rows.back().billed = "164.00";
  rows[3].quantity = "3";
  rows[3].billed = "24.60";
  item = OnlyBreak(Checked(Reserved(), rows));
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.difference), "8.2");
}

TEST(ReconcileUntoldTest, UnusedRowsAtTheirPriceDoNotTellKinds) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(UnusedRow(0, kHours, "20", "164.00"));
  EXPECT_TRUE(Checked(Reserved(), rows).clean());
  rows.back().billed = "160.00";
  EXPECT_EQ(OnlyBreak(Checked(Reserved(), rows)).kind,
            BreakClass::kCommitmentWaste);
}

// What is covered is in no plain row then, or in another bill.
TEST(ReconcileUntoldTest, AFeeBesideOnDemandHoursTellsKinds) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Unused(0, kHours, "8")
                    .OnDemand(kGb200, 0, kHours, "4")
                    .Build();
  std::vector<TestRow> rows = PlainRows("1", "16.40");
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  EXPECT_EQ(ItemsOf(Checked(setup, rows), BreakClass::kMatched).size(),
            size_t{kHours});
  WithoutCosts(&rows);
  EXPECT_EQ(ItemsOf(Checked(setup, rows), BreakClass::kMatched).size(),
            size_t{kHours});
}

// Whatever the bill's amount is.
TEST(ReconcileUntoldTest, PlainHoursAreOfOneKindWithoutBilledCost) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(UnusedRow(0, kHours, "20", "164.00"));
  for (TestRow& row : rows) {
    row.effective = row.billed;
    row.amount = BilledAmount::kEffectiveCost;
  }
  EXPECT_TRUE(Checked(Reserved(), rows).clean());
  WithoutCosts(&rows);
  EXPECT_TRUE(Checked(Reserved(), rows).clean());
}

// What was left is billed by them and by the fee.
TEST(ReconcileUntoldTest, AFlatPriceBesideAFeeForTheRestBillsItTwice) {
  std::vector<TestRow> rows = PlainRows("4", "32.80");
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  const ReconcileResult result = Checked(Reserved(), rows);
  EXPECT_EQ(SumOf(result, BreakClass::kQuantityBreak, &Break::difference),
            "164");
}

// A true-up of nothing, where nothing was left, or plain rows bill that too.
TEST(ReconcileUntoldTest, AFeeOfNothingDoesNotTellKinds) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, kHours, "8").Build();
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(PurchaseRow(0, kHours, "1", "0"));
  rows.back().unit = "Units";
  const ReconcileResult none = Checked(setup, rows);
  EXPECT_TRUE(none.clean()) << Serialized(none);
  std::vector<TestRow> flat = PlainRows("4", "32.80");
  flat.push_back(rows.back());
  const ReconcileResult too = Checked(Reserved(), flat);
  EXPECT_TRUE(too.clean()) << Serialized(too);
}

// Three hours have the commitment's id, seven have lost it.
TEST(ReconcileUntoldTest, AFeeForTheRestBesideCoveredRowsTellsKinds) {
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  for (int hour = 0; hour < 3; ++hour) {
    rows[hour] = CoveredRow(hour, hour + 1, "2", "16.40", "16.40");
  }
  rows.push_back(PurchaseRow(0, kHours, "80", "164.00"));
  EXPECT_EQ(ItemsOf(Checked(Reserved(), rows), BreakClass::kMatched).size(),
            3u);
}

// It covers gb200 and h100, of which rows name another commitment.
TEST(ReconcileUntoldTest, KindsThatAreToldOfOnePoolAreToldOfTheOther) {
  Scenario setup;
  Commitment both = setup.contract.commitments[0];
  both.id = "both";
  both.applies[0].values = {std::string(kGb200), std::string(kH100)};
  setup.contract.commitments.push_back(both);
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8", "both")
                    .Covered(kGb200, 0, 1, "8")
                    .Covered(kH100, 0, kHours, "8", "both")
                    .Unused(0, kHours, "8", "2.05", "both")
                    .Build();
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  for (int hour = 0; hour < kHours; ++hour) {
    TestRow row = OnDemandRow(hour, hour + 1, "1", "16.40");
    row.sku = "p5";
    row.region = "us-west-2";
    rows.push_back(row);
  }
  TestRow rest = PurchaseRow(0, kHours, "1", "164.00");
  rest.commitment = rest.resource = "both";
  rest.unit = "Units";
  rows.push_back(rest);
  rows.push_back(CoveredRow(0, 1, "2", "16.40"));
  EXPECT_EQ(ItemsOf(Checked(setup, rows), BreakClass::kMatched).size(), 1u);
  // Where none is named, the fee alone tells nothing.
  rows.back().commitment.clear();
  rows.back().commitment_status = UsageStatus::kNone;
  rows.back().billed = "16.40";
  EXPECT_TRUE(Checked(setup, rows).clean());
}

// A purchase of the pool's SKU that some commitment is of.
TEST(ReconcileUntoldTest, AnotherCommitmentOfThePoolTellsItsKinds) {
  TestRow other = PurchaseRow(0, kHours, "1", "500.00");
  other.sku = "p6e";
  other.commitment = "of-others";
  other.resource = "of-others";
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  rows.push_back(other);
  EXPECT_TRUE(ItemsOf(Checked(Reserved(), rows), BreakClass::kMatched).empty());
}

TEST(ReconcileUntoldTest, RowsOfOnePoolDoNotTellKindsOfAnother) {
  Scenario setup;
  Commitment second = setup.contract.commitments[0];
  second.id = "h100-reserved";
  second.applies[0].values = {std::string(kH100)};
  setup.contract.commitments.push_back(second);
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, kHours, "8")
                    .Covered(kH100, 0, kHours, "8", "h100-reserved")
                    .Build();
  std::vector<TestRow> rows = PlainRows("2", "16.40");
  for (int hour = 0; hour < kHours; ++hour) {
    TestRow row = CoveredRow(hour, hour + 1, "1", "16.40", "16.40");
    row.commitment = "h100-reserved";
    row.sku = "p5";
    row.region = "us-west-2";
    rows.push_back(row);
  }
  EXPECT_TRUE(Checked(setup, rows).clean()) << Serialized(Checked(setup, rows));
}

TEST(ReconcileUntoldTest, AFlatFeeForAPoolThatNobodyUsedIsRight) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kH100, 0, kHours, "8")
                    .Unused(0, kHours, "16")
                    .Build();
  std::vector<TestRow> rows = PlainRows("4", "32.80");
  for (int hour = 0; hour < kHours; ++hour) {
    TestRow row = OnDemandRow(hour, hour + 1, "1", "32.80");
    row.sku = "p5";
    row.region = "us-west-2";
    rows.push_back(row);
  }
  const ReconcileResult result = Checked(setup, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows[3].billed = "65.60";
  EXPECT_EQ(OnlyBreak(Checked(setup, rows)).kind, BreakClass::kPriceBreak);
}

// Nothing is left in the first hours, whose rows come twice; the others bill no
// more than what ran.
TEST(ReconcileUntoldTest, CopiesAreNoFlatFee) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 5, "16")
                    .Covered(kGb200, 5, kHours, "4")
                    .Unused(5, kHours, "12")
                    .Build();
  std::vector<TestRow> rows;
  for (int hour = 0; hour < kHours; ++hour) {
    rows.push_back(hour < 5 ? OnDemandRow(hour, hour + 1, "4", "32.80")
                            : OnDemandRow(hour, hour + 1, "1", "8.20"));
  }
  EXPECT_TRUE(Checked(setup, rows).clean());
  for (const bool copies : {true, false}) {
    std::vector<TestRow> again = rows;
    for (int hour = 0; hour < 5; ++hour) {
      again.push_back(rows[hour]);
      if (!copies) again.back().resource = "i-2";
    }
    EXPECT_EQ(ItemsOf(Checked(setup, again), BreakClass::kMatched).size(),
              copies ? size_t{kHours} : size_t{5})
        << Serialized(Reconcile(setup, again));
  }
  // Copies of hours in which something was left.
  std::vector<TestRow> again = rows;
  for (int hour = 5; hour < kHours; ++hour) {
    for (int copy = 0; copy < 2; ++copy) again.push_back(rows[hour]);
  }
  EXPECT_EQ(ItemsOf(Checked(setup, again), BreakClass::kMatched).size(),
            size_t{kHours});
}

// What it had left has a price, and more hours are nobody's.
TEST(ReconcileUntoldTest, WhatIsBeyondWhatSeveralPoolsHadLeftIsFound) {
  Scenario setup = Reserved();
  setup.contract.commitments[0].applies[0].values.emplace_back(kH100);
  std::vector<TestRow> rows = PlainRows("4", "32.80");
  rows[3].billed = "3000.00";
  ReconcileResult result = Checked(setup, rows);
  auto found = ItemsOf(result, BreakClass::kPriceBreak);
  ASSERT_EQ(found.size(), 1u) << Serialized(result);
  EXPECT_EQ(FormatMoney(found[0].expected_cost), "32.8");
  EXPECT_EQ(FormatMoney(found[0].difference), "2967.2");

  rows[3] = OnDemandRow(3, 4, "6", "49.20");
  result = Checked(setup, rows);
  found = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(found.size(), 1u) << Serialized(result);
  const Break& item = found[0];
  EXPECT_EQ(FormatMoney(item.difference), "16.4");
  EXPECT_THAT(item.reason, HasSubstr("8 left over, which the rows may bill "
                                     "too, as another pool's may: 8 GPU-hours "
                                     "too much"));
}

// What is covered of whose hours is not told, so nor is what they cost.
TEST(ReconcileUntoldTest, TenantsOfHoursOfTwoPricesAreNotCompared) {
  const ReconcileResult result =
      Checked(OfTwoTenants("4.10"), RowsOfTwoTenants("16.40"));
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_THAT(result.notes, Contains(HasSubstr("tenants of")));
}

}  // namespace
}  // namespace drawdown::testing
