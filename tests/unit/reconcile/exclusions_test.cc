// Usage on GPUs that the provider excluded: metered, and rightly not billed.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// 24 GPU-hours of p5 (8 GPUs a unit) at 2.90 in hour 0: 3 units, 69.60.
Scenario ThreeNodes() {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kH100, 0, 1, "24", "2.90").Build();
  return setup;
}

TestRow H100Row(int first, int last, std::string quantity, std::string billed) {
  TestRow row =
      OnDemandRow(first, last, std::move(quantity), std::move(billed));
  row.sku = "p5";
  row.sku_price = "p5-price";
  row.region = "us-west-2";
  return row;
}

TestRow CoveredH100Row(int first, int last, std::string quantity) {
  TestRow row = H100Row(first, last, std::move(quantity), "0");
  row.commitment = std::string(kReserved);
  row.commitment_status = UsageStatus::kUsed;
  return row;
}

Scenario WithExcluded(int64_t gpus, int minutes) {
  Scenario setup = ThreeNodes();
  setup.capacity_pools = {std::string(kGb200), std::string(kH100)};
  setup.capacity.spans = {
      {1, CapacityState::kDelivered, kStart, kEnd, 24 * kMicroGpusPerGpu},
      {1, CapacityState::kExcluded, kStart,
       kStart + minutes * 60 * kMicrosPerSecond, gpus * kMicroGpusPerGpu},
      {0, CapacityState::kExcluded, kStart, kEnd, 100 * kMicroGpusPerGpu}};
  return setup;
}

// A node failed for half an hour: the job on it was metered, and not billed.
TEST(ReconcileExclusionsTest, ExcludedGpusMayBeMeteredAndNotBilled) {
  TestRow row = H100Row(0, 1, "2.5", "58.00");
  const ReconcileResult result = Reconcile(WithExcluded(8, 30), {row});
  ExpectInvariants(result, {row});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  EXPECT_EQ(FormatMoney(result.items[0].expected_cost), "58");
  EXPECT_TRUE(result.items[0].metered == Hours("24"));
  EXPECT_THAT(result.items[0].reason,
              HasSubstr("4 of the metered on GPUs that the provider excluded"));
  // More is missing than was excluded, or nothing was.
  for (const Scenario& setup : {WithExcluded(8, 29), ThreeNodes()}) {
    EXPECT_EQ(Reconcile(setup, {row}).items[0].kind,
              BreakClass::kQuantityBreak);
  }
  // What is missing beyond that is all that is missed.
  const Break more =
      Reconcile(WithExcluded(8, 30), {H100Row(0, 1, "1.5", "34.80")}).items[0];
  EXPECT_EQ(more.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(more.expected_cost), "58");
  EXPECT_EQ(FormatMoney(more.difference), "-23.2");
  EXPECT_THAT(more.reason, HasSubstr("8 GPU-hours too little"));
  // What is billed too much is not excused, nor is another price.
  EXPECT_EQ(Reconcile(WithExcluded(8, 30), {H100Row(0, 1, "3.5", "81.20")})
                .items[0]
                .kind,
            BreakClass::kQuantityBreak);
  EXPECT_EQ(Reconcile(WithExcluded(8, 30), {H100Row(0, 1, "2.5", "60.00")})
                .items[0]
                .kind,
            BreakClass::kPriceBreak);
}

// 24 were delivered and 24 metered, so four of the metered hours were on GPUs
// that the provider had taken out of service.
TEST(ReconcileExclusionsTest, ExcludedGpusThatAreBilledAreABreak) {
  const std::vector<TestRow> rows = {H100Row(0, 1, "3", "69.60")};
  Scenario setup = WithExcluded(8, 30);
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const Break& item = result.items[0];
  EXPECT_EQ(item.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(item.expected_cost), "58");
  EXPECT_EQ(FormatMoney(item.difference), "11.6");
  EXPECT_THAT(item.reason,
              HasSubstr("4 of the metered on GPUs that the provider excluded"));
  // As many stood in for them; there are more GPUs than were used; or nobody
  // said how many there are: then the bill may be right.
  CapacitySpan replaced = setup.capacity.spans[1];
  replaced.state = CapacityState::kReplaced;
  Scenario other = setup;
  other.capacity.spans.push_back(replaced);
  EXPECT_EQ(Reconcile(other, rows).items[0].kind, BreakClass::kMatched);
  other = setup;
  other.capacity.spans[0].micro_gpus = 28 * kMicroGpusPerGpu;
  EXPECT_EQ(Reconcile(other, rows).items[0].kind, BreakClass::kMatched);
  other = setup;
  other.capacity.spans[0].start_us = kStart + 1;
  EXPECT_EQ(Reconcile(other, rows).items[0].kind, BreakClass::kMatched);
  // No more than was excluded is left out, however few were delivered.
  other = setup;
  other.capacity.spans[0].micro_gpus = 2 * kMicroGpusPerGpu;
  EXPECT_EQ(FormatMoney(Reconcile(other, rows).items[0].difference), "11.6");
}

TEST(ReconcileExclusionsTest, ExcludedGpusNeedNoRow) {
  const Break some = Reconcile(WithExcluded(8, 30), {}).items[0];
  EXPECT_EQ(some.kind, BreakClass::kUnbilledUsage);
  EXPECT_EQ(FormatMoney(some.expected_cost), "58");
  EXPECT_THAT(some.reason, HasSubstr("4 GPU-hours of it on GPUs that the "
                                     "provider excluded"));
  const ReconcileResult all = Reconcile(WithExcluded(24, 60), {});
  EXPECT_TRUE(all.clean());
  ASSERT_EQ(all.items.size(), 1u);
  EXPECT_EQ(all.items[0].kind, BreakClass::kMatched);
  EXPECT_TRUE(all.items[0].metered == Hours("24"));
  EXPECT_TRUE(all.items[0].expected_cost.zero());
}

Scenario Excluding(const BookBuilder& books,
                   std::vector<CapacitySpan> capacity) {
  Scenario setup;
  setup.rated = books.Build();
  setup.capacity_pools = {std::string(kH100)};
  setup.capacity.spans = std::move(capacity);
  return setup;
}

CapacitySpan Excluded(int first, int last, int64_t gpus) {
  return {0, CapacityState::kExcluded, HourOf(first), HourOf(last),
          gpus * kMicroGpusPerGpu};
}

CapacitySpan Delivered(int64_t gpus) {
  return {0, CapacityState::kDelivered, kStart, kEnd, gpus * kMicroGpusPerGpu};
}

Break ItemOf(const ReconcileResult& result, std::string_view kind) {
  for (const Break& item : result.items) {
    if (item.reason.starts_with(kind)) return item;
  }
  ADD_FAILURE() << "no item of " << kind;
  return Break();
}

// A node was out. On-demand and covered usage both lack one in the bill: only
// one of them can have been on it.
TEST(ReconcileExclusionsTest, AnHourIsLeftOutOnceForAllLanesOfAPool) {
  const Scenario setup = Excluding(BookBuilder()
                                       .OnDemand(kH100, 0, 1, "16", "2.90")
                                       .Covered(kH100, 0, 1, "16"),
                                   {Excluded(0, 1, 8)});
  const std::vector<TestRow> rows = {H100Row(0, 1, "1", "23.20"),
                                     CoveredH100Row(0, 1, "1")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(ItemOf(result, "on-demand").kind, BreakClass::kMatched);
  const Break& covered = ItemOf(result, "usage covered");
  EXPECT_EQ(covered.kind, BreakClass::kQuantityBreak);
  EXPECT_THAT(covered.reason, HasSubstr("8 GPU-hours too little"));
  // Nor is what no row bills excused by what a row has used up.
  // (A bill with no row of the commitment tells no kinds.)
  const ReconcileResult unbilled =
      Reconcile(setup, {rows[0], PurchaseRow(0, 1, "16", "32.80")});
  EXPECT_EQ(ItemOf(unbilled, "on-demand").kind, BreakClass::kMatched);
  EXPECT_THAT(ItemOf(unbilled, "usage covered").reason,
              Not(HasSubstr("excluded")));
}

TEST(ReconcileExclusionsTest, WhoseHoursAreLeftOutDoesNotDependOnTheOrder) {
  const Scenario setup = Excluding(BookBuilder()
                                       .Covered(kH100, 0, 1, "16", "c-1")
                                       .Covered(kH100, 0, 1, "16", "c-2"),
                                   {Excluded(0, 1, 8)});
  std::vector<TestRow> rows(2, CoveredH100Row(0, 1, "1"));
  rows[0].commitment = "c-1";
  rows[1].commitment = "c-2";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
  EXPECT_THAT(ItemsOf(result, BreakClass::kQuantityBreak).at(0).reason,
              HasSubstr("c-2"));
  EXPECT_EQ(Serialized(Reconcile(setup, {rows[1], rows[0]})),
            Serialized(result));
}

// The node that was out was one tenant's, whose hours are rightly fewer.
TEST(ReconcileExclusionsTest, ATenantMayLackWhatWasExcluded) {
  Scenario setup = Excluding(BookBuilder()
                                 .OnDemand(kH100, 0, 1, "8", "2.90")
                                 .OnDemand(kH100, 0, 1, "16", "2.90"),
                             {Excluded(0, 1, 8)});
  setup.options.tenant_tag = "team";
  setup.rated.tenants = {"a", "b"};
  for (uint32_t i = 0; i < 2; ++i) setup.rated.charges[i].tenant = i;
  std::vector<TestRow> rows(2, H100Row(0, 1, "1", "23.20"));
  rows[0].tags = R"({"team":"a"})";
  rows[1].tags = R"({"team":"b"})";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
  // It may as well have been the other's, but not more of one.
  rows[0].quantity = "0";
  rows[0].billed = "0";
  rows[1].quantity = "2";
  rows[1].billed = "46.40";
  const ReconcileResult moved = Reconcile(setup, rows);
  ExpectInvariants(moved, rows);
  EXPECT_TRUE(moved.clean());
  rows[0].quantity = "2";
  rows[0].billed = "46.40";
  rows[1].quantity = "0";
  rows[1].billed = "0";
  EXPECT_EQ(ItemsOf(Reconcile(setup, rows), BreakClass::kAllocationGap).size(),
            2u);
}

TEST(ReconcileExclusionsTest, OnlyWhatWasMeteredInABucketIsLeftOutOfIt) {
  // 100 GPUs were out in hour 0, where 24 were metered.
  const Scenario setup = Excluding(
      BookBuilder().OnDemand(kH100, 0, 2, "24", "2.90"), {Excluded(0, 1, 100)});
  const std::vector<TestRow> rows = {H100Row(0, 2, "1", "23.20")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(result.items[0].kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(result.items[0].expected_cost), "69.6");
  EXPECT_THAT(result.items[0].reason, HasSubstr("16 GPU-hours too little"));
  // Likewise where nothing is billed.
  const Break none = Reconcile(setup, {}).items[0];
  EXPECT_EQ(FormatMoney(none.expected_cost), "69.6");
  EXPECT_TRUE(none.metered == Hours("48"));
}

TEST(ReconcileExclusionsTest, WhatIsLeftOutCostsWhatItsHourCosts) {
  const BookBuilder books = BookBuilder()
                                .OnDemand(kH100, 0, 1, "24", "2.90")
                                .OnDemand(kH100, 1, 2, "24", "5.80");
  // 69.60 and two thirds of 139.20.
  const std::vector<TestRow> rows = {H100Row(0, 2, "5", "162.40")};
  const Scenario second = Excluding(books, {Excluded(1, 2, 8)});
  const ReconcileResult result = Reconcile(second, rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched);
  const Scenario first = Excluding(books, {Excluded(0, 1, 8)});
  const Break other = Reconcile(first, rows).items[0];
  EXPECT_EQ(other.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(other.difference), "-23.2");
  EXPECT_EQ(FormatMoney(Reconcile(second, {}).items[0].expected_cost), "162.4");
  // Both hours had one out and one is missing: which, the bill may say.
  const Scenario both = Excluding(books, {Excluded(0, 2, 8)});
  for (const char* billed : {"162.40", "180.00", "185.60"}) {
    EXPECT_EQ(Reconcile(both, {H100Row(0, 2, "5", billed)}).items[0].kind,
              BreakClass::kMatched);
  }
  const Break dearer = Reconcile(both, {H100Row(0, 2, "5", "186.60")}).items[0];
  EXPECT_EQ(dearer.kind, BreakClass::kPriceBreak);
  EXPECT_EQ(FormatMoney(dearer.difference), "1");
}

// 16 of 24 GPUs were in service, 32 metered: no lane alone says that eight of
// them must have been out, both together do.
TEST(ReconcileExclusionsTest, WhatIsCertainIsToldByAllLanesOfAPool) {
  const BookBuilder books = BookBuilder()
                                .OnDemand(kH100, 0, 1, "16", "2.90")
                                .Covered(kH100, 0, 1, "16");
  const Scenario setup = Excluding(books, {Delivered(24), Excluded(0, 1, 8)});
  const std::vector<TestRow> rows = {H100Row(0, 1, "2", "46.40"),
                                     CoveredH100Row(0, 1, "2")};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const Break& billed = ItemOf(result, "on-demand");
  EXPECT_EQ(billed.kind, BreakClass::kQuantityBreak);
  EXPECT_EQ(FormatMoney(billed.difference), "23.2");
  EXPECT_EQ(ItemOf(result, "usage covered").kind, BreakClass::kMatched);
  // What one lane leaves out is not asked of the other.
  const std::vector<TestRow> fewer = {rows[0], CoveredH100Row(0, 1, "1")};
  const ReconcileResult right = Reconcile(setup, fewer);
  ExpectInvariants(right, fewer);
  EXPECT_EQ(ItemOf(right, "on-demand").kind, BreakClass::kMatched);
  EXPECT_EQ(ItemOf(right, "usage covered").kind, BreakClass::kMatched);
}

}  // namespace
}  // namespace drawdown::testing
