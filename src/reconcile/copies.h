// Rows that a bill holds more than once, equal in every column.
#ifndef DRAWDOWN_SRC_RECONCILE_COPIES_H_
#define DRAWDOWN_SRC_RECONCILE_COPIES_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/digest.h"
#include "reconcile/group.h"

namespace drawdown {

// The copies beyond the first of one row.
struct Copies {
  uint32_t group = 0;
  uint64_t extra = 0;
  RowSums one;  // a single copy
  RowNames names;
  uint32_t tenant = kNoIndex;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

// Remembers 128 bits of each row's SHA-256; only repeated rows cost more.
class CopyFinder {
 public:
  void Add(const BillRow& row, const RoutedRow& routed, const RowSums& one,
           uint32_t group);

  // Grouped by group, in an order that depends only on what the rows say.
  // `new_group` maps group indices as GroupTable::MergeOverlapping returned.
  std::vector<Copies> Take(const std::vector<uint32_t>& new_group);

 private:
  using Identity = std::pair<uint64_t, uint64_t>;

  Identity IdentityOf(std::string_view raw);

  Sha256 sha256_;
  absl::flat_hash_set<Identity> seen_;
  absl::flat_hash_map<Identity, Copies> repeated_;
};

// How many of `copies` the books lack: as many as bring `billed` closest to
// `booked` without falling more than `slack` below it.
uint64_t CopiesToDrop(const Copies& copies, GpuTime billed, GpuTime booked,
                      GpuTime slack);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COPIES_H_
