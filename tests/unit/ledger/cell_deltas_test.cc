#include "ledger/cell_deltas.h"

#include <map>

#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

TEST(CellDeltasTest, AddsUpAndKeepsTheOrderOfKeys) {
  Random random;
  CellDeltas deltas;
  std::map<CellKey, Cell> model;
  for (int i = 0; i < 5'000; ++i) {
    const CellKey key = {static_cast<uint32_t>(random.Between(0, 2)),
                         static_cast<uint32_t>(random.Between(0, 2)),
                         static_cast<int32_t>(random.Between(-1'100, 1'100))};
    if (random.OneIn(3)) {
      const GpuTime recorded(random.Between(0, 9));
      deltas.AddRecorded(key, recorded);
      model[key].recorded += recorded;
      continue;
    }
    const SegmentEdge edge = {key.bucket, GpuTime(random.Between(-9, 9)),
                              static_cast<uint32_t>(random.Between(0, 99)),
                              random.Between(-9, 9)};
    deltas.AddEdge(key.tenant, key.pool, edge);
    Cell& cell = model[key];
    cell.partial += edge.partial;
    cell.last_edge_us = std::max(cell.last_edge_us, edge.last_edge_us);
    model[{key.tenant, key.pool, key.bucket + 1}].level_change +=
        edge.next_level_change;
  }
  auto expected = model.begin();
  ASSERT_THAT(deltas.VisitInOrder([&](const CellKey& key, const Cell& cell) {
    EXPECT_TRUE(expected != model.end() && key == expected->first);
    EXPECT_EQ(cell.recorded, expected->second.recorded);
    EXPECT_EQ(cell.partial, expected->second.partial);
    EXPECT_EQ(cell.level_change, expected->second.level_change);
    EXPECT_EQ(cell.last_edge_us, expected->second.last_edge_us);
    ++expected;
    return absl::OkStatus();
  }),
              IsOk());
  EXPECT_TRUE(expected == model.end());
}

// A run may be taken away again: the cells it touched are still written.
TEST(CellDeltasTest, VisitsTouchedCellsThatAreZero) {
  CellDeltas deltas;
  deltas.AddRecorded({1, 2, -3}, GpuTime());
  int visited = 0;
  ASSERT_THAT(deltas.VisitInOrder([&](const CellKey& key, const Cell&) {
    EXPECT_EQ(key, (CellKey{1, 2, -3}));
    ++visited;
    return absl::OkStatus();
  }),
              IsOk());
  EXPECT_EQ(visited, 1);
}

}  // namespace
}  // namespace drawdown
