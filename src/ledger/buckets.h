// Buckets and what a segment adds to them.
//
// A segment of g micro-GPUs over [start, end) adds to its buckets whole
// GPU-microseconds: at any cut x inside it has added floor(g (x - start) /
// 1e6), and at its end the half-even total, so that the rounding difference
// falls into its last bucket (design "Numbers"). However long it is, its start
// and its end touch two cells each.
#ifndef DRAWDOWN_SRC_LEDGER_BUCKETS_H_
#define DRAWDOWN_SRC_LEDGER_BUCKETS_H_

#include <cstdint>
#include <limits>

#include "base/civil.h"
#include "drawdown/run.h"
#include "drawdown/units.h"
#include "ledger/cell_records.h"

namespace drawdown {

// Number of the bucket that holds an instant.
inline int32_t BucketOf(int64_t instant_us, int64_t bucket_us) {
  return static_cast<int32_t>(FloorTo(instant_us, bucket_us) / bucket_us);
}
inline int64_t BucketStart(int64_t bucket, int64_t bucket_us) {
  return bucket * bucket_us;
}

// GPU time a level of micro-GPUs adds in `duration_us`, floored.
GpuTime LevelTime(Int128 micro_gpus, int64_t duration_us);

// The same for a whole bucket: a number of seconds, so that nothing is floored.
inline GpuTime LevelTimeOfBucket(Int128 micro_gpus, int64_t bucket_us) {
  return GpuTime(micro_gpus) * (bucket_us / kMicrosPerSecond);
}

// GPU time of the segment up to `cut_us`, by the rule above; 0 before its
// start.
GpuTime SegmentTimeUntil(const Segment& segment, int64_t cut_us);

// What a start or an end adds: to its bucket, and to the next one's level.
struct SegmentEdge {
  int32_t bucket = 0;
  GpuTime partial;
  uint32_t last_edge_us = 0;  // from the bucket's start
  Int128 next_level_change = 0;
};

// Calls visit(SegmentEdge) for the edges of the segment, one or two; `sign` is
// +1 to add it and -1 to take it away again.
template <typename Visit>
void VisitSegmentEdges(const Segment& segment, int64_t bucket_us, int sign,
                       const Visit& visit) {
  if (segment.micro_gpus == 0 || segment.end_us == segment.start_us) return;
  const auto edge = [&](int32_t bucket, int64_t at_us, GpuTime partial,
                        int direction) {
    visit(SegmentEdge{
        bucket, sign > 0 ? partial : -partial,
        static_cast<uint32_t>(at_us - BucketStart(bucket, bucket_us)),
        static_cast<Int128>(segment.micro_gpus) * (sign * direction)});
  };
  Segment endless = segment;
  endless.end_us.reset();
  const int32_t first = BucketOf(segment.start_us, bucket_us);
  edge(first, segment.start_us,
       SegmentTimeUntil(endless, BucketStart(first + 1, bucket_us)), +1);
  if (!segment.end_us) return;
  // An end on a bucket's edge belongs to the bucket before it.
  const int32_t last = BucketOf(*segment.end_us - 1, bucket_us);
  edge(last, *segment.end_us,
       SegmentTimeUntil(segment, *segment.end_us) -
           SegmentTimeUntil(endless, BucketStart(last + 1, bucket_us)),
       -1);
}

// The same as visit(bucket, Cell delta), two cells an edge.
template <typename Visit>
void VisitSegmentCells(const Segment& segment, int64_t bucket_us, int sign,
                       const Visit& visit) {
  VisitSegmentEdges(segment, bucket_us, sign, [&](const SegmentEdge& edge) {
    Cell cell;
    cell.partial = edge.partial;
    cell.last_edge_us = edge.last_edge_us;
    visit(edge.bucket, cell);
    Cell next;
    next.level_change = edge.next_level_change;
    visit(edge.bucket + 1, next);
  });
}

// Buckets [first, end).
struct BucketRange {
  static constexpr int64_t kNoEdge = std::numeric_limits<int64_t>::max();

  int64_t first = -kNoEdge;
  int64_t end = kNoEdge;
};

// The same for these buckets alone: what of the level was there before begins
// at the first, and what is left of it ends at the end.
template <typename Visit>
void VisitSegmentCellsWithin(const Segment& segment, int64_t bucket_us,
                             int sign, const BucketRange& range,
                             const Visit& visit) {
  Int128 before = 0;
  Int128 inside = 0;
  VisitSegmentCells(segment, bucket_us, sign,
                    [&](int32_t bucket, const Cell& cell) {
                      if (bucket < range.first) {
                        before += cell.level_change;
                      } else if (bucket < range.end) {
                        inside += cell.level_change;
                        visit(bucket, cell);
                      }
                    });
  const auto carry = [&](int64_t bucket, Int128 level) {
    if (level == 0 || bucket == BucketRange::kNoEdge) return;
    Cell cell;
    cell.level_change = level;
    visit(static_cast<int32_t>(bucket), cell);
  };
  carry(range.first, before);
  carry(range.end, -(before + inside));
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_BUCKETS_H_
