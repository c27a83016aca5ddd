// The provider's ids of a bill's lines, where its corrections name the line
// that they are of.
#ifndef DRAWDOWN_SRC_RECONCILE_LINE_IDS_H_
#define DRAWDOWN_SRC_RECONCILE_LINE_IDS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "base/sorted_runs.h"
#include "bill/bill_row.h"
#include "reconcile/agreed.h"

namespace drawdown {

class LineIds {
 public:
  // `memory_bytes` for all ids; more are kept in a temporary file.
  explicit LineIds(uint64_t memory_bytes) : ids_(memory_bytes) {}

  // A row of the contract's provider, of a file that links lines. kIo,
  // kDiskFull: of the temporary file.
  absl::Status Add(const BillRow& row);

  // Adds to *found those of `wanted`, which name texts, that are ids of lines.
  // Call once, after the last Add. kIo, kDiskFull.
  absl::Status Find(const std::vector<uint32_t>& wanted, const Interner& texts,
                    HashSet<uint32_t>* found);

 private:
  Hash128 HashOf(std::string_view id) const { return FastHash(id, seed_); }

  const uint64_t seed_ = RandomSeed();
  SortedRuns<Hash128> ids_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_LINE_IDS_H_
