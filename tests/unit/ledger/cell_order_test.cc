// Cells of usage put into order, against a map.
#include "ledger/cell_order.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "base/civil.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using Place = std::tuple<int64_t, uint32_t, uint32_t>;

struct Course {
  int64_t buckets = 0;
  size_t cells = 0;
  bool by_series = false;  // as a ledger has them
};

std::vector<UsageCell> MakeCells(const Course& course, int64_t from_us,
                                 int64_t bucket_us, Random* random) {
  std::vector<UsageCell> cells(course.cells);
  for (UsageCell& cell : cells) {
    cell.bucket_us =
        from_us + bucket_us * random->Between(0, course.buckets - 1);
    cell.tenant = static_cast<uint32_t>(random->Between(0, 12));
    cell.pool = static_cast<uint32_t>(random->Between(0, 3));
    cell.gpu_time = GpuTime(random->Between(1, 1'000));
  }
  if (course.by_series) {
    std::sort(cells.begin(), cells.end(),
              [](const UsageCell& a, const UsageCell& b) {
                return std::tie(a.tenant, a.pool, a.bucket_us) <
                       std::tie(b.tenant, b.pool, b.bucket_us);
              });
  }
  return cells;
}

// Few and many buckets, so that a part has one and more; more cells of a part
// than it takes memory for at once.
TEST(CellOrderTest, IsThatOfAMap) {
  Random random(31);
  const Course courses[] = {{1, 1, false},       {1, 40'000, false},
                            {3, 0, false},       {63, 3'000, true},
                            {64, 3'000, true},   {65, 3'000, false},
                            {744, 60'000, true}, {744, 60'000, false},
                            {10'000, 40, true},  {10'000, 200'000, true}};
  for (const Course& course : courses) {
    const int64_t bucket_us = kMicrosPerHour / random.Between(1, 2);
    const int64_t from_us = bucket_us * random.Between(-500, 500'000);
    CellOrder order(from_us, from_us + course.buckets * bucket_us, bucket_us);
    std::map<Place, Int128> expected;
    for (const UsageCell& cell :
         MakeCells(course, from_us, bucket_us, &random)) {
      order.Add(cell);
      expected[{cell.bucket_us, cell.tenant, cell.pool}] +=
          cell.gpu_time.count();
    }
    const auto cells = order.Take();
    ASSERT_THAT(cells, IsOk());
    ASSERT_EQ(cells->size(), expected.size());
    auto next = expected.begin();
    for (const UsageCell& cell : *cells) {
      ASSERT_TRUE((Place{cell.bucket_us, cell.tenant, cell.pool}) ==
                  next->first);
      ASSERT_TRUE(cell.gpu_time.count() == next->second);
      ++next;
    }
  }
}

TEST(CellOrderTest, RefusesASumThatDoesNotFit) {
  CellOrder order(0, kMicrosPerHour, kMicrosPerHour);
  const GpuTime most(std::numeric_limits<Int128>::max());
  order.Add({0, 1, 1, most});
  order.Add({0, 1, 1, most});
  EXPECT_THAT(order.Take(), IsError(ErrorCode::kOverflow, "128 bits"));
}

}  // namespace
}  // namespace drawdown
