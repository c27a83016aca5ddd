// Rows that find their pool only when a part of the key is dropped.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSpot = "aws/us-east-1/gb200-spot";

// gb200 is named by node i-1 of account 111.
Scenario NamedByNode() {
  Scenario setup;
  setup.contract.pools[0].resources = {"i-1"};
  setup.contract.pools[0].sub_accounts = {"111"};
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 4, "8").Build();
  return setup;
}

TestRow NodeRow(int hour, std::string resource, std::string quantity,
                std::string billed) {
  TestRow row = OnDemandRow(hour, hour + 1, std::move(quantity), billed);
  row.resource = std::move(resource);
  return row;
}

TEST(CoarserKeyTest, AReplacedNodeAndAnotherAccountMatchAndSaySo) {
  const Scenario setup = NamedByNode();
  std::vector<TestRow> rows = {
      NodeRow(0, "i-1", "2", "32.80"), NodeRow(1, "i-9", "2", "32.80"),
      NodeRow(2, "i-1", "2", "32.80"), NodeRow(3, "i-9", "3", "49.20")};
  rows[2].sub_account = "222";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 4u);
  const auto matched = ItemsOf(result, BreakClass::kMatched);
  ASSERT_EQ(matched.size(), 3u);
  EXPECT_THAT(matched[0].reason, Not(HasSubstr("without")));
  EXPECT_EQ(matched[0].matched_on,
            "provider+sub_account+region+pool+resource+period+kind");
  EXPECT_THAT(matched[2].reason,
              HasSubstr("; matched without sub-account \"222\", which does not "
                        "name the pool"));
  EXPECT_EQ(matched[2].matched_on, "provider+region+pool+resource+period+kind");
  EXPECT_THAT(matched[1].reason, HasSubstr("without resource \"i-9\""));
  EXPECT_EQ(matched[1].matched_on,
            "provider+sub_account+region+pool+period+kind");
  const auto breaks = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(breaks.size(), 1u);
  EXPECT_EQ(FormatMoney(breaks[0].difference), "16.4");
  EXPECT_THAT(breaks[0].reason, HasSubstr("without resource \"i-9\""));
}

// Rows of the finest key come first; what they leave over is for the others.
TEST(CoarserKeyTest, TakesWhatTheFinestKeyLeavesOver) {
  const Scenario setup = NamedByNode();
  const std::vector<TestRow> rows = {
      NodeRow(0, "i-1", "1", "16.40"), NodeRow(0, "i-9", "1", "16.40"),
      NodeRow(1, "i-1", "2", "32.80"), NodeRow(1, "i-8", "1", "16.40"),
      NodeRow(1, "i-9", "2", "32.80"), NodeRow(2, "i-1", "2", "32.80"),
      NodeRow(3, "i-1", "2", "32.80")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 4u);
  const auto charges = ItemsOf(result, BreakClass::kUnmeteredCharge);
  ASSERT_EQ(charges.size(), 1u);
  EXPECT_EQ(charges[0].rows, 2u);
  EXPECT_EQ(charges[0].pool, kGb200);
  EXPECT_EQ(FormatMoney(charges[0].billed_cost), "49.2");
  EXPECT_EQ(charges[0].reason,
            "billed 12 GPU-hours with resource of some rows, which does not "
            "name the pool; what was metered on it in this time is billed by "
            "other rows");
  std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

// A copy of a row that agrees in all is a copy, not a reason to call another
// row unmetered.
TEST(CoarserKeyTest, CopiesLeaveOverWhatTheyAreCopiesOf) {
  const Scenario setup = NamedByNode();
  const std::vector<TestRow> rows = {
      NodeRow(0, "i-1", "1", "16.40"), NodeRow(0, "i-1", "1", "16.40"),
      NodeRow(0, "i-9", "1", "16.40"), NodeRow(1, "i-1", "2", "32.80"),
      NodeRow(2, "i-1", "2", "32.80"), NodeRow(3, "i-1", "2", "32.80")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kDuplicateCharge).size(), 1u);
  const auto matched = ItemsOf(result, BreakClass::kMatched);
  ASSERT_EQ(matched.size(), 4u);
  EXPECT_THAT(matched[0].reason, HasSubstr("without resource"));
  std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

TEST(CoarserKeyTest, ARowWithoutGpuTimeDoesNotSpoilTheOthers) {
  const Scenario setup = NamedByNode();
  std::vector<TestRow> rows = {
      NodeRow(0, "i-1", "1", "16.40"), NodeRow(0, "i-9", "1", "16.40"),
      NodeRow(0, "i-8", "1", "0.01"),  NodeRow(1, "i-1", "2", "32.80"),
      NodeRow(2, "i-1", "2", "32.80"), NodeRow(3, "i-1", "2", "32.80")};
  rows[2].unit = "GB";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 4u);
  const auto other = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].reason,
            "GPU usage with resource \"i-8\", which does not name the pool, "
            "and without GPU time (PricingQuantity in unit \"GB\"), so it "
            "could not be compared");
  EXPECT_EQ(FormatMoney(other[0].billed_cost), "0.01");
}

// Nothing is known yet of what time leaves over that has not been rated.
TEST(CoarserKeyTest, TimeThatIsNotRatedYetIsPending) {
  Scenario setup = NamedByNode();
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  setup.at_us = HourOf(2);
  const std::vector<TestRow> rows = {
      NodeRow(0, "i-1", "2", "32.80"), NodeRow(1, "i-1", "2", "32.80"),
      NodeRow(2, "i-1", "1", "16.40"), NodeRow(2, "i-9", "1", "16.40")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto pending = ItemsOf(result, BreakClass::kNotExecutable);
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_TRUE(pending[0].pending);
  EXPECT_THAT(pending[0].reason, HasSubstr("has not been rated yet"));
  EXPECT_THAT(pending[0].reason, HasSubstr("without resource of some rows"));
}

TEST(CoarserKeyTest, UnusedCapacitySaysWhatDidNotMatch) {
  const Scenario setup = NamedByNode();
  TestRow row = NodeRow(0, "i-1", "1", "999");
  row.sub_account = "222";
  row.capacity_status = UsageStatus::kUnused;
  const Break item =
      ItemsOf(Reconcile(setup, {row}), BreakClass::kPriceBreak).front();
  EXPECT_THAT(item.reason, HasSubstr("without sub-account \"222\""));
}

// The finest rows may cover a longer time than the others.
TEST(CoarserKeyTest, CountsLeftoversOverTheWholeOfALongRow) {
  const Scenario setup = NamedByNode();
  TestRow day = NodeRow(0, "i-1", "6", "98.40");
  day.end_us = HourOf(4);
  std::vector<TestRow> rows = {day, NodeRow(1, "i-9", "2", "32.80")};
  ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  rows[0].quantity = "8";
  rows[0].billed = "131.20";
  result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kUnmeteredCharge).size(), 1u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
}

TEST(CoarserKeyTest, OfTwoPoolsNoneIsGuessed) {
  Scenario setup = NamedByNode();
  PoolNaming spot = setup.contract.pools[0];
  spot.name = kSpot;
  spot.resources = {"i-2"};
  setup.contract.pools.push_back(spot);
  const std::vector<TestRow> rows = {NodeRow(0, "i-9", "2", "32.80")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto charges = ItemsOf(result, BreakClass::kUnmeteredCharge);
  ASSERT_EQ(charges.size(), 1u);
  EXPECT_EQ(charges[0].reason,
            "billed 8 GPU-hours of SKU \"p6e\" in region \"us-east-1\", of "
            "which the contract has several pools, none of them named by "
            "resource \"i-9\"");
}

TEST(CoarserKeyTest, ACorrectionSaysWhatDidNotMatch) {
  const Scenario setup = NamedByNode();
  std::vector<TestRow> rows = {NodeRow(0, "i-1", "3", "49.20"),
                               NodeRow(0, "i-9", "-1", "-16.40")};
  rows[1].correction = true;
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_THAT(linked[0].reason, HasSubstr("without resource \"i-9\""));
}

// A bill of opaque SKUs names the pool by SkuPriceDetails.InstanceType; so does
// what is sold beside the instance.
TEST(CoarserKeyTest, FindsThePoolByInstanceTypeButNotItsTraffic) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "8").Build();
  TestRow usage = OnDemandRow(0, 1, "2", "32.80");
  usage.sku = "ABC123";
  usage.sku_price = "ABC123.JRTC";
  usage.instance_type = "p6e";
  TestRow traffic = usage;
  traffic.unit = "GB";
  const std::vector<TestRow> rows = {usage, traffic};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kNonUsage).size(), 1u);
}

}  // namespace
}  // namespace drawdown::testing
