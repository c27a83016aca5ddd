// Rows that are not compared with the meter: each in one class, none lost.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drawdown/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

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
       [](TestRow& r) { r.category = ChargeCategory::kPurchase; }, passed, "10",
       "no commitment of the contract"},
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

TEST(ReconcileRoutingTest, TimingSaysWhetherTheHoursRan) {
  Scenario setup;
  int readings = 0;
  setup.metered = [&readings](const std::vector<PoolWindow>& windows)
      -> absl::StatusOr<std::vector<GpuTime>> {
    ++readings;
    std::vector<GpuTime> times;
    for (const auto& [pool, window] : windows) {
      EXPECT_EQ(pool, kGb200);
      EXPECT_EQ(window.end_us - window.start_us, kMicrosPerHour);
      times.push_back(window.start_us < HourOf(-1) ? Hours("4") : GpuTime());
    }
    return times;
  };
  const std::vector<TestRow> rows = {OnDemandRow(-2, -1, "1", "16.40"),
                                     OnDemandRow(-1, 0, "1", "16.40")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(readings, 1);
  const auto late = ItemsOf(result, BreakClass::kTiming);
  ASSERT_EQ(late.size(), 2u);
  EXPECT_THAT(late[0].reason, HasSubstr("was metered 4 GPU-hours then"));
  EXPECT_THAT(late[1].reason, HasSubstr("nothing was metered on the pool"));
}

// Eight hours are rated, of which a third ran.
TEST(ReconcileRoutingTest, TheBillingGrainIsNamedBesideWhatWasMetered) {
  Scenario setup;
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 2, "8")
                    .Grain(kGb200, 0, 1, "5.5")
                    .Build();
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                                     OnDemandRow(1, 2, "2", "32.80")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(result.items[0].reason,
            "on-demand usage: billed and metered 8 GPU-hours at 4.10 USD; of "
            "the hours metered on the pool 5.5 GPU-hours are what the billing "
            "grain adds");
  EXPECT_THAT(result.items[1].reason, Not(HasSubstr("grain")));
  EXPECT_EQ(CheckNamed(result, "metered_conservation").detail,
            "16 GPU-hours in the items, 10.5 GPU-hours metered and 5.5 "
            "GPU-hours of the billing grain");
}

TEST(ReconcileRoutingTest, ACorrectionIsOfTheLineThatItNames) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "4").Build();
  std::vector<TestRow> rows = {
      OnDemandRow(0, 1, "1", "16.40"), OnDemandRow(1, 2, "1", "16.40"),
      OnDemandRow(1, 2, "-1", "-16.40"), OnDemandRow(0, 1, "0", "5")};
  const char* const ids[] = {"A", "B", "C", "D"};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].line_id = ids[i];
    rows[i].links_lines = true;
    rows[i].correction = i >= 2;
  }
  rows[2].corrects = "NOSUCH";
  rows[3].corrects = "B";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_EQ(FormatMoney(orphans[0].billed_cost), "-16.4");
  EXPECT_THAT(orphans[0].reason,
              HasSubstr("of line \"NOSUCH\", which is in no bill"));
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(linked[0].matched_on, "provider+line");
  EXPECT_EQ(FormatMoney(linked[0].billed_cost), "5");
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
  std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

// A correction may be of a correction, but not of itself, nor of a line of
// another provider.
TEST(ReconcileRoutingTest, OnlyAnotherLineOfTheProviderIsAnOriginal) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  std::vector<TestRow> rows(5, OnDemandRow(0, 1, "-1", "-16.40"));
  const char* const ids[] = {"A", "B", "C", "D", "E"};
  const char* const corrects[] = {"", "B", "", "C", "D"};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].line_id = ids[i];
    rows[i].corrects = corrects[i];
    rows[i].links_lines = true;
    rows[i].correction = i > 0;
  }
  rows[0] = OnDemandRow(0, 1, "1", "16.40");
  rows[2].provider = "other";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 2u);
  EXPECT_THAT(orphans[0].reason, HasSubstr("of line \"B\""));
  EXPECT_THAT(orphans[1].reason, HasSubstr("of line \"C\""));
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_THAT(linked[0].reason, HasSubstr("of line \"D\""));
}

TEST(ReconcileRoutingTest, AnOverflowOfWhatWasConsumedIsSaid) {
  TestRow row = OnDemandRow(0, 1, "2", "32.80");
  row.consumed = "4500000000000000000000000000";
  row.consumed_unit = "Hours";
  const std::vector<TestRow> rows(3, row);
  const ReconcileCheck check =
      CheckNamed(Reconcile(Scenario(), rows), "consumed_quantity");
  EXPECT_EQ(check.outcome, ReconcileCheck::Outcome::kNotExecutable);
  EXPECT_THAT(check.detail,
              HasSubstr("of 3 that differ the sum does not fit 128 bits"));
}

TEST(ReconcileRoutingTest, WhatWasConsumedIsWhatWasRated) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                               OnDemandRow(1, 2, "2", "32.80")};
  const auto check = [&] {
    return CheckNamed(Reconcile(setup, rows), "consumed_quantity");
  };
  using Outcome = ReconcileCheck::Outcome;
  EXPECT_EQ(check().outcome, Outcome::kNotExecutable);
  rows[0].consumed = "7200";
  rows[0].consumed_unit = "Seconds";
  EXPECT_EQ(check().outcome, Outcome::kPassed);
  rows[1].consumed = "200";
  rows[1].consumed_unit = "Hours";
  EXPECT_EQ(check().outcome, Outcome::kFailed);
  EXPECT_THAT(check().detail,
              HasSubstr("of 1 ConsumedQuantity is 800 GPU-hours "
                        "and PricingQuantity 8 GPU-hours"));
  rows[1].consumed = "1";
  EXPECT_EQ(check().outcome, Outcome::kFailed);
  setup.contract.grain_us = kMicrosPerHour;
  EXPECT_EQ(check().outcome, Outcome::kPassed);
}

TEST(ReconcileRoutingTest, ACorrectionIsLinkedToRowsOfTheBill) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  TestRow correction = OnDemandRow(0, 1, "-1", "-16.40");
  correction.correction = true;
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "3", "49.20"),
                                     correction};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(FormatMoney(linked[0].difference), "-16.4");
  const auto original = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(original.size(), 1u);
  EXPECT_EQ(FormatMoney(original[0].difference), "16.4");
}

// Two pools of one SKU and region: each row meets the meter of its own.
TEST(ReconcileRoutingTest, PoolsOfOneSkuAreToldApartAndTheKeySaysBy) {
  Scenario setup;
  PoolNaming& gb200 = setup.contract.pools[0];
  PoolNaming test = gb200;
  gb200.sub_accounts = {"111", "113"};
  test.name = "aws/us-east-1/gb200-test";
  test.sub_accounts = {"112"};
  test.resources = {"cb-7"};
  setup.contract.pools.push_back(test);
  setup.rated = BookBuilder()
                    .OnDemand(kGb200, 0, 4, "8")
                    .OnDemand(test.name, 0, 1, "4")
                    .Build();
  TestRow of_test = OnDemandRow(0, 1, "1", "16.40");
  of_test.sub_account = "112";
  of_test.resource = "cb-7";
  TestRow other_account = OnDemandRow(1, 2, "1", "16.40");
  other_account.sub_account = "113";
  TestRow silent = OnDemandRow(2, 4, "3", "49.20");
  silent.sub_account = "";
  TestRow vague = OnDemandRow(3, 4, "1", "16.40");
  vague.sub_account = vague.resource = "";
  TestRow nobodys = OnDemandRow(4, 5, "1", "16.40");
  nobodys.sub_account = "114";
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                                     of_test,
                                     OnDemandRow(1, 2, "1", "16.40"),
                                     other_account,
                                     OnDemandRow(2, 3, "1", "16.40"),
                                     silent,
                                     vague,
                                     nobodys};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  std::map<std::string, std::string> keys;
  for (const Break& item : ItemsOf(result, BreakClass::kMatched)) {
    const int64_t hour = (item.period_start_us - kStart) / kMicrosPerHour;
    keys[item.pool + " " + std::to_string(hour)] = item.matched_on;
  }
  const std::string pool(kGb200);
  EXPECT_THAT(
      keys,
      ElementsAre(
          Pair(pool + " 0", "provider+sub_account+region+pool+period+kind"),
          // Of two accounts, which the pool names both.
          Pair(pool + " 1", "provider+sub_account+region+pool+period+kind"),
          // A row that is silent drops the part for all that it overlaps.
          Pair(pool + " 2", "provider+region+pool+period+kind"),
          Pair(test.name + " 0",
               "provider+sub_account+region+pool+resource+period+kind")));
  // Nothing is guessed of a row that does not say which, or says another.
  EXPECT_EQ(ItemsOf(result, BreakClass::kNotExecutable).size(), 1u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kUnmeteredCharge).size(), 1u);
}

TEST(ReconcileRoutingTest, OtherCurrenciesNeverTakeMeteredUsage) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  TestRow row = OnDemandRow(0, 1, "2", "30");
  row.currency = "EUR";
  const ReconcileResult result = Reconcile(setup, {row});
  ExpectInvariants(result, {row});
  EXPECT_EQ(FormatMoney(result.billed_total.at("EUR")), "30");
  EXPECT_EQ(FormatMoney(result.expected_total.at("EUR")), "0");
  EXPECT_EQ(FormatMoney(result.expected_total.at("USD")), "32.8");
}

TEST(ReconcileRoutingTest, ARowAcrossTheEdgeComparesWhatIsInside) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  TestRow inside = OnDemandRow(-2, 2, "4", "65.60");
  EXPECT_EQ(Reconcile(setup, {inside}).items[0].kind, BreakClass::kMatched);
  TestRow across = OnDemandRow(-2, 2, "8", "131.20");
  const ReconcileResult result = Reconcile(setup, {across});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kTiming);
  EXPECT_EQ(FormatMoney(result.items[0].difference), "65.6");
  EXPECT_THAT(result.items[0].reason, HasSubstr("crosses the edge"));
}

TEST(ReconcileRoutingTest, SharedSkusNeedARegion) {
  Scenario setup;
  setup.contract.pools[1].sku = "p6e";
  TestRow row = OnDemandRow(0, 1, "1", "16.40");
  row.region = "";
  const ReconcileResult result = Reconcile(setup, {row});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kNotExecutable);
  EXPECT_THAT(result.items[0].reason, HasSubstr("several pools"));
}

TEST(ReconcileRoutingTest, MatchedOnNamesOnlyWhatBothSidesGave) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  TestRow row = OnDemandRow(0, 1, "1", "16.40");
  row.region = "";
  EXPECT_EQ(Reconcile(setup, {row}).items[0].matched_on,
            "provider+pool+period+kind");
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

// An amendment in the month renames a SKU and sells half the GPUs a unit.
TEST(ReconcileRoutingTest, NamesAreThoseOfTheVersionThatHolds) {
  Scenario setup;
  Contract before = setup.contract;
  before.pools[0].sku = "p6e-old";
  before.pools[0].gpus_per_unit = 2;
  ContractTimeline versions =
      ContractTimeline(before).With({HourOf(1), kEnd}, setup.contract);
  setup.versions = versions;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 3, "8").Build();
  TestRow old = OnDemandRow(0, 1, "4", "32.80");
  old.sku = old.sku_price = "p6e-old";
  // The bill is an hour slow to follow.
  TestRow slow = OnDemandRow(1, 2, "4", "32.80");
  slow.sku = slow.sku_price = "p6e-old";
  const std::vector<TestRow> rows = {old, slow,
                                     OnDemandRow(2, 3, "2", "32.80")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 3u)
      << Serialized(result);

  setup.versions = ContractTimeline();
  EXPECT_FALSE(Reconcile(setup, rows).clean());
}

TEST(ReconcileRoutingTest, PoolsOfAnotherContractAreNotOurs) {
  Scenario setup;
  Contract other = MakeContract();
  other.id = "aws-b";
  other.term = {kStart, kEnd};
  other.pools.resize(1);
  other.pools[0].name = "aws/us-east-1/a100";
  other.pools[0].sku = "p4d";
  setup.others = {&other};
  TestRow row = OnDemandRow(0, 1, "2", "10");
  row.sku = row.sku_price = "p4d";
  row.gpu_count = 8;
  const ReconcileResult result = Reconcile(setup, {row});
  ExpectInvariants(result, {row});
  const auto items = ItemsOf(result, BreakClass::kNonUsage);
  ASSERT_EQ(items.size(), 1u) << Serialized(result);
  EXPECT_EQ(items[0].reason,
            "of pool aws/us-east-1/a100, which contract aws-b names and is "
            "reconciled with");
  EXPECT_TRUE(items[0].difference.zero());
  EXPECT_THAT(result.notes,
              Contains("1 row is of pools that contract aws-b names: reconcile "
                       "the bill with it too"));

  // Not when that contract is over, nor of a provider that is not its own.
  other.term.end_us = kStart;
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, {row}), BreakClass::kUnmeteredCharge).size(),
      1u);
  other.term.end_us = kEnd;
  other.provider = "oracle";
  other.provider_aliases.clear();
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, {row}), BreakClass::kUnmeteredCharge).size(),
      1u);
}

// Two accounts of one provider under a contract each, with the same machines.
TEST(ReconcileRoutingTest, RowsThatAnotherContractNamesExactlyAreNotOurs) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  setup.contract.pools[0].sub_accounts = {"111"};
  Contract other = MakeContract();
  other.id = "aws-b";
  other.term = {kStart, kEnd};
  other.pools.resize(1);
  other.pools[0].name = "aws/us-east-1/gb200-b";
  other.pools[0].sub_accounts = {"222"};
  TestRow theirs = OnDemandRow(0, 1, "2", "32.80");
  theirs.sub_account = "222";
  // Alone it may be of a new account, and takes what our rows leave over.
  EXPECT_EQ(ItemsOf(Reconcile(setup, {theirs}), BreakClass::kMatched).size(),
            1u);
  setup.others = {&other};
  const ReconcileResult result = Reconcile(setup, {theirs});
  ExpectInvariants(result, {theirs});
  EXPECT_EQ(ItemsOf(result, BreakClass::kNonUsage).size(), 1u)
      << Serialized(result);
  EXPECT_EQ(ItemsOf(result, BreakClass::kUnbilledUsage).size(), 1u);
  const TestRow ours = OnDemandRow(0, 1, "2", "32.80");
  const ReconcileResult both = Reconcile(setup, {ours, theirs});
  ASSERT_EQ(both.items.size(), 2u) << Serialized(both);
  EXPECT_EQ(ItemsOf(both, BreakClass::kMatched).size(), 1u);
  EXPECT_EQ(ItemsOf(both, BreakClass::kNonUsage).size(), 1u);
}

// Cost and usage reports have no SKU but the instance type, on traffic too.
TEST(ReconcileRoutingTest, TrafficOfAnInstanceIsNoUsageOfItsPool) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  TestRow usage = OnDemandRow(0, 1, "2", "32.80");
  usage.instance_type = usage.sku;
  TestRow traffic = OnDemandRow(0, 1, "30", "3.00");
  traffic.instance_type = traffic.sku;
  traffic.unit = "GB";
  const ReconcileResult result = Reconcile(setup, {usage, traffic});
  ExpectInvariants(result, {usage, traffic});
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kNonUsage).size(), 1u);
  // Time of no certain length is no traffic.
  TestRow month = traffic;
  month.unit = "Months";
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, {usage, month}), BreakClass::kNotExecutable)
          .size(),
      1u);
  // Of a SKU that is not only a type, nothing is known.
  traffic.instance_type.clear();
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, {usage, traffic}), BreakClass::kNotExecutable)
          .size(),
      1u);
}

}  // namespace
}  // namespace drawdown::testing
