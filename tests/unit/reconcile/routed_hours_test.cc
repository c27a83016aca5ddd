// The hours of a row: where they are of other time, by other grain or unit.
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
  Scenario setup = MeteredHours(2);
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

TEST(ReconcileRoutingTest, ARowAcrossTheEdgeComparesWhatIsInside) {
  Scenario setup = MeteredHours(2);
  TestRow inside = OnDemandRow(-2, 2, "4", "65.60");
  EXPECT_EQ(Reconcile(setup, {inside}).items[0].kind, BreakClass::kMatched);
  TestRow across = OnDemandRow(-2, 2, "8", "131.20");
  const ReconcileResult result = Reconcile(setup, {across});
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kTiming);
  EXPECT_EQ(FormatMoney(result.items[0].difference), "65.6");
  EXPECT_THAT(result.items[0].reason, HasSubstr("crosses the edge"));
}

}  // namespace
}  // namespace drawdown::testing
