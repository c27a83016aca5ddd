// Usage tables of the future: what-ifs, merged tenants, limits.
#include "forecast/future.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kDayUs = 24 * kHour;
constexpr int64_t kNow = 100 * kDayUs;

// Two tenants at 1 and 3 GPUs for three weeks.
UsageTable History() {
  UsageTable usage;
  usage.tenants = {"a", "a/x", "b"};
  usage.pools = {"p/e/h"};
  for (int64_t at = kNow - 21 * kDayUs; at < kNow; at += kHour) {
    usage.cells.push_back({at, 0, 0, GpuTime(kHour)});
    usage.cells.push_back({at, 1, 0, GpuTime(3 * kHour)});
  }
  return usage;
}

Int128 SumAfter(const UsageTable& table, int64_t at_us) {
  Int128 sum = 0;
  for (const UsageCell& cell : table.cells) {
    if (cell.bucket_us >= at_us) sum += cell.gpu_time.count();
  }
  return sum;
}

Future Projected(const UsageTable& history, const WhatIf& what_if,
                 bool merge = false) {
  const auto future =
      ProjectUsage({&history, kNow, kNow + kDayUs, merge}, what_if);
  EXPECT_THAT(future, IsOk());
  return *future;
}

TEST(FutureTest, GoesOnAsItDid) {
  const UsageTable history = History();
  const Future future = Projected(history, {});
  EXPECT_TRUE(SumAfter(future.mid, kNow) == 24 * 4 * kHour);
  EXPECT_EQ(future.mid.cells.size(), history.cells.size() + 24 * 2);
  ASSERT_EQ(future.pools.size(), 1u);
  EXPECT_EQ(future.pools[0].history_days, 21u);
  EXPECT_EQ(future.pools[0].tenants, 2u);
  EXPECT_TRUE(future.pools[0].banded);
  EXPECT_EQ(future.pools[0].last_day, GpuTime(24 * 4 * kHour));
  EXPECT_EQ(future.pools[0].last_week, GpuTime(7 * 24 * 4 * kHour));
}

// A new pool has no idle past; a new tenant of an old pool has one.
TEST(FutureTest, HistoryBeginsWithThePool) {
  UsageTable history = History();
  history.cells.erase(history.cells.begin(),
                      history.cells.begin() + 20 * 24 * 2);
  EXPECT_TRUE(SumAfter(Projected(history, {}).mid, kNow) == 24 * 4 * kHour);
  const auto after = [](const UsageTable& usage) {
    const auto future = ProjectUsage({&usage, kNow, kNow + 30 * kDayUs}, {});
    EXPECT_THAT(future, IsOk());
    return SumAfter(future->mid, kNow + 29 * kDayUs);
  };
  EXPECT_TRUE(after(history) == 24 * 4 * kHour);
  history = History();
  std::erase_if(history.cells, [](const UsageCell& cell) {
    return cell.tenant == 1 && cell.bucket_us < kNow - kDayUs;
  });
  EXPECT_LT(static_cast<int64_t>(after(history) / kHour), 24 * 2);
}

TEST(FutureTest, ScalesATenantAndAllBelow) {
  WhatIf what_if;
  what_if.scales = {{"a/x", 2'000'000}};
  EXPECT_TRUE(SumAfter(Projected(History(), what_if).mid, kNow) ==
              24 * 7 * kHour);
  what_if.scales = {{"a", 1'500'000}, {"a/x", 0}};
  EXPECT_TRUE(SumAfter(Projected(History(), what_if).mid, kNow) ==
              24 * 3 * kHour / 2);
  what_if.scales = {{"b", 9'000'000}};
  EXPECT_TRUE(SumAfter(Projected(History(), what_if).mid, kNow) ==
              24 * 4 * kHour);
}

TEST(FutureTest, AddsTheRunsFromNowOn) {
  WhatIf what_if;
  what_if.runs = {
      {"c", "p/e/g", 8'000'000, kNow - kDayUs, kNow + kHour / 2},
      {"a", "p/e/h", 500'000, kNow + 2 * kHour, kNow + 100 * kDayUs}};
  const UsageTable history = WithNames(History(), what_if.runs);
  EXPECT_THAT(history.tenants, testing::ElementsAre("a", "a/x", "b", "c"));
  EXPECT_THAT(history.pools, testing::ElementsAre("p/e/g", "p/e/h"));
  EXPECT_EQ(history.cells[0].pool, 1u);
  const Future future = Projected(history, what_if);
  EXPECT_TRUE(SumAfter(future.mid, kNow) ==
              24 * 4 * kHour + 4 * kHour + 22 * kHour / 2);
  // Sorted, one cell per tenant and pool.
  for (size_t i = 1; i < future.mid.cells.size(); ++i) {
    const UsageCell& a = future.mid.cells[i - 1];
    const UsageCell& b = future.mid.cells[i];
    EXPECT_TRUE(std::make_tuple(a.bucket_us, a.tenant, a.pool) <
                std::make_tuple(b.bucket_us, b.tenant, b.pool));
  }
}

TEST(FutureTest, MergedTenantsAreAsMuchTogether) {
  UsageTable history = History();
  history.pools = {"p/e/h", "p/w/h"};
  std::vector<UsageCell> cells;
  for (const UsageCell& cell : history.cells) {
    cells.push_back(cell);
    cells.push_back(cell);
    cells.back().pool = 1;
  }
  history.cells = cells;
  const Future merged = Projected(history, {}, true);
  EXPECT_TRUE(SumAfter(merged.mid, 0) ==
              SumAfter(Projected(history, {}).mid, 0));
  EXPECT_EQ(merged.mid.cells.size(), size_t{22} * 24 * 2);
  for (const UsageCell& cell : merged.mid.cells) {
    EXPECT_EQ(cell.gpu_time, GpuTime(4 * kHour));
  }
}

TEST(FutureTest, RefusesWhatWouldNotFitInMemory) {
  const UsageTable history = History();
  EXPECT_THAT(
      ProjectUsage({&history, kNow, kNow + 2'000'000 * kDayUs, false}, {}),
      IsError(ErrorCode::kInvalidArgument, "ask for less with --until"));
}

}  // namespace
}  // namespace drawdown
