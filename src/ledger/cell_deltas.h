// What a posting adds to cells, until it is written.
//
// Cells are kept in blocks of neighbouring buckets, blocks in pages. The pages
// of an import stay in the nearest cache; its cells do not, so a cell is
// fetched some additions before it is added to.
#ifndef DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_
#define DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/hash_map.h"
#include "ledger/buckets.h"
#include "ledger/cell_records.h"

namespace drawdown {

class CellDeltas {
 public:
  void AddEdge(uint32_t tenant, uint32_t pool, const SegmentEdge& edge) {
    Waiting& slot = waiting_[added_++ % kWaiting];
    Apply(&slot);
    slot.cell = Find({tenant, pool, edge.bucket});
    slot.next = Find({tenant, pool, edge.bucket + 1});
    __builtin_prefetch(slot.cell, 1);
    __builtin_prefetch(slot.next, 1);
    slot.edge = edge;
  }
  void AddRecorded(const CellKey& key, GpuTime recorded) {
    Find(key)->recorded += recorded;
  }
  void Add(const CellKey& key, const Cell& delta) { Find(key)->Add(delta); }

  // Calls visit(CellKey, const Cell&) -> absl::Status in the order of keys.
  template <typename Visit>
  absl::Status VisitInOrder(const Visit& visit) {
    for (Waiting& slot : waiting_) Apply(&slot);
    std::vector<const Page*> order;
    order.reserve(pages_.size());
    for (const Page& page : pages_) order.push_back(&page);
    std::sort(order.begin(), order.end(),
              [](const Page* a, const Page* b) { return a->key < b->key; });
    for (const Page* page : order) {
      for (int block = 0; block < kBlocks; ++block) {
        for (uint32_t left = page->touched[block]; left != 0;
             left &= left - 1) {
          const int at = std::countr_zero(left);
          const CellKey key = {
              page->key.tenant, page->key.pool,
              (page->key.bucket * kBlocks + block) * kCells + at};
          RETURN_IF_ERROR(visit(key, page->blocks[block]->cells[at]));
        }
      }
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int kCellsLog2 = 3;
  static constexpr int kCells = 1 << kCellsLog2;  // of a block
  static constexpr int kBlocksLog2 = 6;
  static constexpr int kBlocks = 1 << kBlocksLog2;  // of a page
  static constexpr uint32_t kWaiting = 32;
  static constexpr uint32_t kRecent = 256;

  struct Block {
    Cell cells[kCells];
  };
  struct Page {
    CellKey key;  // its bucket counts pages
    uint8_t touched[kBlocks] = {};
    Block* blocks[kBlocks] = {};
  };
  // Still to be added to cells that are being fetched.
  struct Waiting {
    Cell* cell = nullptr;
    Cell* next = nullptr;
    SegmentEdge edge;
  };

  static void Apply(Waiting* slot) {
    if (slot->cell == nullptr) return;
    slot->cell->partial += slot->edge.partial;
    slot->cell->last_edge_us =
        std::max(slot->cell->last_edge_us, slot->edge.last_edge_us);
    slot->next->level_change += slot->edge.next_level_change;
    slot->cell = nullptr;
  }
  Cell* Find(const CellKey& key) {
    const CellKey of = {key.tenant, key.pool,
                        key.bucket >> (kCellsLog2 + kBlocksLog2)};
    // Rows take turns among few pages.
    Page*& page = recent_[(key.tenant * 6 + key.pool + of.bucket) % kRecent];
    if (page == nullptr || page->key != of) page = FindPage(of);
    const int block = (key.bucket >> kCellsLog2) & (kBlocks - 1);
    const int at = key.bucket & (kCells - 1);
    if (page->blocks[block] == nullptr) {
      page->blocks[block] = &blocks_.emplace_back();
    }
    page->touched[block] |= static_cast<uint8_t>(1u << at);
    return &page->blocks[block]->cells[at];
  }
  Page* FindPage(const CellKey& key) {
    const auto [it, first] = index_.try_emplace(key, nullptr);
    if (first) {
      it->second = &pages_.emplace_back();
      it->second->key = key;
    }
    return it->second;
  }

  HashMap<CellKey, Page*> index_;
  std::deque<Page> pages_;
  std::deque<Block> blocks_;
  std::array<Page*, kRecent> recent_ = {};
  std::array<Waiting, kWaiting> waiting_;
  uint32_t added_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_
