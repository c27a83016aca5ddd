// Reserved capacity that nobody ran on, which no meter counts.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

TEST(UnusedCapacityTest, IsPricedByTheRateInForce) {
  Scenario setup;
  Rate later = setup.contract.rates[0];
  later.from_us = HourOf(24);
  later.tiers[0].price = Usd("5");
  setup.contract.rates.push_back(later);
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "1", "20"),
                               OnDemandRow(1, 2, "1", "16.40"),
                               OnDemandRow(24, 25, "1", "20")};
  for (TestRow& row : rows) row.capacity_status = UsageStatus::kUnused;
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto breaks = ItemsOf(result, BreakClass::kPriceBreak);
  ASSERT_EQ(breaks.size(), 1u);
  EXPECT_EQ(FormatMoney(breaks[0].billed_cost), "20");
  EXPECT_EQ(FormatMoney(breaks[0].difference), "3.6");
  EXPECT_EQ(ItemsOf(result, BreakClass::kNonUsage).at(0).rows, 2u);
}

// A row over changes of the rate: each hour at its own.
TEST(UnusedCapacityTest, OfALongRowEachHourHasItsRate) {
  Scenario setup;
  Rate rate = setup.contract.rates[0];
  for (const auto& [from, price] :
       {std::pair(24, "5"), std::pair(48, "4.10")}) {
    rate.from_us = HourOf(from);
    rate.tiers[0].price = Usd(price);
    setup.contract.rates.push_back(rate);
  }
  // A unit of four GPUs for three days: 4 x 24 x (4.10 + 5 + 4.10).
  TestRow row = OnDemandRow(0, 72, "72", "1267.20");
  row.capacity_status = UsageStatus::kUnused;
  EXPECT_EQ(Reconcile(setup, {row}).items[0].kind, BreakClass::kNonUsage);
  // All of it at the dearer rate.
  row.billed = "1440";
  const Break item = Reconcile(setup, {row}).items[0];
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.expected_cost), "1267.2");
  EXPECT_EQ(FormatMoney(item.difference), "172.8");
}

// What is taken back in the same hour was not charged.
TEST(UnusedCapacityTest, ARefundOfTheHourCounts) {
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "1", "999"),
                               OnDemandRow(0, 1, "1", "-990")};
  for (TestRow& row : rows) row.capacity_status = UsageStatus::kUnused;
  const ReconcileResult result = Reconcile(Scenario(), rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kNonUsage);
}

TEST(UnusedCapacityTest, WhatIsFreeDoesNotMakeUpForDear) {
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "100", "0"),
                               OnDemandRow(1, 2, "1", "999")};
  for (TestRow& row : rows) row.capacity_status = UsageStatus::kUnused;
  const ReconcileResult result = Reconcile(Scenario(), rows);
  ExpectInvariants(result, rows);
  const auto breaks = ItemsOf(result, BreakClass::kPriceBreak);
  ASSERT_EQ(breaks.size(), 1u);
  EXPECT_EQ(FormatMoney(breaks[0].difference), "982.6");
}

// Reserved capacity of a commitment's hours is what the commitment had left, no
// more: by its CommitmentDiscountId or its CapacityReservationId.
TEST(UnusedCapacityTest, OfACommitmentIsBoundByWhatItHadLeft) {
  Scenario setup;
  setup.rated =
      BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  const TestRow fee = PurchaseRow(0, 1, "100", "205.00");
  const TestRow covered = CoveredRow(0, 1, "20", "164.00");
  for (const bool by_capacity : {false, true}) {
    TestRow unused = OnDemandRow(0, 1, "5", "0");
    unused.effective = "41.00";
    unused.capacity_status = UsageStatus::kUnused;
    (by_capacity ? unused.capacity : unused.commitment) = kReserved;
    const ReconcileResult right = Reconcile(setup, {fee, covered, unused});
    EXPECT_TRUE(right.clean()) << Serialized(right);
    unused.quantity = "7";
    const std::vector<TestRow> rows = {fee, covered, unused};
    const ReconcileResult wrong = Reconcile(setup, rows);
    ExpectInvariants(wrong, rows);
    const auto waste = ItemsOf(wrong, BreakClass::kCommitmentWaste);
    ASSERT_EQ(waste.size(), 1u);
    EXPECT_TRUE(waste[0].billed == Hours("28"));
  }
}

// What is reserved counts the GPUs that were used too, and costs nothing beside
// them; nor is what a commitment had left said twice.
TEST(ReconcileUnusedCapacityTest, ALineWithoutACostIsNoUnusedRow) {
  Scenario setup;
  setup.rated =
      BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  TestRow reserved = OnDemandRow(0, 1, "25", "0");
  reserved.capacity_status = UsageStatus::kUnused;
  for (const bool by_capacity : {false, true}) {
    (by_capacity ? reserved.capacity : reserved.commitment) = kReserved;
    for (const bool unused : {false, true}) {
      std::vector<TestRow> rows = {PurchaseRow(0, 1, "100", "205.00"),
                                   CoveredRow(0, 1, "20", "164.00"), reserved};
      if (unused) rows.push_back(UnusedRow(0, 1, "5"));
      const ReconcileResult result = Reconcile(setup, rows);
      EXPECT_TRUE(result.clean()) << Serialized(result);
      EXPECT_EQ(CheckNamed(result, "effective_cost").outcome,
                ReconcileCheck::Outcome::kPassed);
    }
  }
}

TEST(UnusedCapacityTest, ACostTooLargeToDoubleIsDear) {
  TestRow row = OnDemandRow(0, 1, "1", "90000000000000000000");
  row.capacity_status = UsageStatus::kUnused;
  EXPECT_EQ(Reconcile(Scenario(), {row}).items[0].kind,
            BreakClass::kPriceBreak);
  row.billed = "-90000000000000000000";
  EXPECT_EQ(Reconcile(Scenario(), {row}).items[0].kind, BreakClass::kNonUsage);
}

}  // namespace
}  // namespace drawdown::testing
