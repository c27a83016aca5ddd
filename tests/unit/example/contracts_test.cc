#include "example/contracts.h"

#include <string>

#include "contract/contract.h"
#include "contract/parse.h"
#include "example/fleet.h"
#include "example/lines.h"
#include "gtest/gtest.h"

namespace drawdown::example {
namespace {

Contract Parsed(std::string_view name, std::string_view text) {
  const auto contract = ParseContract(name, text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  return contract.ok() ? *contract : Contract();
}

Contract Aws() { return Parsed("aws-2025.textproto", AwsContractText()); }
Contract Nord() { return Parsed("nordgpu-2026.textproto", NordContractText()); }

TEST(ExampleContracts, AreValidWithHourlyBuckets) {
  const Contract aws = Aws();
  const Contract nord = Nord();
  EXPECT_EQ(aws.id, kAwsContractId);
  EXPECT_EQ(nord.id, kNordContractId);
  EXPECT_TRUE(CheckBucketAligned(aws, kMicrosPerHour).ok());
  EXPECT_TRUE(CheckBucketAligned(nord, kMicrosPerHour).ok());
  EXPECT_TRUE(CheckDisjointPricing({&aws, &nord}).ok());
}

void ExpectPool(const Contract& contract, const Pool& pool) {
  const PoolNaming* naming = FindPoolNaming(contract, pool.name);
  ASSERT_NE(naming, nullptr) << pool.name;
  EXPECT_EQ(naming->sku, pool.sku);
  EXPECT_EQ(naming->region, pool.region);
  EXPECT_EQ(naming->gpus_per_unit, pool.gpus_per_unit);
  for (int64_t at = kMonthStart; at < kMonthEnd; at += kHour) {
    const Rate* rate = FindRate(contract, pool.name, at * kMicrosPerSecond);
    ASSERT_NE(rate, nullptr) << pool.name;
    ASSERT_EQ(rate->tiers.at(0).price, pool.PriceAt(at)) << pool.name << at;
  }
}

TEST(ExampleContracts, PriceThePoolsAsTheBillsDo) {
  const Contract aws = Aws();
  const Contract nord = Nord();
  for (const Pool* pool : {&AwsGb200(), &AwsH200(), &AwsH100(), &AwsB200()}) {
    ExpectPool(aws, *pool);
  }
  ExpectPool(nord, NordH100());
  ExpectPool(nord, NordH200());
}

void ExpectCommitment(const drawdown::Commitment& stated,
                      const Commitment& used) {
  EXPECT_EQ(stated.id, used.id);
  EXPECT_EQ(stated.price, used.price);
  EXPECT_EQ(stated.shortfall.policy, ShortfallPolicy::kTakeOrPay);
  for (int64_t at = kMonthStart; at < kMonthEnd; at += kHour) {
    GpuTime quantity;
    for (const UsageStep& step : stated.steps) {
      if (step.from_us <= at * kMicrosPerSecond) quantity = step.quantity;
    }
    ASSERT_EQ(quantity,
              GpuTime(static_cast<Int128>(GpuHoursAt(used.steps, at)) *
                      kMicrosPerHour))
        << at;
  }
}

TEST(ExampleContracts, CommitToWhatTheBillsAssume) {
  ExpectCommitment(Aws().commitments.at(0), Gb200Reserved());
  ExpectCommitment(Nord().commitments.at(0), H100Block());
}

TEST(ExampleContracts, BillTheMonthsOfTheirCalendars) {
  const auto aws = Aws().calendar.ParsePeriod("2026-10");
  ASSERT_TRUE(aws.ok()) << aws.status();
  EXPECT_EQ(aws->start_us, kMonthStart * kMicrosPerSecond);
  EXPECT_EQ(aws->end_us, kMonthEnd * kMicrosPerSecond);
  const Contract contract = Nord();
  const auto nord = contract.calendar.ParsePeriod("2026-10");
  ASSERT_TRUE(nord.ok()) << nord.status();
  EXPECT_EQ(nord->start_us, StockholmDay(1) * kMicrosPerSecond);
  EXPECT_EQ(nord->end_us, StockholmDay(32) * kMicrosPerSecond);
  for (int day = 1; day <= 31; ++day) {
    const int64_t start = StockholmDay(day) * kMicrosPerSecond;
    EXPECT_EQ(contract.calendar.DayOf(start).start_us, start) << day;
  }
}

TEST(ExampleContracts, ProrateTheBlockByTheHoursOfTheMonth) {
  EXPECT_EQ(BlockQuantity(),
            GpuTime(static_cast<Int128>(164'400) * kMicrosPerHour));
}

// USD 38 billion over seven contract years; the ramp only rises.
TEST(ExampleContracts, RampTowardThirtyEightBillion) {
  const Contract aws = Aws();
  MoneyAmount total;
  for (const SpendStep& step : aws.commitments.at(1).spend_steps) {
    total += step.cost;
  }
  EXPECT_EQ(FormatMoney(total), "38000000000");
  const std::vector<UsageStep>& steps = aws.commitments.at(0).steps;
  for (size_t i = 1; i < steps.size(); ++i) {
    EXPECT_GT(steps[i].quantity, steps[i - 1].quantity);
  }
  EXPECT_EQ(FormatInstant(steps.back().from_us), "2026-12-31T00:00:00Z");
  ASSERT_EQ(aws.expansions.size(), 1u);
  EXPECT_EQ(FormatInstant(aws.expansions[0].exercisable_from_us),
            "2027-01-01T00:00:00Z");
}

}  // namespace
}  // namespace drawdown::example
