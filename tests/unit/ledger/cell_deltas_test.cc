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
                         static_cast<int32_t>(random.Between(-60, 60))};
    Cell delta;
    delta.recorded = GpuTime(random.Between(0, 9));
    delta.partial = GpuTime(random.Between(-9, 9));
    delta.level_change = random.Between(-9, 9);
    delta.last_edge_us = static_cast<uint32_t>(random.Between(0, 99));
    deltas.Add(key, delta);
    model[key].Add(delta);
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
  deltas.Add({1, 2, -3}, Cell());
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
