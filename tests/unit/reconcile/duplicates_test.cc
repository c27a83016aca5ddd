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

// Storage: no GPU time, not compared.
TestRow StorageRow(std::string resource, std::string billed) {
  TestRow row = OnDemandRow(0, 24, "1000", std::move(billed));
  row.service = "Object storage";
  row.sku = row.sku_price = "S3-STANDARD";
  row.unit = "GB-Mo";
  row.resource = std::move(resource);
  return row;
}

TEST(DuplicateChargeTest, CopiesOfWhatIsNotComparedAreBilledTwice) {
  TestRow support = StorageRow("", "100.00");
  support.category = ChargeCategory::kPurchase;
  support.resource = "support-plan";
  std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-1", "21.00"),
                               StorageRow("bucket-2", "21.00"),
                               support,
                               support};
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(FormatMoney(items[1].difference), "100");
  EXPECT_EQ(items[1].rows, 1u);
  EXPECT_EQ(items[1].resource, "support-plan");
  EXPECT_EQ(FormatMoney(items[0].difference), "42");
  EXPECT_EQ(FormatMoney(items[0].expected_cost), "0");
  EXPECT_EQ(items[0].rows, 2u);
  EXPECT_EQ(items[0].resource, "bucket-1");
  EXPECT_THAT(items[0].reason, HasSubstr("service Object storage"));
  MoneyAmount passed;
  for (const Break& item : ItemsOf(result, BreakClass::kNonUsage)) {
    passed += item.billed_cost;
  }
  EXPECT_EQ(FormatMoney(passed), "142");
  for (const std::string& note : result.notes) {
    EXPECT_THAT(note, ::testing::Not(HasSubstr("told"))) << note;
  }
}

// Two disks or two seats may look alike; a free row costs nothing twice, and
// what is given back twice is not billed twice.
TEST(DuplicateChargeTest, WhatMayRightlyLookAlikeIsNotCalledACopy) {
  TestRow tax = StorageRow("", "6.00");
  tax.category = ChargeCategory::kTax;
  const TestRow credit = StorageRow("bucket-1", "-5.00");
  const TestRow free = StorageRow("bucket-1", "0");
  const TestRow request = StorageRow("bucket-1", "0.0000004");
  TestRow other = StorageRow("bucket-1", "21.00");
  other.provider = "Another Cloud";
  TestRow past = StorageRow("bucket-1", "21.00");
  past.billing_start_us = HourOf(-744);
  past.billing_end_us = kStart;
  past.start_us = HourOf(-48);
  past.end_us = HourOf(-24);
  const std::vector<TestRow> rows = {tax,  tax,     tax,    credit, credit,
                                     free, free,    other,  other,  past,
                                     past, request, request};
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(ItemsOf(result, BreakClass::kDuplicateCharge).empty());
  EXPECT_THAT(result.notes,
              ::testing::Contains(
                  HasSubstr("3 rows that are not compared (12.0000004 USD)")));
}

// A line's own id says what it is as a resource does.
TEST(DuplicateChargeTest, ALineThatHasAnIdIsBilledOnce) {
  TestRow row = StorageRow("", "21.00");
  row.line_id = "line-7";
  const std::vector<TestRow> rows(2, row);
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kDuplicateCharge).size(), 1u);
}

// So many services that their groups are joined while rows are added.
TEST(DuplicateChargeTest, CopiesAreFoundInGroupsThatWereJoined) {
  std::vector<TestRow> rows;
  for (uint32_t i = 0; i <= GroupTable::kMostApart; ++i) {
    rows.push_back(StorageRow("bucket-1", "1.00"));
    rows.back().service = "service " + std::to_string(i);
    if (i == 10) rows.push_back(rows[5]);  // before they are joined
  }
  rows.push_back(StorageRow("bucket-1", "3.00"));
  rows.push_back(rows.back());
  const ReconcileResult result = Reconcile(Metered("8"), rows);
  ExpectInvariants(result, rows);
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].rows, 2u);
  EXPECT_EQ(FormatMoney(items[0].difference), "4");
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
