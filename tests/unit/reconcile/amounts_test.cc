// Bills without BilledCost: by EffectiveCost, or by hours alone.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TestRow Accrued(TestRow row) {
  row.amount = BilledAmount::kEffectiveCost;
  row.billed = "0";
  return row;
}

TestRow Uncosted(TestRow row) {
  row.amount = BilledAmount::kNone;
  row.billed = row.effective = "0";
  return row;
}

TestRow WithEffective(TestRow row, std::string effective) {
  row.effective = std::move(effective);
  return row;
}

// Hours 0 and 1: 8,000 covered and 192 unused of 8,192 reserved at 2.05, and
// 400 on demand at 4.10.
Scenario TwoHours() {
  Scenario setup;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 2, "8000")
                    .Unused(0, 2, "192")
                    .OnDemand(kGb200, 0, 2, "400")
                    .Build();
  return setup;
}

std::vector<TestRow> AmortizedBill() {
  return {Accrued(OnDemandRow(0, 2, "200", "3280.00")),
          Accrued(CoveredRow(0, 2, "4000", "32800.00")),
          Accrued(WithEffective(UnusedRow(0, 2, "96"), "787.20")),
          Accrued(WithEffective(PurchaseRow(0, 2, "16384", "0"), "0"))};
}

std::map<std::string, std::string> ExpectedByKind(
    const ReconcileResult& result) {
  std::map<std::string, std::string> expected;
  for (const Break& item : result.items) {
    expected[item.reason.substr(0, item.reason.find(':'))] =
        FormatMoney(item.expected_cost);
  }
  return expected;
}

TEST(ReconcileAmountsTest, AnAmortizedBillAgreesWithAmortizedBooks) {
  const std::vector<TestRow> rows = AmortizedBill();
  const ReconcileResult result = Reconcile(TwoHours(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(BilledAmountName(result.amount), "EffectiveCost");
  EXPECT_THAT(result.notes,
              ElementsAre(HasSubstr("its EffectiveCost was compared")));
  EXPECT_EQ(FormatMoney(result.billed_total.at("USD")), "36867.2");
  // What is covered carries the fee, which is itself free.
  const std::map<std::string, std::string> expected = {
      {"on-demand usage", "3280"},
      {"usage covered by gb200-reserved", "32800"},
      {"unused part of gb200-reserved", "787.2"},
      {"purchase of gb200-reserved", "0"}};
  EXPECT_EQ(ExpectedByKind(result), expected) << Serialized(result);
  EXPECT_EQ(CheckNamed(result, "billed_cost").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
  for (const ReconcileCheck& check : result.checks) {
    EXPECT_NE(check.name, "invoice_totals");
  }
}

struct Broken {
  const char* name;
  size_t row;
  const char* effective;
  BreakClass kind;
  const char* difference;
};

TEST(ReconcileAmountsTest, EffectiveCostsThatAreOffAreBreaksToTheLastDigit) {
  const std::vector<Broken> cases = {
      {"on demand", 0, "3280.01", BreakClass::kPriceBreak, "0.01"},
      {"covered", 1, "33000.00", BreakClass::kPriceBreak, "200"},
      {"unused", 2, "787.30", BreakClass::kCommitmentWaste, "0.1"},
      {"a fee that is counted twice", 3, "33587.20", BreakClass::kPriceBreak,
       "33587.2"}};
  for (const Broken& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<TestRow> rows = AmortizedBill();
    rows[c.row].effective = c.effective;
    const ReconcileResult result = Reconcile(TwoHours(), rows);
    ExpectInvariants(result, rows);
    const std::vector<Break> found = ItemsOf(result, c.kind);
    ASSERT_EQ(found.size(), 1u) << Serialized(result);
    EXPECT_EQ(FormatMoney(found[0].difference), c.difference);
    EXPECT_EQ(result.items.size(), 4u);
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(Serialized(Reconcile(TwoHours(), rows)), Serialized(result));
  }
}

TEST(ReconcileAmountsTest, CoveredUsageThatAnAmortizedBillLacksIsWorthItsFee) {
  std::vector<TestRow> rows = AmortizedBill();
  rows.erase(rows.begin() + 1);
  const ReconcileResult result = Reconcile(TwoHours(), rows);
  ExpectInvariants(result, rows);
  const auto found = ItemsOf(result, BreakClass::kUnbilledUsage);
  ASSERT_EQ(found.size(), 1u) << Serialized(result);
  EXPECT_EQ(FormatMoney(found[0].difference), "-32800");
}

// A true-up is for nothing that anybody used: no other row carries its cost.
TEST(ReconcileAmountsTest, ATrueUpHasItsEffectiveCostItself) {
  Scenario setup;
  Commitment& block = setup.contract.commitments[0];
  block.model = CommitmentModel::kDiscontinuous;
  block.interval = FulfilmentInterval::kMonthly;
  setup.rated =
      BookBuilder()
          .Covered(kGb200, 0, 2, "8000")
          .Fee(ChargeKind::kShortfall, 0, 744, "1000", "2050.00", kReserved)
          .Build();
  std::vector<TestRow> rows = {
      Accrued(CoveredRow(0, 2, "4000", "32800.00")),
      Accrued(WithEffective(PurchaseRow(0, 744, "17000", "0"), "2050.00"))};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows[1].effective = "34850.00";
  const ReconcileResult twice = Reconcile(setup, rows);
  ExpectInvariants(twice, rows);
  ASSERT_FALSE(twice.clean());
  EXPECT_EQ(FormatMoney(twice.billed_total.at("USD") -
                        twice.expected_total.at("USD")),
            "32800");
}

// Without rows of what was left some providers have its cost in the fee, others
// nowhere: neither is a break, and what is above the nearer of both is.
TEST(ReconcileAmountsTest, AFeeMayCarryUnusedHoursThatNoRowHas) {
  std::vector<TestRow> rows = AmortizedBill();
  rows.erase(rows.begin() + 2);
  const auto difference = [&rows](const std::string& effective) {
    rows[2].effective = effective;
    const ReconcileResult result = Reconcile(TwoHours(), rows);
    ExpectInvariants(result, rows);
    const MoneyAmount off =
        result.billed_total.at("USD") - result.expected_total.at("USD");
    EXPECT_EQ(ItemsOf(result, BreakClass::kPriceBreak).size(),
              off.zero() ? 0u : 1u)
        << Serialized(result);
    EXPECT_EQ(CheckNamed(result, "effective_cost").outcome,
              ReconcileCheck::Outcome::kPassed);  // of what was covered
    return FormatMoney(off);
  };
  EXPECT_EQ(difference("0"), "0");
  EXPECT_EQ(difference("787.20"), "0");
  EXPECT_EQ(difference("800.00"), "12.8");
  EXPECT_EQ(difference("700.00"), "-87.2");
  EXPECT_EQ(difference("100.00"), "100");
  // Where a row has them, the fee does not.
  rows = AmortizedBill();
  rows[3].effective = "787.20";
  const ReconcileResult twice = Reconcile(TwoHours(), rows);
  EXPECT_EQ(FormatMoney(twice.billed_total.at("USD") -
                        twice.expected_total.at("USD")),
            "787.2");
}

// What was left is in fees once, whichever and however many have it.
TEST(ReconcileAmountsTest, FeesCarryUnusedHoursOnce) {
  struct Case {
    const char* recurring;
    const char* one_time;
    const char* off;  // of what was billed
  };
  for (const Case& c : std::vector<Case>{{"787.20", "787.20", "787.2"},
                                         {"393.60", "393.60", "0"},
                                         {"387.20", "400.00", "0"},
                                         {"0", "787.20", "0"},
                                         {"787.20", "0", "0"},
                                         {"0", "0", "0"},
                                         {"400.00", "400.00", "12.8"}}) {
    std::vector<TestRow> rows = AmortizedBill();
    rows.erase(rows.begin() + 2);
    rows[2].effective = c.recurring;
    rows.push_back(rows[2]);
    rows[3].frequency = "One-Time";
    rows[3].effective = c.one_time;
    const ReconcileResult result = Reconcile(TwoHours(), rows);
    ExpectInvariants(result, rows);
    EXPECT_EQ(FormatMoney(result.billed_total.at("USD") -
                          result.expected_total.at("USD")),
              c.off)
        << Serialized(result);
    EXPECT_EQ(result.clean(), std::string(c.off) == "0") << Serialized(result);
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(Serialized(Reconcile(TwoHours(), rows)), Serialized(result));
  }
}

TEST(ReconcileAmountsTest, AFeeThatCarriesUnusedHoursSaysSo) {
  std::vector<TestRow> rows = AmortizedBill();
  rows.erase(rows.begin() + 2);
  rows[2].effective = "787.20";
  EXPECT_THAT(Serialized(Reconcile(TwoHours(), rows)),
              HasSubstr("; billed 787.20 USD, expected 787.20 USD for what was "
                        "left over"));
  rows[2].effective = "700.00";
  EXPECT_THAT(Serialized(Reconcile(TwoHours(), rows)),
              HasSubstr("billed 700.00 USD, expected 787.20 USD for what was "
                        "left over: 87.20 USD too little"));
}

// What another month's bill has in rows of its own says nothing of this one.
TEST(ReconcileAmountsTest, UnusedRowsOfAnotherMonthAreNotOfThisFee) {
  std::vector<TestRow> rows = AmortizedBill();
  rows[2].start_us = HourOf(-48);
  rows[2].end_us = HourOf(-46);
  rows[2].billing_start_us = HourOf(-720);
  rows[2].billing_end_us = kStart;
  rows[3].effective = "787.20";
  const ReconcileResult result = Reconcile(TwoHours(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kPriceBreak).empty())
      << Serialized(result);
}

// Fees cost nothing there, so one that is missing is no difference.
TEST(ReconcileAmountsTest, FeesThatAnAmortizedBillLacksAreNotLookedFor) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 3, "100").Build();
  const std::vector<TestRow> rows = {
      Accrued(WithEffective(PurchaseRow(0, 1, "100", "0"), "0")),
      Accrued(WithEffective(PurchaseRow(2, 3, "100", "0"), "0")),
      Accrued(CoveredRow(0, 3, "75", "615"))};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(result.items.size(), 3u);
}

std::vector<TestRow> UsageOnly() {
  TestRow on_demand = OnDemandRow(0, 2, "800", "0");
  on_demand.unit = "GPU-Hours";
  return {Uncosted(on_demand), Uncosted(CoveredRow(0, 2, "4000", "0"))};
}

TEST(ReconcileAmountsTest, ABillOfUsageAloneIsReconciledByHours) {
  const std::vector<TestRow> rows = UsageOnly();
  const ReconcileResult result = Reconcile(TwoHours(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(BilledAmountName(result.amount), "none");
  EXPECT_THAT(result.notes,
              ElementsAre(HasSubstr("hours alone were compared")));
  ASSERT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
  EXPECT_THAT(result.items[0].reason, HasSubstr("of money nothing"));
  EXPECT_EQ(CheckNamed(result, "billed_cost").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
  EXPECT_EQ(CheckNamed(result, "effective_cost").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
}

TEST(ReconcileAmountsTest, HoursThatBeginBeforeThePeriodAreNotJudged) {
  Scenario setup = TwoHours();
  std::vector<TestRow> rows = UsageOnly();
  rows[0].start_us = HourOf(-1);
  rows[0].quantity = "900";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kQuantityBreak).size(), 0u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kNotExecutable).size(), 1u)
      << Serialized(result);
}

TEST(ReconcileAmountsTest, HoursAloneSayNothingOfCredits) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 2, "400")
                    .Fee(ChargeKind::kCredit, 0, 744, "0", "-25", "")
                    .Build();
  const ReconcileResult result = Reconcile(setup, {UsageOnly()[0]});
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(CheckNamed(result, "credits").outcome,
            ReconcileCheck::Outcome::kNotExecutable);
}

TEST(ReconcileAmountsTest, HoursAloneHaveNoDifferenceInMoney) {
  std::vector<TestRow> rows = UsageOnly();
  rows[0].quantity = "799.5";
  const ReconcileResult less = Reconcile(TwoHours(), rows);
  ExpectInvariants(less, rows);
  const auto found = ItemsOf(less, BreakClass::kQuantityBreak);
  ASSERT_EQ(found.size(), 1u) << Serialized(less);
  EXPECT_EQ(FormatMoney(found[0].difference), "0");
  EXPECT_THAT(found[0].reason,
              HasSubstr("billed 799.5 GPU-hours, metered 800: 0.5 GPU-hours "
                        "too little, worth 2.05 USD by the contract"));
  rows.erase(rows.begin());
  const ReconcileResult none = Reconcile(TwoHours(), rows);
  ExpectInvariants(none, rows);
  const auto unbilled = ItemsOf(none, BreakClass::kUnbilledUsage);
  ASSERT_EQ(unbilled.size(), 1u) << Serialized(none);
  EXPECT_EQ(FormatMoney(unbilled[0].difference), "0");
  EXPECT_THAT(unbilled[0].reason, HasSubstr("worth 3,280.00 USD"));
}

TEST(ReconcileAmountsTest, ConsumedQuantityStandsInForPricingQuantity) {
  std::vector<TestRow> rows = UsageOnly();
  rows[0].quantity.reset();
  rows[0].unit = "";
  rows[0].consumed = "800";
  rows[0].consumed_unit = "GPU-Hours";
  const ReconcileResult result = Reconcile(TwoHours(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_THAT(Serialized(result),
              HasSubstr("of rows without PricingQuantity, ConsumedQuantity"));
  // Where both are given, what was rated is compared.
  rows[0].quantity = "801";
  rows[0].unit = "GPU-Hours";
  EXPECT_EQ(
      ItemsOf(Reconcile(TwoHours(), rows), BreakClass::kQuantityBreak).size(),
      1u);
}

absl::Status AddAll(const std::vector<BilledAmount>& amounts) {
  const Scenario setup = TwoHours();
  ReconcileInput input;
  input.contract = &setup.contract;
  input.rated = &setup.rated;
  input.period = setup.period;
  Reconciler reconciler(input, {});
  BillRow row;
  row.provider = "aws";
  row.currency = Code("USD");
  for (const BilledAmount amount : amounts) {
    row.amount = amount;
    const absl::Status added = reconciler.Add(row);
    if (!added.ok()) return added;
  }
  BillContents bill;
  bill.summary.rows = amounts.size();
  return reconciler.Finish(bill).status();
}

TEST(ReconcileAmountsTest, NothingToCompareIsAnErrorThatSaysSo) {
  const absl::Status status = AddAll({BilledAmount::kNone});
  EXPECT_THAT(status.message(), HasSubstr("there is nothing to compare"));
  EXPECT_TRUE(AddAll({BilledAmount::kBilledCost}).ok());
}

TEST(ReconcileAmountsTest, FilesOfDifferentAmountsAreNotAddedUp) {
  const absl::Status status =
      AddAll({BilledAmount::kBilledCost, BilledAmount::kEffectiveCost});
  EXPECT_THAT(status.message(),
              HasSubstr("have BilledCost, others EffectiveCost only"));
  EXPECT_EQ(status.message(),
            AddAll({BilledAmount::kEffectiveCost, BilledAmount::kBilledCost})
                .message());
}

}  // namespace
}  // namespace drawdown::testing
