// Which pool a row is of, by its names and by those of which contract.
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

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
  Scenario setup = MeteredHours(1);
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
  Scenario setup = MeteredHours(1);
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
