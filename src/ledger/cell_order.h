// Puts usage into the order of a UsageTable.
#ifndef DRAWDOWN_SRC_LEDGER_CELL_ORDER_H_
#define DRAWDOWN_SRC_LEDGER_CELL_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "base/huge_pages.h"
#include "model/usage_table.h"

namespace drawdown {

// Sorts by counting: into parts of the time as the cells come, and each part by
// bucket once all are there. What a part took is freed when it is sorted, so
// that there is never much more than one copy of the cells.
class CellOrder {
 public:
  // Of buckets that start in [from_us, to_us).
  CellOrder(int64_t from_us, int64_t to_us, int64_t bucket_us);

  // Those of one bucket need not be sorted if they come by tenant and pool.
  void Add(const UsageCell& cell);

  // All of them, by bucket, tenant and pool, and one of those that are of one
  // of these. Call once. kOverflow when that does not fit.
  absl::StatusOr<std::vector<UsageCell>> Take();

 private:
  static constexpr int64_t kMostParts = 64;
  // Memory that no cell comes to is never touched, and each chunk that is given
  // back interrupts every processor.
  static constexpr size_t kChunkCells = 16'384;
  static constexpr size_t kStepCells = 2'048;  // of a chunk, whose pages are
                                               // had at once

  struct Part {
    std::vector<ZeroedPages> chunks;  // of kChunkCells each, but for the last
    size_t size = 0;                  // in cells
  };

  template <typename Visit>
  static void ForEach(const Part& part, Visit visit);
  void SortPart(const Part& part, int64_t first_us, UsageCell* out);

  const int64_t from_us_;
  const int64_t bucket_us_;
  const int64_t part_us_;
  std::vector<Part> parts_;
  std::vector<size_t> next_;  // by bucket of a part: where its next cell goes
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CELL_ORDER_H_
