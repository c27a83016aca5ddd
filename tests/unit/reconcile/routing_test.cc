// Rows that are not compared with the meter: each in one class, none lost.
#include <functional>
#include <string>
#include <vector>

#include "drawdown/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Case {
  const char* name;
  std::function<void(TestRow&)> change;
  BreakClass kind;
  const char* expected;
  const char* reason;
};

std::vector<Case> NonUsageCases() {
  const auto passed = BreakClass::kNonUsage;
  return {
      {"tax", [](TestRow& r) { r.category = ChargeCategory::kTax; }, passed,
       "10", "Tax, service Amazon Elastic Compute Cloud"},
      {"credit", [](TestRow& r) { r.category = ChargeCategory::kCredit; },
       passed, "10", "Credit"},
      {"adjustment",
       [](TestRow& r) { r.category = ChargeCategory::kAdjustment; }, passed,
       "10", "Adjustment"},
      {"other provider", [](TestRow& r) { r.provider = "Oracle"; }, passed,
       "10", "another provider: Oracle"},
      {"other service",
       [](TestRow& r) {
         r.sku = r.sku_price = "s3-put";
         r.service = "Amazon S3";
         r.unit = "Requests";
       },
       passed, "10", "no GPU usage, service Amazon S3"},
      {"other hours", [](TestRow& r) { r.sku = r.sku_price = "m5"; }, passed,
       "10", "no GPU usage"},
      {"other purchase",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.sku = r.sku_price = "m5";
       },
       passed, "10", "no commitment of the contract"},
      {"other unused",
       [](TestRow& r) {
         r.sku = r.sku_price = "m5";
         r.commitment = "sp-other";
         r.commitment_status = UsageStatus::kUnused;
       },
       passed, "10", "not in the contract, sp-other"},
      {"other commitment's purchase",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.sku = r.sku_price = "m5";
         r.commitment = "sp-other";
       },
       passed, "10", "no commitment of the contract, sp-other"},
      {"a purchase beside an instance",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.sku = r.sku_price = "licence";
         r.instance_type = "p6e";
         r.unit = "Licences";
       },
       passed, "10", "purchase of what is no commitment"},
      {"a purchase beside an instance, of no unit",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.sku = r.instance_type = "p6e";
         r.unit = "";
       },
       passed, "10", "purchase of what is no commitment"},
      {"a purchase beside an instance, of years",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.sku = r.sku_price = "support";
         r.instance_type = "p6e";
         r.unit = "Years";
       },
       passed, "10", "purchase of what is no commitment"},
      {"unused capacity",
       [](TestRow& r) { r.capacity_status = UsageStatus::kUnused; }, passed,
       "10", "unused capacity reservation"},
      {"other period",
       [](TestRow& r) {
         r.start_us -= 800 * kMicrosPerHour;
         r.end_us -= 800 * kMicrosPerHour;
         r.billing_start_us -= 720 * kMicrosPerHour;
         r.billing_end_us = kStart;
       },
       passed, "10", "another billing period"},
  };
}

std::vector<Case> FindingCases() {
  return {
      {"late usage",
       [](TestRow& r) {
         r.start_us -= 2 * kMicrosPerHour;
         r.end_us -= 2 * kMicrosPerHour;
       },
       BreakClass::kTiming, "0", "outside the reconciled period"},
      {"purchase in advance",
       [](TestRow& r) { r = PurchaseRow(744, 745, "1", "10"); },
       BreakClass::kTiming, "0", "outside the reconciled period"},
      {"orphan correction", [](TestRow& r) { r.correction = true; },
       BreakClass::kCorrectionOrphan, "0", "not in this bill"},
      {"currency", [](TestRow& r) { r.currency = "EUR"; },
       BreakClass::kCurrencyBreak, "0", "billed in EUR"},
      {"unknown GPU SKU",
       [](TestRow& r) {
         r.sku = r.sku_price = "p4d";
         r.gpu_count = 8;
       },
       BreakClass::kUnmeteredCharge, "0",
       "billed 8 GPU-hours of SKU \"p4d\" in region \"us-east-1\""},
      {"unknown GPU-Hours",
       [](TestRow& r) {
         r.sku = r.sku_price = "p4d";
         r.unit = "GPU-Hours";
       },
       BreakClass::kUnmeteredCharge, "0", "billed 1 GPU-hours"},
      {"a number that cannot be read",
       [](TestRow& r) { r.unit = "1,000 Hours"; }, BreakClass::kNotExecutable,
       "0", "(PricingQuantity in unit \"1,000 Hours\", time, but how much"},
      {"a noun that nobody knows", [](TestRow& r) { r.unit = "License-Hours"; },
       BreakClass::kNotExecutable, "0", "in unit \"License-Hours\", time, but"},
      {"of an instance type, in a unit that is not clear",
       [](TestRow& r) {
         r.sku = r.sku_price = "";
         r.instance_type = "p6e";
         r.unit = "1e3 Hours";
       },
       BreakClass::kNotExecutable, "0", "in unit \"1e3 Hours\""},
      {"unknown GPU-Hours of an unreadable number",
       [](TestRow& r) {
         r.sku = r.sku_price = "p4d";
         r.unit = "1,000 GPU-Hours";
       },
       BreakClass::kUnmeteredCharge, "0", "GPU usage of unknown hours"},
      {"other region", [](TestRow& r) { r.region = "eu-west-1"; },
       BreakClass::kUnmeteredCharge, "0", "billed 4 GPU-hours"},
      {"a pool's purchase of an unknown commitment",
       [](TestRow& r) {
         r.category = ChargeCategory::kPurchase;
         r.commitment = "sp-other";
       },
       BreakClass::kNotExecutable, "10",
       "no commitment of the contract, sp-other"},
      {"a pool's purchase of no commitment",
       [](TestRow& r) { r.category = ChargeCategory::kPurchase; },
       BreakClass::kNotExecutable, "10", "it is of pool aws/us-east-1/gb200"},
      {"a pool's unused part of an unknown commitment",
       [](TestRow& r) {
         r.commitment = "sp-other";
         r.commitment_status = UsageStatus::kUnused;
       },
       BreakClass::kNotExecutable, "10", "it is of pool aws/us-east-1/gb200"},
      {"unused capacity above its price",
       [](TestRow& r) {
         r.capacity_status = UsageStatus::kUnused;
         r.quantity = "0.5";
       },
       BreakClass::kPriceBreak, "8.2",
       "2 GPU-hours billed above the contract's on-demand price"},
      {"unused capacity without a quantity",
       [](TestRow& r) {
         r.capacity_status = UsageStatus::kUnused;
         r.quantity.reset();
       },
       BreakClass::kNotExecutable, "10", "price could not be checked"},
      {"unused capacity of no pool",
       [](TestRow& r) {
         r.capacity_status = UsageStatus::kUnused;
         r.region = "eu-west-1";
       },
       BreakClass::kUnmeteredCharge, "0", "billed 4 GPU-hours"},
      {"inverted period", [](TestRow& r) { r.end_us = r.start_us; },
       BreakClass::kNotExecutable, "10", "ends when or before it starts"},
  };
}

void ExpectOnly(const Case& c) {
  SCOPED_TRACE(c.name);
  TestRow row = OnDemandRow(0, 1, "1", "10");
  c.change(row);
  const ReconcileResult result = Reconcile(Scenario(), {row});
  ExpectInvariants(result, {row});
  ASSERT_EQ(result.items.size(), 1u);
  const Break& item = result.items[0];
  EXPECT_EQ(BreakClassName(item.kind), BreakClassName(c.kind));
  EXPECT_EQ(FormatMoney(item.expected_cost), c.expected);
  EXPECT_EQ(FormatMoney(item.billed_cost), "10");
  EXPECT_THAT(item.reason, HasSubstr(c.reason));
  EXPECT_EQ(item.period_start_us, row.start_us);
  EXPECT_EQ(item.period_end_us, row.end_us);
}

TEST(ReconcileRoutingTest, PassesThroughWhatIsNotUsage) {
  for (const Case& c : NonUsageCases()) ExpectOnly(c);
}

TEST(ReconcileRoutingTest, FindsWhatTheContractDoesNotOwe) {
  for (const Case& c : FindingCases()) ExpectOnly(c);
}

// A plan whose purchase names no pool, and which covers a pool's usage.
TEST(ReconcileRoutingTest, AnUnknownCommitmentThatCoversOurUsageIsNotClean) {
  Scenario setup;
  TestRow purchase = OnDemandRow(0, 1, "1", "1000000");
  purchase.category = ChargeCategory::kPurchase;
  purchase.sku = purchase.sku_price = "sp-sku";
  purchase.commitment = "sp-other";
  TestRow covered = OnDemandRow(0, 1, "1", "0");
  covered.commitment = "sp-other";
  covered.commitment_status = UsageStatus::kUsed;
  const std::vector<TestRow> rows = {purchase, covered};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto found = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].reason, HasSubstr("it is of usage of the contract's"));
}

TEST(ReconcileRoutingTest, CommitmentsThatTheContractLacksAreNamed) {
  TestRow purchase = OnDemandRow(0, 1, "1", "1000000");
  purchase.category = ChargeCategory::kPurchase;
  purchase.sku = purchase.sku_price = "sp-sku";
  purchase.commitment = "sp-other";
  TestRow unused = OnDemandRow(0, 1, "1", "7");
  unused.sku = unused.sku_price = "sp-sku";
  unused.commitment = "sp-other";
  unused.commitment_status = UsageStatus::kUnused;
  const std::vector<TestRow> rows = {purchase, unused};
  const ReconcileResult result = Reconcile(Scenario(), rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kNonUsage).size(), 2u);
  EXPECT_THAT(result.notes,
              Contains("the bill has fees or unused hours of commitments that "
                       "are not in the contract: \"sp-other\" (1,000,007.00 "
                       "USD)"));
}

// Another account's commitment of a SKU is no reason to doubt a pool that is
// named by its account, and what it covers is not guessed.
TEST(ReconcileRoutingTest, CommitmentsAreNotMatchedByACoarserKey) {
  Scenario setup;
  setup.contract.pools[0].sub_accounts = {"111"};
  TestRow purchase = OnDemandRow(0, 1, "1", "900");
  purchase.category = ChargeCategory::kPurchase;
  purchase.frequency = "Recurring";
  purchase.commitment = "other-ri";
  EXPECT_EQ(Reconcile(setup, {purchase}).items[0].kind,
            BreakClass::kNotExecutable);
  purchase.sub_account = "222";
  const ReconcileResult result = Reconcile(setup, {purchase});
  ExpectInvariants(result, {purchase});
  EXPECT_EQ(result.items[0].kind, BreakClass::kNonUsage);
}

TEST(ReconcileRoutingTest, OtherCurrenciesNeverTakeMeteredUsage) {
  Scenario setup = MeteredHours(1);
  TestRow row = OnDemandRow(0, 1, "2", "30");
  row.currency = "EUR";
  const ReconcileResult result = Reconcile(setup, {row});
  ExpectInvariants(result, {row});
  EXPECT_EQ(FormatMoney(result.billed_total.at("EUR")), "30");
  EXPECT_EQ(FormatMoney(result.expected_total.at("EUR")), "0");
  EXPECT_EQ(FormatMoney(result.expected_total.at("USD")), "32.8");
}

TEST(ReconcileRoutingTest, PassedThroughRowsOfOneServiceAreOneItem) {
  std::vector<TestRow> rows;
  for (int hour = 0; hour < 5; ++hour) {
    rows.push_back(OnDemandRow(hour, hour + 1, "1", "1.10"));
    rows.back().provider = "Oracle";
    rows.back().resource = std::to_string(hour);
  }
  const ReconcileResult result = Reconcile(Scenario(), rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].rows, 5u);
  EXPECT_EQ(result.items[0].period_start_us, HourOf(0));
  EXPECT_EQ(result.items[0].period_end_us, HourOf(5));
  EXPECT_EQ(result.items[0].provider, "Oracle");
  EXPECT_EQ(FormatMoney(result.items[0].billed_cost), "5.5");
}

TEST(ReconcileRoutingTest, EveryRowIsOfItsOwnProvider) {
  const Scenario setup;
  std::vector<TestRow> rows(4);
  rows[1].provider = rows[3].provider = "Oracle";
  const ReconcileResult result = Reconcile(setup, rows);
  uint64_t others = 0;
  for (const Break& item : result.items) {
    if (item.provider == "Oracle") others += item.rows;
  }
  EXPECT_EQ(others, 2u);
}

TEST(ReconcileRoutingTest, OverflowIsAnError) {
  const Scenario setup;
  ReconcileInput input{&setup.contract, &setup.rated, setup.period};
  Reconciler reconciler(input, {});
  BillRow row;
  row.provider = "aws";
  row.currency = Code("USD");
  row.charge_start_us = kStart;
  row.charge_end_us = kEnd;
  row.billed_cost.amount = MoneyAmount(static_cast<Int128>(1) << 126);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(reconciler.Add(row).ok());
  EXPECT_EQ(GetErrorCode(reconciler.Finish(BillContents()).status()),
            ErrorCode::kOverflow);
  row.sku = "p6e";
  row.pricing_unit = "Hours";
  row.pricing_quantity = Decimal{static_cast<Int128>(1) << 120, 0};
  Reconciler other(input, {});
  EXPECT_EQ(GetErrorCode(other.Add(row)), ErrorCode::kOverflow);
}

// Twice as much does not fit, and is no cent.
TEST(ReconcileRoutingTest, AnAdjustmentTooLargeToDoubleIsNoRounding) {
  TestRow row = OnDemandRow(0, 1, "0", "0.01");
  row.category = ChargeCategory::kAdjustment;
  EXPECT_EQ(Reconcile(Scenario(), {row}).items[0].kind, BreakClass::kRounding);
  for (const char* billed :
       {"9999", "90000000000000000000", "-90000000000000000000"}) {
    row.billed = billed;
    EXPECT_EQ(Reconcile(Scenario(), {row}).items[0].kind, BreakClass::kNonUsage)
        << billed;
  }
}

}  // namespace
}  // namespace drawdown::testing
