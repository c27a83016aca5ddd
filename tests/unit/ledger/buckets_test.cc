#include "ledger/buckets.h"

#include <map>

#include "base/wide.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

// Usage of each bucket, from the cells a segment touches.
std::map<int32_t, GpuTime> UsageByBucket(const Segment& segment, int32_t from,
                                         int32_t to) {
  std::map<int32_t, Cell> cells;
  VisitSegmentCells(segment, kHour, +1, [&](int32_t bucket, const Cell& delta) {
    cells[bucket].Add(delta);
  });
  std::map<int32_t, GpuTime> usage;
  Int128 level = 0;
  for (const auto& [bucket, cell] : cells) {
    if (bucket < from) level += cell.level_change;
  }
  for (int32_t bucket = from; bucket < to; ++bucket) {
    const Cell& cell = cells[bucket];
    level += cell.level_change;
    usage[bucket] = cell.partial + LevelTime(level, kHour);
  }
  return usage;
}

TEST(BucketsTest, NumbersBucketsBeforeTheEpoch) {
  EXPECT_EQ(BucketOf(0, kHour), 0);
  EXPECT_EQ(BucketOf(kHour - 1, kHour), 0);
  EXPECT_EQ(BucketOf(kHour, kHour), 1);
  EXPECT_EQ(BucketOf(-1, kHour), -1);
  EXPECT_EQ(BucketOf(-kHour, kHour), -1);
}

TEST(BucketsTest, SegmentTouchesFourCellsHoweverLong) {
  const Segment year = {kHour / 2, 365 * 24 * kHour + 7, 8'000'000};
  int touched = 0;
  VisitSegmentCells(year, kHour, +1, [&](int32_t, const Cell&) { ++touched; });
  EXPECT_EQ(touched, 4);
}

TEST(BucketsTest, EndOnAnEdgeLeavesTheNextBucketEmpty) {
  const Segment segment = {0, kHour, 333'333};
  auto usage = UsageByBucket(segment, 0, 3);
  EXPECT_EQ(usage[0], GpuTime(1'199'998'800));
  EXPECT_EQ(usage[1], GpuTime());
}

TEST(BucketsTest, RoundingDifferenceFallsIntoTheLastBucket) {
  // 0.5 GPU from 3 us before an edge to 2 us after it: 2.5 GPU-us in all, half
  // to even 2; 1.5 floored is 1 before the edge.
  const Segment segment = {kHour - 3, kHour + 2, 500'000};
  auto usage = UsageByBucket(segment, 0, 3);
  EXPECT_EQ(usage[0], GpuTime(1));
  EXPECT_EQ(usage[1], GpuTime(1));
}

TEST(BucketsTest, ZeroLengthAndZeroGpusTouchNothing) {
  const auto fail = [](int32_t, const Cell&) { FAIL(); };
  VisitSegmentCells({5, 5, 1'000'000}, kHour, +1, fail);
  VisitSegmentCells({5, 500, 0}, kHour, +1, fail);
}

TEST(BucketsTest, BucketsSumToTheSegmentAndTakeBackWhatTheyGave) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    Segment segment;
    segment.start_us = random.Between(-5 * kHour, 5 * kHour);
    segment.end_us = segment.start_us + random.Between(0, 12 * kHour);
    segment.micro_gpus = random.Between(0, 3'000'000);
    GpuTime sum;
    for (const auto& [bucket, usage] : UsageByBucket(segment, -6, 20)) {
      sum += usage;
      const int64_t end = BucketStart(bucket + 1, kHour);
      ASSERT_EQ(sum, SegmentTimeUntil(segment, end)) << "bucket " << bucket;
    }
    ASSERT_EQ(sum, GpuTime(DivHalfEven(static_cast<Int128>(segment.micro_gpus) *
                                           (*segment.end_us - segment.start_us),
                                       kMicroGpusPerGpu)));
    std::map<int32_t, Cell> cells;
    for (const int sign : {+1, -1}) {
      VisitSegmentCells(
          segment, kHour, sign,
          [&](int32_t bucket, const Cell& delta) { cells[bucket].Add(delta); });
    }
    for (const auto& [bucket, cell] : cells) {
      ASSERT_EQ(cell.partial, GpuTime());
      ASSERT_TRUE(cell.level_change == 0);
    }
  }
}

}  // namespace
}  // namespace drawdown
