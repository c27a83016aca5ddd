// Table::kCells and Table::kLevels: what a series, a (tenant, pool), used by
// bucket, and the sums of its level changes by chunk (docs/formats.md).
//
// The cells of 32 neighbouring buckets share a record, a stretch: a month is
// then some thirty records and not some seven hundred. Levels have the same
// layout, with chunks for buckets and nothing but level changes in their cells.
#ifndef DRAWDOWN_SRC_LEDGER_CELL_RECORDS_H_
#define DRAWDOWN_SRC_LEDGER_CELL_RECORDS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "drawdown/units.h"

namespace drawdown {

struct CellKey {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int32_t bucket = 0;  // number of the bucket since 1970, may be negative

  friend auto operator<=>(const CellKey&, const CellKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const CellKey& key) {
    return H::combine(std::move(h), key.tenant, key.pool, key.bucket);
  }
};

// Usage of the bucket = recorded + partial + level x bucket length, where level
// is the sum of the level changes of this bucket and all before it.
struct Cell {
  GpuTime recorded;           // given as amounts: imported usage
  GpuTime partial;            // of segments that start or end inside the bucket
  Int128 level_change = 0;    // micro-GPUs, from this bucket's start on
  uint32_t last_edge_us = 0;  // latest start or end inside it, from its start

  void Add(const Cell& delta) {
    recorded += delta.recorded;
    partial += delta.partial;
    level_change += delta.level_change;
    last_edge_us = std::max(last_edge_us, delta.last_edge_us);
  }
  bool valid() const { return recorded.valid() && partial.valid(); }
};

// Level changes are also summed over chunks of 256 buckets, so that the level
// at any bucket is the sum of few numbers.
inline constexpr int kBucketsPerChunkLog2 = 8;
inline int32_t ChunkOf(int32_t bucket) {
  return bucket >> kBucketsPerChunkLog2;
}

inline constexpr int kStretchCellsLog2 = 5;
inline constexpr int kStretchCells = 1 << kStretchCellsLog2;

// A cell is there if its bit of `present` is set, the lowest for the first;
// else it means nothing.
struct CellStretch {
  uint32_t present = 0;
  Cell cells[kStretchCells];
};

// Of the record that holds a cell; they sort as the cells do.
std::string StretchKey(const CellKey& cell);
// The first cell a stretch could hold.
CellKey FirstOfStretch(std::string_view key);
inline int PlaceInStretch(int32_t bucket) {
  return bucket & (kStretchCells - 1);
}

void AppendStretch(std::string_view key, const CellStretch& stretch,
                   std::string* out);
// Leaves cells that are not present as they were. kCorrupt.
absl::Status DecodeStretch(std::string_view key, std::string_view bytes,
                           CellStretch* stretch);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CELL_RECORDS_H_
