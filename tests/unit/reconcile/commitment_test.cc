// Rows of commitments: covered usage, unused parts and purchases.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

// 100 hours contracted an hour: 80 covered, 20 unused.
Scenario ReservedHour() {
  Scenario setup;
  setup.rated =
      BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  return setup;
}

std::vector<TestRow> ReservedBill() {
  return {PurchaseRow(0, 1, "100", "205.00"), CoveredRow(0, 1, "20", "164.00"),
          UnusedRow(0, 1, "5")};
}

Break ItemWith(const ReconcileResult& result, const std::string& matched_on) {
  for (const Break& item : result.items) {
    if (item.matched_on == matched_on) return item;
  }
  ADD_FAILURE() << "no item matched on " << matched_on;
  return {};
}

constexpr char kCoveredKey[] = "provider+region+pool+commitment+period+kind";
constexpr char kFeeKey[] = "provider+commitment+period+kind";

TEST(ReconcileCommitmentTest, ACleanBillIsClean) {
  const ReconcileResult result = Reconcile(ReservedHour(), ReservedBill());
  ExpectInvariants(result, ReservedBill());
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
  const auto purchases = ItemsOf(result, BreakClass::kNonUsage);
  ASSERT_EQ(purchases.size(), 1u);
  EXPECT_EQ(FormatMoney(purchases[0].expected_cost), "205");
  EXPECT_FALSE(purchases[0].metered.has_value());
  EXPECT_EQ(purchases[0].reason,
            "purchase of gb200-reserved: billed and contracted 100 GPU-hours "
            "at 2.05 USD");
}

TEST(ReconcileCommitmentTest, HoursThatAHigherLayerCountsAreMeteredOnce) {
  Scenario setup = ReservedHour();
  setup.rated.commitments.push_back("stacked");
  Charge counted = setup.rated.charges.front();
  ChargeRule rule = setup.rated.rules[counted.rule];
  ASSERT_EQ(rule.kind, ChargeKind::kCovered);
  rule.commitment = static_cast<uint32_t>(setup.rated.commitments.size() - 1);
  rule.unit_price.reset();
  counted.rule = static_cast<uint32_t>(setup.rated.rules.size());
  setup.rated.rules.push_back(rule);
  setup.rated.charges.push_back(counted);
  const ReconcileResult result = Reconcile(setup, ReservedBill());
  ExpectInvariants(result, ReservedBill());
  EXPECT_TRUE(result.clean()) << Serialized(result);
}

TEST(ReconcileCommitmentTest, CoveredUsageIsBilledAtZero) {
  std::vector<TestRow> rows = ReservedBill();
  rows[1].billed = "3.00";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const Break& item = ItemWith(result, kCoveredKey);
  EXPECT_EQ(item.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(item.expected_cost), "0");
  EXPECT_EQ(FormatMoney(item.price_effect), "3");
  EXPECT_THAT(item.reason, HasSubstr("usage covered by gb200-reserved"));
}

TEST(ReconcileCommitmentTest, CoveredHoursCountThoughTheyCostNothing) {
  std::vector<TestRow> rows = ReservedBill();
  rows[1].quantity = "21";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const Break& item = ItemWith(result, kCoveredKey);
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_TRUE(item.difference.zero());
  EXPECT_THAT(item.reason, HasSubstr("4 GPU-hours too much at 0.00 USD"));
}

TEST(ReconcileCommitmentTest, PurchaseDifferencesByQuantityAndPrice) {
  struct Case {
    const char* quantity;
    const char* billed;
    BreakClass kind;
    const char* quantity_effect;
    const char* price_effect;
  };
  const Case cases[] = {
      {"110", "225.50", BreakClass::kQuantityBreak, "20.5", "0"},
      {"100", "210.00", BreakClass::kPriceBreak, "0", "5"},
      {"110", "231.00", BreakClass::kMixedBreak, "20.5", "5.5"},
  };
  for (const Case& c : cases) {
    std::vector<TestRow> rows = ReservedBill();
    rows[0].quantity = c.quantity;
    rows[0].billed = c.billed;
    const ReconcileResult result = Reconcile(ReservedHour(), rows);
    ExpectInvariants(result, rows);
    const auto items = ItemsOf(result, c.kind);
    ASSERT_EQ(items.size(), 1u) << c.billed;
    EXPECT_EQ(FormatMoney(items[0].expected_cost), "205");
    EXPECT_EQ(FormatMoney(items[0].quantity_effect), c.quantity_effect);
    EXPECT_EQ(FormatMoney(items[0].price_effect), c.price_effect);
    EXPECT_EQ(items[0].matched_on, kFeeKey);
    EXPECT_TRUE(items[0].contracted == Hours("100"));
    EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
              ReconcileCheck::Outcome::kFailed);
  }
}

TEST(ReconcileCommitmentTest, APurchaseWithoutHoursIsComparedByMoney) {
  std::vector<TestRow> rows = ReservedBill();
  rows[0].quantity = "1";
  rows[0].unit = "Months";
  EXPECT_TRUE(Reconcile(ReservedHour(), rows).clean());
  rows[0].billed = "206";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const auto items = ItemsOf(result, BreakClass::kPriceBreak);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].price_effect), "1");
}

TEST(ReconcileCommitmentTest, PurchaseHoursCountTheCommitmentsGpus) {
  std::vector<TestRow> rows = ReservedBill();
  rows[0].unit = "Hours";
  rows[0].quantity = "25";
  EXPECT_TRUE(Reconcile(ReservedHour(), rows).clean());
}

TEST(ReconcileCommitmentTest, UnusedIsPaidOnlyWithoutAPurchase) {
  std::vector<TestRow> rows = ReservedBill();
  rows[2].billed = "41.00";
  const ReconcileResult twice = Reconcile(ReservedHour(), rows);
  const auto paid_twice = ItemsOf(twice, BreakClass::kCommitmentWaste);
  ASSERT_EQ(paid_twice.size(), 1u);
  EXPECT_EQ(FormatMoney(paid_twice[0].price_effect), "41");
  EXPECT_EQ(FormatMoney(paid_twice[0].difference), "41");
  rows.erase(rows.begin());
  const ReconcileResult once = Reconcile(ReservedHour(), rows);
  EXPECT_TRUE(once.clean()) << Serialized(once);
  EXPECT_EQ(CheckNamed(once, "commitment_purchases").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
}

// Nor does a fee of another month pay for this one's, or say that this one's is
// missing; one that was billed then for a year does pay.
TEST(ReconcileCommitmentTest, AFeeOfAnotherMonthIsNotOfThisOne) {
  std::vector<TestRow> rows = ReservedBill();
  rows[2].billed = "41.00";
  TestRow& fee = rows[0];
  fee.billing_start_us = HourOf(-720);
  fee.billing_end_us = kStart;
  fee.start_us = HourOf(-48);
  fee.end_us = HourOf(-47);
  const ReconcileResult other = Reconcile(ReservedHour(), rows);
  ExpectInvariants(other, rows);
  EXPECT_TRUE(other.clean()) << Serialized(other);
  fee.frequency = "One-Time";
  fee.end_us = HourOf(-48 + 365 * 24);
  rows[2].billed = "0";
  const ReconcileResult upfront = Reconcile(ReservedHour(), rows);
  ExpectInvariants(upfront, rows);
  EXPECT_TRUE(upfront.clean()) << Serialized(upfront);
}

// Whichever bill has it, a fee is compared in the time that it is for. In that
// bill's own period it is of another time, and does not pay for this one's; a
// claim asks for the quantity effect of such an item alone.
TEST(ReconcileCommitmentTest, AFeeInTheNextBillIsOfItsOwnTime) {
  std::vector<TestRow> both = ReservedBill();
  both[0].billing_start_us = kEnd;
  both[0].billing_end_us = HourOf(744 + 720);
  const ReconcileResult own = Reconcile(ReservedHour(), both);
  ExpectInvariants(own, both);
  EXPECT_TRUE(own.clean()) << Serialized(own);
  for (const char* frequency : {"Recurring", "One-Time"}) {
    TestRow late = ReservedBill()[0];
    late.frequency = frequency;
    late.start_us = HourOf(-24);
    late.end_us = HourOf(-23);
    std::vector<TestRow> rows = ReservedBill();
    rows.push_back(late);
    const ReconcileResult next = Reconcile(ReservedHour(), rows);
    ExpectInvariants(next, rows);
    const auto items = ItemsOf(next, BreakClass::kTiming);
    ASSERT_EQ(items.size(), 1u) << Serialized(next);
    EXPECT_EQ(FormatMoney(items[0].difference), "205");
    EXPECT_TRUE(items[0].quantity_effect.zero());
    EXPECT_EQ(next.items.breaks().size(), 1u);
  }
}

TEST(ReconcileCommitmentTest, UnusedHoursAreCompared) {
  std::vector<TestRow> rows = ReservedBill();
  rows[2].quantity = "6";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const auto items = ItemsOf(result, BreakClass::kCommitmentWaste);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(items[0].difference.zero());
  EXPECT_THAT(items[0].reason,
              HasSubstr("unused part of gb200-reserved: billed 24 GPU-hours, "
                        "unused by our books 20"));
}

TEST(ReconcileCommitmentTest, WaivedHoursAreNotBought) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 1, "80")
                    .Fee(ChargeKind::kUnused, 0, 1, "20", "0", kReserved)
                    .Build();
  TestRow unused = UnusedRow(0, 1, "5");
  unused.effective = "0";  // nothing is wasted that nobody pays for
  const ReconcileResult result =
      Reconcile(setup, {PurchaseRow(0, 1, "80", "164.00"),
                        CoveredRow(0, 1, "20", "164.00"), unused});
  EXPECT_TRUE(result.clean()) << Serialized(result);
}

TEST(ReconcileCommitmentTest, AnotherSplitShowsInBothKinds) {
  // The bill sees 8 of the 80 covered hours as on demand.
  const std::vector<TestRow> rows = {
      PurchaseRow(0, 1, "100", "205.00"), CoveredRow(0, 1, "18", "147.60"),
      OnDemandRow(0, 1, "2", "32.80"), UnusedRow(0, 1, "5")};
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(FormatMoney(items[0].difference), "0");
  EXPECT_EQ(FormatMoney(items[1].quantity_effect), "32.8");
  EXPECT_THAT(items[1].reason,
              HasSubstr("8 GPU-hours metered on the pool as another kind of "
                        "usage are not billed as that"));
}

TEST(ReconcileCommitmentTest, MoreThanIsCoveredIsUnmetered) {
  std::vector<TestRow> rows = ReservedBill();
  rows.push_back(OnDemandRow(0, 1, "2", "32.80"));
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const auto items = ItemsOf(result, BreakClass::kUnmeteredCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "32.8");
}

TEST(ReconcileCommitmentTest, ACommitmentOutsideTheContractIsNamed) {
  std::vector<TestRow> rows = ReservedBill();
  rows[1].commitment = "sp-other";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const auto items = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0].reason, HasSubstr("not in the contract, sp-other"));
  EXPECT_EQ(ItemsOf(result, BreakClass::kUnbilledUsage).size(), 1u);
}

TEST(ReconcileCommitmentTest, OneTimeFeesAreNotGuessedAt) {
  std::vector<TestRow> rows = ReservedBill();
  rows[0].frequency = "one-time";
  EXPECT_TRUE(Reconcile(ReservedHour(), rows).clean());
  rows[0].quantity = "876000";
  rows[0].billed = "1795800";
  const ReconcileResult result = Reconcile(ReservedHour(), rows);
  const auto items = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(items[0].difference.zero());
  EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
}

Scenario MonthlyBlock() {
  Scenario setup;
  Commitment& block = setup.contract.commitments[0];
  block.model = CommitmentModel::kDiscontinuous;
  block.interval = FulfilmentInterval::kMonthly;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 1, "80")
                    .Fee(ChargeKind::kShortfall, 0, 744, "20", "41", kReserved)
                    .Build();
  return setup;
}

TEST(ReconcileCommitmentTest, ABlockIsBoughtByWholeIntervals) {
  const TestRow covered = CoveredRow(0, 1, "20", "164.00");
  TestRow fee = PurchaseRow(0, 744, "100", "205");
  fee.effective = "41";  // of the 20 hours that no row covers
  EXPECT_TRUE(Reconcile(MonthlyBlock(), {fee, covered}).clean());
  const ReconcileResult day =
      Reconcile(MonthlyBlock(), {PurchaseRow(0, 24, "80", "164"), covered});
  const auto items = ItemsOf(day, BreakClass::kNotExecutable);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0].reason, HasSubstr("cuts a fulfilment interval"));
  EXPECT_TRUE(items[0].difference.zero());
}

TEST(ReconcileCommitmentTest, ATrueUpOfTheWrongHoursIsAShortfall) {
  const std::vector<TestRow> rows = {PurchaseRow(0, 744, "110", "225.50"),
                                     CoveredRow(0, 1, "20", "164.00")};
  const ReconcileResult result = Reconcile(MonthlyBlock(), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kCommitmentShortfall);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "20.5");
  EXPECT_EQ(FormatMoney(items[0].quantity_effect), "20.5");
  EXPECT_THAT(items[0].reason, HasSubstr("10 GPU-hours too much"));
}

TEST(ReconcileCommitmentTest, OverageAtAnotherPriceIsAnOverage) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 1, "100")
                    .OnDemand(kGb200, 0, 1, "8")
                    .Build();
  for (ChargeRule& rule : setup.rated.rules) {
    if (rule.kind == ChargeKind::kOnDemand) rule.kind = ChargeKind::kOverage;
  }
  const std::vector<TestRow> right = {CoveredRow(0, 1, "25", "205"),
                                      OnDemandRow(0, 1, "2", "32.80")};
  EXPECT_TRUE(Reconcile(setup, right).clean());
  std::vector<TestRow> rows = right;
  rows[1].billed = "41.00";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kCommitmentOverage);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].price_effect), "8.2");
  EXPECT_THAT(items[0].reason, HasSubstr("8 GPU-hours of it beyond"));
}

// A bill that holds a commitment's fee must hold all of it.
TEST(ReconcileCommitmentTest, AFeeThatIsMissingIsFound) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 3, "100").Build();
  const std::vector<TestRow> rows = {PurchaseRow(0, 1, "100", "205"),
                                     PurchaseRow(2, 3, "100", "205"),
                                     CoveredRow(0, 3, "75", "615")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].period_start_us, HourOf(1));
  EXPECT_EQ(items[0].period_end_us, HourOf(2));
  EXPECT_EQ(FormatMoney(items[0].difference), "-205");
  EXPECT_FALSE(items[0].metered.has_value());
  EXPECT_TRUE(items[0].contracted == Hours("100"));
  EXPECT_EQ(items[0].rows, 0u);
  EXPECT_THAT(items[0].reason, HasSubstr("no such row in the bill"));
}

// FOCUS asks for a row of what a pool of hours has left when it is over.
TEST(ReconcileCommitmentTest, WhatABlockHasLeftIsCompared) {
  const TestRow covered = CoveredRow(0, 1, "20", "164.00");
  const TestRow fee = PurchaseRow(0, 744, "100", "205");
  const auto bill = [&](const char* units, const char* billed) {
    return std::vector<TestRow>{fee, covered, UnusedRow(0, 744, units, billed)};
  };
  const ReconcileResult right = Reconcile(MonthlyBlock(), bill("5", "0"));
  ExpectInvariants(right, bill("5", "0"));
  EXPECT_TRUE(right.clean()) << Serialized(right);
  struct Case {
    const char* units;
    const char* billed;
    const char* difference;
  };
  for (const Case& c : {Case{"6", "0", "0"}, Case{"5", "41", "41"}}) {
    const ReconcileResult wrong =
        Reconcile(MonthlyBlock(), bill(c.units, c.billed));
    ExpectInvariants(wrong, bill(c.units, c.billed));
    const auto items = ItemsOf(wrong, BreakClass::kCommitmentWaste);
    ASSERT_EQ(items.size(), 1u) << Serialized(wrong);
    EXPECT_EQ(FormatMoney(items[0].difference), c.difference);
    EXPECT_THAT(items[0].reason, HasSubstr("unused by our books 20"));
  }
  // Without a fee in the bill somebody has to ask for it.
  const ReconcileResult free =
      Reconcile(MonthlyBlock(), {covered, UnusedRow(0, 744, "5", "0")});
  const auto unasked = ItemsOf(free, BreakClass::kCommitmentWaste);
  ASSERT_EQ(unasked.size(), 1u) << Serialized(free);
  EXPECT_EQ(FormatMoney(unasked[0].difference), "-41");
  const ReconcileResult day =
      Reconcile(MonthlyBlock(), {fee, covered, UnusedRow(0, 24, "5", "0")});
  EXPECT_EQ(ItemsOf(day, BreakClass::kNotExecutable).size(), 1u);
}

// By EffectiveCost it is the unused row that has its cost, else the purchase.
TEST(ReconcileCommitmentTest, WhatABlockHasLeftIsAccruedOnce) {
  TestRow covered = CoveredRow(0, 1, "20", "164");
  TestRow fee = PurchaseRow(0, 744, "100", "0");
  TestRow unused = UnusedRow(0, 744, "5", "0");
  unused.effective = "41";
  for (TestRow* row : {&covered, &fee, &unused}) {
    row->amount = BilledAmount::kEffectiveCost;
  }
  const ReconcileResult with =
      Reconcile(MonthlyBlock(), {covered, fee, unused});
  EXPECT_EQ(ItemsOf(with, BreakClass::kCommitmentWaste).size(), 0u);
  EXPECT_TRUE(with.clean()) << Serialized(with);
  fee.effective = "41";
  const ReconcileResult without = Reconcile(MonthlyBlock(), {covered, fee});
  EXPECT_TRUE(without.clean()) << Serialized(without);
}

}  // namespace
}  // namespace drawdown::testing
