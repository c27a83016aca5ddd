#include "store/space.h"

#include <algorithm>

namespace drawdown {
namespace {

constexpr uint64_t kStepMin = uint64_t{4} << 20;
constexpr uint64_t kStepMax = uint64_t{256} << 20;
// Pages for the list of free pages: its path, and 8 bytes per freed page.
constexpr uint64_t kFreeListPages = 32;
constexpr uint64_t kFreedPerListPage = 64;
// LMDB 0.9: bytes before the nodes of a page and before a node's key; a node's
// place in the page's index, and rounding.
constexpr uint64_t kPageHeader = 16;
constexpr uint64_t kNodeHeader = 8;
constexpr uint64_t kNodeSlack = 4;

}  // namespace

uint64_t MapSizeFor(uint64_t map, uint64_t used, bool must_grow) {
  uint64_t size = std::max<uint64_t>(map, 4096);
  if (must_grow) size *= 2;
  while (size < used + kMapHeadroomBytes) size *= 2;
  return size;
}

uint64_t PreallocationStep(uint64_t file_size) {
  return std::clamp(file_size / 8, kStepMin, kStepMax);
}

uint64_t OverflowPages(uint64_t key_bytes, uint64_t value_bytes,
                       uint64_t page_size) {
  // LMDB wants two nodes on a leaf; a longer one leaves its value outside. A
  // page header goes with the first page.
  const uint64_t longest_node = (page_size - kPageHeader) / 2 - kNodeSlack;
  if (kNodeHeader + key_bytes + value_bytes <= longest_node) return 0;
  return value_bytes / page_size + 2;
}

uint64_t PageBound(const WriteLoad& load,
                   const std::array<TableShape, kTableCount>& after) {
  uint64_t pages = 0;
  for (int i = 0; i < kTableCount; ++i) {
    const TableLoad& table = load[i];
    const uint64_t depth = std::max(table.before.depth, after[i].depth);
    const uint64_t paths = table.scattered + (table.appended ? 1 : 0);
    const uint64_t peak = std::max(table.peak_pages, after[i].pages);
    // A delete that empties a page also touches a neighbour on each level.
    pages += std::min(paths * depth * 2, table.before.pages);
    pages += std::max(peak, table.before.pages) - table.before.pages;
    pages += table.overflow_pages;
  }
  return pages + pages / kFreedPerListPage + kFreeListPages;
}

}  // namespace drawdown
