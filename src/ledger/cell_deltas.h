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
#include <memory>
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
    order.reserve(index_.size());
    for (const auto& [key, page] : index_) order.push_back(page);
    std::sort(order.begin(), order.end(),
              [](const Page* a, const Page* b) { return a->key < b->key; });
    for (const Page* page : order) {
      for (uint64_t blocks = page->used; blocks != 0; blocks &= blocks - 1) {
        const int block = std::countr_zero(blocks);
        for (uint32_t cells = page->touched[block]; cells != 0;
             cells &= cells - 1) {
          const int at = std::countr_zero(cells);
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

  // Most of a page and of a block is not used where few runs are posted: what
  // has no bit of its own is as memory came.
  union Block {
    Block() {}
    Cell cells[kCells];
  };
  struct Page {
    CellKey key;               // its bucket counts pages
    uint64_t used = 0;         // a bit for each block
    uint8_t touched[kBlocks];  // a bit for each cell of a used block
    Block* blocks[kBlocks];
  };
  static_assert(kBlocks == 64 && kCells == 8);
  // Many to one allocation: each as large as all before it.
  template <typename T>
  class Slab {
   public:
    T* New() {
      if (left_ == 0) {
        const size_t size = std::clamp(total_, kFirst, kLargest);
        // The chunk first, so that it is somebody's when the list cannot grow.
        std::unique_ptr<T[]> chunk(new T[size]);
        chunks_.push_back(std::move(chunk));
        next_ = chunks_.back().get();
        left_ = size;
        total_ += size;
      }
      --left_;
      return next_++;
    }

   private:
    static constexpr size_t kFirst = 8;
    static constexpr size_t kLargest = 1'024;

    std::vector<std::unique_ptr<T[]>> chunks_;
    T* next_ = nullptr;
    size_t left_ = 0;
    size_t total_ = 0;
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
    const uint64_t used = uint64_t{1} << block;
    if ((page->used & used) == 0) {
      page->blocks[block] = blocks_.New();
      page->touched[block] = 0;
      page->used |= used;
    }
    Cell* const cell = &page->blocks[block]->cells[at];
    const auto touched = static_cast<uint8_t>(1u << at);
    if ((page->touched[block] & touched) == 0) {
      std::construct_at(cell);
      page->touched[block] |= touched;
    }
    return cell;
  }
  Page* FindPage(const CellKey& key) {
    const auto it = index_.find(key);
    if (it != index_.end()) return it->second;
    Page* const page = pages_.New();
    page->key = key;
    index_.emplace(key, page);
    return page;
  }

  HashMap<CellKey, Page*> index_;
  Slab<Page> pages_;
  Slab<Block> blocks_;
  std::array<Page*, kRecent> recent_ = {};
  std::array<Waiting, kWaiting> waiting_;
  uint32_t added_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CELL_DELTAS_H_
