// The pieces rating is made of, against their slow definitions.
#include <numeric>
#include <vector>

#include "base/wide.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/cost.h"
#include "rating/filter.h"
#include "rating/rating.h"
#include "rating/schedule.h"
#include "rating/split.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr int64_t kDay = 24 * kMicrosPerHour;
constexpr int64_t kStart = 1'767'225'600 * kMicrosPerSecond;  // 2026-01-01
constexpr Int128 kHuge = Int128{1} << 120;

TEST(CostOfTest, IsPrice) {
  Random random;
  for (int i = 0; i < 200'000; ++i) {
    // Of all sizes, ties at half a unit among them.
    const MoneyAmount price(
        random.Between(0, 1) *
            random.Between(0, INT64_MAX >> random.Between(0, 62)) +
        random.Between(0, 4));
    const GpuTime time(random.Between(0, INT64_MAX >> random.Between(0, 62)) /
                       1'800'000'000 * 1'800'000'000);
    const GpuTime odd = time + GpuTime(random.Between(0, 1));
    ASSERT_EQ(CostOf(price, time), Price(price, time));
    ASSERT_EQ(CostOf(price, odd), Price(price, odd));
  }
}

TEST(CostOfTest, IsPriceOfWideNegativeAndInvalidAmounts) {
  const MoneyAmount price(4'100'000'000'000'000'000);
  const Int128 past64 = Int128{1} << 64;
  for (const GpuTime time :
       {GpuTime(past64), GpuTime(-1), GpuTime(-past64), GpuTime::Invalid()}) {
    EXPECT_EQ(CostOf(price, time), Price(price, time));
    EXPECT_EQ(CostOf(MoneyAmount(past64), time),
              Price(MoneyAmount(past64), time));
    EXPECT_EQ(CostOf(-price, time), Price(-price, time));
  }
  EXPECT_FALSE(CostOf(MoneyAmount(kHuge), GpuTime(kHuge)).valid());
}

TEST(SplitterTest, IsLargestRemainder) {
  Random random;
  Splitter splitter;
  for (int i = 0; i < 20'000; ++i) {
    const int64_t limit = random.OneIn(2) ? 3 : INT64_MAX / 50;
    std::vector<Int128> weights(random.Between(1, 40));
    for (Int128& weight : weights) {
      weight = random.OneIn(4) ? 0 : random.Between(0, limit);
      if (random.OneIn(50)) weight += kHuge / 64;
    }
    const Int128 total =
        std::accumulate(weights.begin(), weights.end(), Int128{0});
    if (total == 0) continue;
    const Int128 amount = total / random.Between(1, 9);
    std::vector<Int128> parts(weights.size());
    splitter.Split(amount, total, weights, parts);
    const auto expected = SplitLargestRemainder(amount, weights);
    ASSERT_THAT(expected, IsOk());
    ASSERT_TRUE(parts == *expected);
  }
}

TEST(SplitterTest, TiesGoToTheLowerIndex) {
  Splitter splitter;
  const std::vector<Int128> weights = {1, 0, 1, 1};
  std::vector<Int128> parts(4);
  splitter.Split(2, 3, weights, parts);
  EXPECT_TRUE((parts == std::vector<Int128>{1, 0, 1, 0}));
}

Contract MakeContract() {
  Contract contract;
  contract.id = "c";
  contract.provider = "p";
  contract.term = {kStart, kStart + 3650 * kDay};
  return contract;
}

Commitment Monthly(std::vector<UsageStep> steps) {
  Commitment commitment;
  commitment.id = "k";
  commitment.model = CommitmentModel::kDiscontinuous;
  commitment.interval = FulfilmentInterval::kMonthly;
  commitment.steps = std::move(steps);
  return commitment;
}

TEST(ScheduleTest, ProratesHalfEvenOnce) {
  // January 2026 has 31 days; 1 for 1 day and 2 for 30 is 61/31 = 1.97.
  const Contract contract = MakeContract();
  const Commitment commitment =
      Monthly({{kStart, GpuTime(1)}, {kStart + kDay, GpuTime(2)}});
  const Schedule schedule(contract, commitment);
  EXPECT_EQ(schedule.Contracted(schedule.At(kStart)), Int128{2});
}

TEST(ScheduleTest, WholeIntervalIsTheStepsAmount) {
  const Contract contract = MakeContract();
  const Commitment commitment = Monthly({{kStart, GpuTime(kHuge)}});
  const Schedule schedule(contract, commitment);
  EXPECT_EQ(schedule.Contracted(schedule.At(kStart)), kHuge);
}

TEST(ScheduleTest, AmountThatDoesNotFitIsEmpty) {
  const Contract contract = MakeContract();
  const Commitment commitment =
      Monthly({{kStart + kDay, GpuTime(kHuge * 100)}});
  const Schedule schedule(contract, commitment);
  EXPECT_EQ(schedule.Contracted(schedule.At(kStart + kDay)), std::nullopt);
}

TEST(ScheduleTest, AsContractedBeforeTheFirstStatedDelivery) {
  // 310 for 10 of 31 days, then nothing.
  const Contract contract = MakeContract();
  Commitment commitment = Monthly({{kStart, GpuTime(310)}});
  commitment.delivered = {{kStart + 10 * kDay, GpuTime(0)}};
  const Schedule schedule(contract, commitment);
  EXPECT_EQ(schedule.Delivered(schedule.At(kStart)), Int128{100});
}

TEST(ScheduleTest, LifeIsFromTheFirstStepToCancellation) {
  const Contract contract = MakeContract();
  Commitment commitment = Monthly({{kStart + kDay, GpuTime(1)}});
  EXPECT_EQ(Schedule(contract, commitment).active(),
            (Interval{kStart + kDay, contract.term.end_us}));
  commitment.lifecycle = CommitmentLifecycle::kCancelled;
  commitment.cancelled_at_us = kStart + 9 * kDay;
  EXPECT_EQ(Schedule(contract, commitment).active(),
            (Interval{kStart + kDay, kStart + 9 * kDay}));
  commitment.lifecycle = CommitmentLifecycle::kProposed;
  const Interval none = Schedule(contract, commitment).active();
  EXPECT_GE(none.start_us, none.end_us);
}

ApplicabilityRule Rule(Dimension dimension, std::string value) {
  ApplicabilityRule rule;
  rule.dimension = dimension;
  rule.values = {std::move(value)};
  return rule;
}

TEST(FilterTest, AllFiltersHoldAndTheFirstWeightCounts) {
  const Contract contract = MakeContract();
  UsageTable usage;
  usage.tenants = {"a", "b"};
  usage.pools = {"p/x", "p/y"};
  ApplicabilityRule half = Rule(Dimension::kTenant, "a");
  half.fraction_micro = 500'000;
  ApplicabilityRule tenth = Rule(Dimension::kPool, "p/x");
  tenth.fraction_micro = 100'000;
  ApplicabilityRule not_y = Rule(Dimension::kPool, "p/y");
  not_y.op = Operator::kNotIn;
  const Filter filter(contract, {half, tenth, not_y}, usage.tenants,
                      usage.pools);
  EXPECT_TRUE(filter.Matches(0, 0));
  EXPECT_FALSE(filter.Matches(0, 1));
  EXPECT_TRUE(filter.Matches(kNoIndex, kNoIndex));
  EXPECT_THAT(filter.shares(), ElementsAre(500'000, 100'000, 1'000'000));
  EXPECT_EQ(filter.ShareOf(0, 0, ChargeKind::kCovered), 0u);
  EXPECT_EQ(filter.ShareOf(1, 0, ChargeKind::kCovered), 1u);
  EXPECT_EQ(filter.ShareOf(1, 1, ChargeKind::kCovered), 2u);
}

TEST(RatingWindowTest, ReachesBackToEveryIntervalThatMatters) {
  Contract contract = MakeContract();
  const Interval october = {1'790'812'800 * kMicrosPerSecond,
                            1'793'491'200 * kMicrosPerSecond};
  EXPECT_EQ(RatingWindow(contract, october), october);
  Commitment block = Monthly({{kStart, GpuTime(1)}});
  contract.commitments = {block};
  EXPECT_EQ(RatingWindow(contract, october), october);
  block.interval = FulfilmentInterval::kAnnual;
  contract.commitments = {block};
  EXPECT_EQ(RatingWindow(contract, october),
            (Interval{kStart, october.end_us}));
  // A week reaches over the edge of the month before it.
  block.interval = FulfilmentInterval::kWeekly;
  contract.commitments = {block};
  EXPECT_EQ(RatingWindow(contract, october),
            (Interval{october.start_us - 3 * kDay, october.end_us}));
  // Rolled-in hours hang on everything before.
  block.interval = FulfilmentInterval::kMonthly;
  block.rollover = Rollover{1, 1'000'000};
  contract.commitments = {block};
  EXPECT_EQ(RatingWindow(contract, october),
            (Interval{kStart, october.end_us}));
}

TEST(RatingWindowTest, TiersAndStatus) {
  Contract contract = MakeContract();
  const int64_t october = 1'790'812'800 * kMicrosPerSecond;
  Rate rate;
  rate.pool = "p";
  rate.from_us = kStart;
  rate.tiers = {{GpuTime(1), MoneyAmount(2)}, {std::nullopt, MoneyAmount(1)}};
  rate.tier_interval = FulfilmentInterval::kMonthly;
  contract.rates = {rate};
  const Interval tail = {october + 9 * kDay, october + 10 * kDay};
  EXPECT_EQ(RatingWindow(contract, tail), (Interval{october, tail.end_us}));
  EXPECT_EQ(StatusWindow(contract, tail.start_us),
            (Interval{october, tail.start_us}));
}

TEST(RateUsageTest, TotalPastOneHundredTwentyEightBitsIsAnError) {
  Contract contract = MakeContract();
  UsageTable usage;
  usage.tenants = {"a", "b"};
  usage.pools = {"p"};
  const Int128 most = ~(Int128{1} << 127);
  usage.cells = {{kStart, 0, 0, GpuTime(most)}, {kStart, 1, 0, GpuTime(most)}};
  contract.rates = {{"p", kStart, {{std::nullopt, MoneyAmount(0)}}}};
  const RatingInput input = {
      &contract, &usage, {kStart, kStart + kDay}, kStart + kDay};
  EXPECT_THAT(RateUsage(input), IsError(ErrorCode::kOverflow, "the bucket"));
  // One to a bucket: each fits, their sum does not.
  usage.cells[1] = {kStart + kMicrosPerHour, 0, 0, GpuTime(most)};
  EXPECT_THAT(RateUsage(input), IsError(ErrorCode::kOverflow, "a total"));
}

TEST(RateUsageTest, CostPastOneHundredTwentyEightBitsIsAnError) {
  Contract contract = MakeContract();
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p"};
  const RatingInput input = {
      &contract, &usage, {kStart, kStart + kDay}, kStart + kDay};
  const MoneyAmount price(Int128{1} << 100);
  contract.rates = {{"p", kStart, {{std::nullopt, price}}}};
  usage.cells = {{kStart, 0, 0, GpuTime((Int128{1} << 26) * kMicrosPerHour)}};
  EXPECT_THAT(RateUsage(input), IsOk());
  usage.cells[0].gpu_time = GpuTime((Int128{1} << 27) * kMicrosPerHour);
  EXPECT_THAT(RateUsage(input), IsError(ErrorCode::kOverflow, "a cost"));
}

}  // namespace
}  // namespace drawdown
