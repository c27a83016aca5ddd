// Rows that are not compared are few items, however many they are.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reconcile/group.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

// One row each of `count`, of which no two have anything in common.
std::vector<TestRow> RowsApart(uint32_t count, const TestRow& like,
                               void (*change)(uint32_t, TestRow*)) {
  std::vector<TestRow> rows(count, like);
  for (uint32_t i = 0; i < count; ++i) change(i, &rows[i]);
  return rows;
}

void ExpectFewItems(const Scenario& setup, const std::vector<TestRow>& rows,
                    size_t items, const std::string& reason) {
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), items);
  EXPECT_EQ(result.items[0].rows, rows.size() / items);
  EXPECT_THAT(result.items[0].reason, HasSubstr(reason));
  const std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

TEST(GroupLimitTest, ServicesAreKeptApartUpToALimit) {
  constexpr uint32_t kMost = GroupTable::kMostApart;
  const auto service = [](uint32_t i, TestRow* row) {
    row->sku = row->sku_price = absl::StrCat("x", i);
    row->service = absl::StrCat("service ", i);
    row->unit = "Requests";
  };
  const TestRow like = OnDemandRow(0, 1, "1", "0.25");
  const Scenario setup;
  ExpectFewItems(setup, RowsApart(kMost, like, service), kMost,
                 "no GPU usage, service service ");
  ExpectFewItems(setup, RowsApart(kMost + 1, like, service), 1,
                 "no GPU usage, service (too many to tell apart)");
}

TEST(GroupLimitTest, PeriodsOfAnotherCurrencyAreKeptApartUpToALimit) {
  constexpr uint32_t kMost = GroupTable::kMostApart;
  TestRow like = OnDemandRow(0, 1, "1", "0.25");
  like.currency = "EUR";
  const auto period = [](uint32_t i, TestRow* row) {
    row->start_us += static_cast<int64_t>(i) * kMicrosPerSecond;
    row->end_us = row->start_us + kMicrosPerHour;
  };
  const Scenario setup;
  ExpectFewItems(setup, RowsApart(kMost, like, period), kMost, "billed in EUR");
  const std::vector<TestRow> many = RowsApart(kMost + 1, like, period);
  ExpectFewItems(setup, many, 1, "billed in EUR");
  const Break item = Reconcile(setup, many).items[0];
  EXPECT_EQ(item.kind, BreakClass::kCurrencyBreak);
  EXPECT_EQ(item.period_start_us, many.front().start_us);
  EXPECT_EQ(item.period_end_us, many.back().end_us);
}

TEST(GroupLimitTest, UnknownSkusAreKeptApartUpToALimit) {
  TestRow like = OnDemandRow(0, 1, "1", "0.25");
  like.gpu_count = 8;
  const auto sku = [](uint32_t i, TestRow* row) {
    row->sku = row->sku_price = absl::StrCat("x", i);
  };
  ExpectFewItems(
      Scenario(), RowsApart(GroupTable::kMostApart + 1, like, sku), 1,
      "of SKU \"(too many to tell apart)\" in region \"(too many to tell");
}

// So many commitments may be of the contract's pools or not.
TEST(GroupLimitTest, CommitmentsAreKeptApartUpToALimit) {
  constexpr uint32_t kMost = GroupTable::kMostApart;
  const auto commitment = [](uint32_t i, TestRow* row) {
    row->commitment = absl::StrCat("ri-", i);
  };
  const Scenario setup;
  TestRow like = OnDemandRow(0, 1, "1", "0.25");
  like.category = ChargeCategory::kPurchase;
  like.sku = like.sku_price = "other";
  ExpectFewItems(setup, RowsApart(kMost, like, commitment), kMost,
                 "purchase of what is no commitment of the contract, ri-");
  ExpectFewItems(setup, RowsApart(kMost + 1, like, commitment), 1,
                 "of more commitments than are told apart");
  EXPECT_EQ(
      Reconcile(setup, RowsApart(kMost + 1, like, commitment)).items[0].kind,
      BreakClass::kNotExecutable);
  like.category = ChargeCategory::kUsage;
  like.commitment_status = UsageStatus::kUnused;
  ExpectFewItems(setup, RowsApart(kMost + 1, like, commitment), 1,
                 "of more commitments than are told apart");
}

TEST(GroupLimitTest, AdjustmentsAreKeptApartUpToALimit) {
  TestRow like = OnDemandRow(0, 1, "1", "100");
  like.category = ChargeCategory::kAdjustment;
  ExpectFewItems(Scenario(),
                 RowsApart(GroupTable::kMostApart + 1, like,
                           [](uint32_t i, TestRow* row) {
                             row->service = absl::StrCat("service ", i);
                           }),
                 1, "Adjustment, service (too many to tell apart)");
}

TEST(GroupLimitTest, UnusedCapacityIsOneItemAtItsPrice) {
  constexpr uint32_t kMost = GroupTable::kMostApart;
  const auto period = [](uint32_t i, TestRow* row) {
    row->start_us += static_cast<int64_t>(i) * kMicrosPerSecond;
    row->end_us = row->start_us + kMicrosPerHour;
  };
  TestRow like = OnDemandRow(0, 1, "1", "16.40");
  like.capacity_status = UsageStatus::kUnused;
  const Scenario setup;
  ExpectFewItems(setup, RowsApart(9, like, period), 1, "unused capacity");
  like.billed = "16.50";
  ExpectFewItems(setup, RowsApart(kMost, like, period), kMost,
                 "above the contract's on-demand price");
  const std::vector<TestRow> many = RowsApart(kMost + 1, like, period);
  ExpectFewItems(setup, many, 1, "above the contract's on-demand price");
  EXPECT_EQ(FormatMoney(Reconcile(setup, many).items[0].difference), "819.3");
}

// A hostile bill applies each charge to another commitment that nobody has.
TEST(GroupLimitTest, AppliedCommitmentsAreNamedUpToALimit) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1'030; ++i) ids.push_back("c-" + std::to_string(i));
  std::vector<TestRow> rows;
  for (const std::string& id : ids) {
    AppliedCommitment applied;
    applied.commitment = id;
    applied.cost = {Usd("1"), 0, true};
    rows.push_back(OnDemandRow(0, 1, "2", "32.80"));
    rows.back().applied = {applied, applied};
  }
  const ReconcileResult result = Reconcile(Scenario(), rows);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(Scenario(), rows)), Serialized(result));
  std::vector<std::string> details;
  for (const ReconcileCheck& check : result.checks) {
    if (check.name == "contract_applied") details.push_back(check.detail);
  }
  ASSERT_EQ(details.size(), 1'025u);
  EXPECT_EQ(details[0],
            "c-0: 2 applied amounts of what is no commitment of the contract");
  EXPECT_EQ(details.back(),
            "12 applied amounts of still others that are no commitment of the "
            "contract");
}

}  // namespace
}  // namespace drawdown::testing
