#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/copies.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

Scenario Metered(std::string_view hours) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, hours).Build();
  return setup;
}

TEST(DuplicateChargeTest, CopiesTheMeterLacksBecomeTheirOwnItem) {
  const std::vector<TestRow> rows(3, OnDemandRow(0, 1, "2", "32.80"));
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].rows, 2u);
  EXPECT_EQ(FormatMoney(items[0].billed_cost), "65.6");
  EXPECT_EQ(FormatMoney(items[0].expected_cost), "0");
  EXPECT_EQ(FormatMoney(items[0].difference), "65.6");
  EXPECT_TRUE(items[0].billed == Hours("16"));
  EXPECT_EQ(items[0].resource, "i-1");
  EXPECT_THAT(items[0].reason, HasSubstr("2 more copies"));
}

TEST(DuplicateChargeTest, EqualRowsThatWereMeteredAreOrdinary) {
  const std::vector<TestRow> rows(3, OnDemandRow(0, 1, "2", "32.80"));
  const ReconcileResult result = Reconcile(Metered("24"), rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_EQ(result.items[0].rows, 3u);
}

TEST(DuplicateChargeTest, OnlyWhatTheMeterLacksIsTakenOut) {
  const std::vector<TestRow> rows(4, OnDemandRow(0, 1, "2", "32.80"));
  const ReconcileResult result = Reconcile(Metered("24"), rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].rows, 1u);
}

TEST(DuplicateChargeTest, WholeHoursOfManyNodesAreStillCopies) {
  std::vector<TestRow> rows;
  for (int node = 0; node < 5; ++node) {
    rows.push_back(OnDemandRow(0, 1, "1", "16.40"));
    rows.back().resource = std::to_string(node);
  }
  rows.push_back(rows[3]);
  const ReconcileResult result = Reconcile(Metered("20"), rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].resource, "3");
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
}

TEST(DuplicateChargeTest, ADifferentColumnIsADifferentRow) {
  std::vector<TestRow> rows(2, OnDemandRow(0, 1, "2", "32.80"));
  rows[1].service = "EC2";
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kQuantityBreak);
}

TEST(DuplicateChargeTest, APurchaseDeliveredTwiceIsOne) {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 1, "8").Build();
  const std::vector<TestRow> rows = {PurchaseRow(0, 1, "8", "16.40"),
                                     PurchaseRow(0, 1, "8", "16.40"),
                                     CoveredRow(0, 1, "2", "16.40")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "16.4");
  EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
            ReconcileCheck::Outcome::kPassed);
}

TEST(CopiesToDropTest, ComesClosestWithoutFallingBelow) {
  struct Case {
    int64_t billed;
    int64_t booked;
    int64_t each;
    uint64_t extra;
    int64_t slack;
    uint64_t dropped;
  };
  const Case cases[] = {
      {30, 10, 10, 2, 0, 2},    {30, 20, 10, 2, 0, 1},
      {30, 30, 10, 2, 0, 0},    {30, 40, 10, 2, 0, 0},
      {30, 10, 10, 1, 0, 1},    {30, 23, 5, 9, 0, 1},
      {30, 23, 4, 9, 0, 1},     {30, 23, 4, 9, 1, 2},
      {30, 29, 10, 9, 50, 0},   {30, 20, 10, 9, 500, 1},
      {-30, -10, -10, 9, 0, 2}, {-30, -10, 10, 9, 0, 0},
      {30, 10, 0, 9, 0, 0},
  };
  for (const Case& c : cases) {
    Copies copies;
    copies.extra = c.extra;
    copies.one.billed = GpuTime(c.each);
    EXPECT_EQ(CopiesToDrop(copies, GpuTime(c.billed), GpuTime(c.booked),
                           GpuTime(c.slack)),
              c.dropped)
        << c.billed << " " << c.booked << " " << c.each;
  }
}

}  // namespace
}  // namespace drawdown::testing
