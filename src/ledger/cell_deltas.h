// What a posting adds to cells, until it is written.
//
// Cells are kept in blocks of neighbouring buckets, because a run's edge always
// touches two of them, runs of a tenant cluster in time, and sorting blocks is
// cheaper than sorting cells.
#ifndef DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_
#define DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/error.h"
#include "ledger/records.h"

namespace drawdown {

class CellDeltas {
 public:
  void Add(const CellKey& key, const Cell& delta) {
    const CellKey of = {key.tenant, key.pool, key.bucket >> kLog2};
    if (last_ == nullptr || last_->key != of) last_ = Find(of);
    const int at = key.bucket & (kCells - 1);
    last_->touched |= 1u << at;
    last_->cells[at].Add(delta);
  }

  // Calls visit(CellKey, const Cell&) -> absl::Status in the order of keys.
  template <typename Visit>
  absl::Status VisitInOrder(const Visit& visit) const {
    std::vector<const Block*> order;
    order.reserve(blocks_.size());
    for (const Block& block : blocks_) order.push_back(&block);
    std::sort(order.begin(), order.end(),
              [](const Block* a, const Block* b) { return a->key < b->key; });
    for (const Block* block : order) {
      for (uint32_t left = block->touched; left != 0; left &= left - 1) {
        const int at = std::countr_zero(left);
        const CellKey key = {block->key.tenant, block->key.pool,
                             block->key.bucket * kCells + at};
        RETURN_IF_ERROR(visit(key, block->cells[at]));
      }
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int kLog2 = 3;
  static constexpr int kCells = 1 << kLog2;

  struct Block {
    CellKey key;  // its bucket counts blocks
    uint32_t touched = 0;
    Cell cells[kCells];
  };

  Block* Find(const CellKey& key) {
    const auto [it, first] = index_.try_emplace(key, nullptr);
    if (first) {
      blocks_.emplace_back();
      blocks_.back().key = key;
      it->second = &blocks_.back();
    }
    return it->second;
  }

  absl::flat_hash_map<CellKey, Block*> index_;
  std::deque<Block> blocks_;
  Block* last_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_
