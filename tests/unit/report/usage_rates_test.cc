#include "report/usage_rates.h"

#include <vector>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr int64_t kSecond = kMicrosPerSecond;
constexpr int64_t kStart = 1'790'000'000 * kSecond;
const TenantPool kChat = {"acme/chat", "p"};
const TenantPool kSearch = {"acme/search", "p"};

UsageTotals Chat(Int128 micros) { return {{kChat, GpuTime(micros)}}; }

TEST(UsageRatesTest, OneSampleIsNoRate) {
  UsageRates rates(60 * kSecond);
  EXPECT_EQ(rates.SinceLast(kChat), std::nullopt);
  rates.Add(kStart, Chat(5));
  EXPECT_EQ(rates.SinceLast(kChat), std::nullopt);
  EXPECT_EQ(rates.OverWindow(kChat), std::nullopt);
}

TEST(UsageRatesTest, RatesAreChangeOverTimeHalfEven) {
  struct Case {
    int64_t elapsed_us;
    Int128 change;
    Int128 milli_gpus;
  };
  const Case cases[] = {
      {kSecond, 12'500'000, 12'500},
      {kSecond, 0, 0},
      {2 * kSecond, kSecond, 500},
      {kSecond, 500, 0},
      {kSecond, 1'500, 2},
      {kSecond, 501, 1},
      {3 * kSecond, kSecond, 333},
      {kSecond, -2'000'000, -2'000},
      {1'000'001, 12'500'000, 12'500},
      {1, Int128{1} << 80, Int128{1000} << 80},
  };
  for (const Case& c : cases) {
    UsageRates rates(60 * kSecond);
    rates.Add(kStart, Chat(7));
    rates.Add(kStart + c.elapsed_us, Chat(7 + c.change));
    EXPECT_EQ(rates.SinceLast(kChat), c.milli_gpus);
  }
}

TEST(UsageRatesTest, WhatIsNewBeganAtZero) {
  UsageRates rates(60 * kSecond);
  rates.Add(kStart, Chat(1));
  rates.Add(kStart + kSecond, {{kSearch, GpuTime(2 * kSecond)}});
  EXPECT_EQ(rates.SinceLast(kSearch), Int128{2'000});
}

TEST(UsageRatesTest, TheWindowIsTheNewestSampleOldEnough) {
  UsageRates rates(60 * kSecond);
  // 1 GPU for 61 s, then 10 GPUs for 60 s.
  Int128 total = 0;
  std::vector<std::optional<Int128>> minutes;
  for (int second = 0; second <= 121; ++second) {
    if (second > 0) total += (second <= 61 ? 1 : 10) * kSecond;
    rates.Add(kStart + second * kSecond, Chat(total));
    minutes.push_back(rates.OverWindow(kChat));
  }
  EXPECT_EQ(minutes[59], std::nullopt);
  EXPECT_EQ(minutes[60], Int128{1'000});
  EXPECT_EQ(minutes[91], Int128{5'500});
  EXPECT_EQ(minutes[121], Int128{10'000});
}

TEST(UsageRatesTest, SamplesFurtherApartThanTheWindow) {
  UsageRates rates(60 * kSecond);
  rates.Add(kStart, Chat(0));
  rates.Add(kStart + 100 * kSecond, Chat(100 * kSecond));
  EXPECT_EQ(rates.OverWindow(kChat), Int128{1'000});
  rates.Add(kStart + 200 * kSecond, Chat(300 * kSecond));
  EXPECT_EQ(rates.OverWindow(kChat), Int128{2'000});
}

TEST(UsageRatesTest, AClockThatDoesNotGoForwardBeginsAnew) {
  for (const int64_t back_us : {int64_t{0}, kSecond}) {
    UsageRates rates(60 * kSecond);
    rates.Add(kStart, Chat(1));
    rates.Add(kStart - back_us, Chat(2));
    EXPECT_EQ(rates.SinceLast(kChat), std::nullopt);
    rates.Add(kStart - back_us + kSecond, Chat(2 + kSecond));
    EXPECT_EQ(rates.SinceLast(kChat), Int128{1'000});
  }
}

}  // namespace
}  // namespace drawdown
