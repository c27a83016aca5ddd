// How much file and memory map a ledger needs ahead of its writes. Pure
// functions.
#ifndef DRAWDOWN_SRC_STORE_SPACE_H_
#define DRAWDOWN_SRC_STORE_SPACE_H_

#include <array>
#include <cstdint>

#include "ledger/store.h"

namespace drawdown {

// A transaction finds at least this much free map when it begins. One that
// needs more fails with kDiskFull ("map full"); the map is then doubled before
// the next, so that a retry gets further.
inline constexpr uint64_t kMapHeadroomBytes = uint64_t{64} << 20;

// The map to have when `used` bytes are in use: `map`, doubled until the
// headroom is free; at least once when `must_grow`.
uint64_t MapSizeFor(uint64_t map, uint64_t used, bool must_grow);

// The file grows in steps of an eighth, from 4 to 256 MiB.
uint64_t PreallocationStep(uint64_t file_size);

// What one table looks like (LMDB's statistics).
struct TableShape {
  uint64_t pages = 0;
  uint64_t depth = 0;
};

// What a write transaction did to one table, as far as the pages it may take
// from the end of the file depend on it.
struct TableLoad {
  bool changed = false;  // where not, nothing else is set
  TableShape before;
  uint64_t peak_pages = 0;      // most pages seen at any moment
  uint64_t scattered = 0;       // puts and deletes anywhere
  bool appended = false;        // puts at the end only touch the last path
  uint64_t overflow_pages = 0;  // pages of values too long for a leaf
};
using WriteLoad = std::array<TableLoad, kTableCount>;

// Pages of its own that the value of a record may take; 0 when the record fits
// a leaf.
uint64_t OverflowPages(uint64_t key_bytes, uint64_t value_bytes,
                       uint64_t page_size);

// An upper bound on the pages a commit takes from the end of the file: every
// page of before that was touched is copied at most once, what the tables grew
// is new, and the list of freed pages needs some itself.
uint64_t PageBound(const WriteLoad& load,
                   const std::array<TableShape, kTableCount>& after);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_SPACE_H_
