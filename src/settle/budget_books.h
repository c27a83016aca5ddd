// What budgets need of the books.
#ifndef DRAWDOWN_SRC_SETTLE_BUDGET_BOOKS_H_
#define DRAWDOWN_SRC_SETTLE_BUDGET_BOOKS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/files.h"
#include "ledger/store.h"
#include "meter/budget_rules.h"
#include "meter/process_lanes.h"

namespace drawdown {

// The hard GPU-hour quotas. Pure over the transaction it is given; thread-safe.
class BudgetBooks {
 public:
  virtual ~BudgetBooks() = default;
  // What the books say now, by one reading of the clock: of these quotas, those
  // that are no more left out; of all when there are none named. Usage of the
  // open bucket counts as far as it is drained.
  virtual absl::StatusOr<std::vector<PublishedBudget>> Published(
      ReadTransaction* books, std::span<const uint32_t> quotas) = 0;
  // The lowest quota of each chain over a meter.
  virtual absl::StatusOr<std::vector<uint32_t>> Lowest(ReadTransaction* books,
                                                       const MeterIds& ids) = 0;
};

// How a keeper of budgets gets at the books by itself, in a call of TryRecord.
// Each is thread-safe and gives up at its deadline.
struct BudgetHooks {
  std::function<int64_t()> now_us;
  std::function<absl::StatusOr<std::unique_ptr<ReadTransaction>>()> snapshot;
  // Drains, and once more after a flip.
  std::function<absl::Status(Deadline)> drain;
  // Does the work under the books' writer lock; nothing is committed.
  using Work = std::function<absl::Status(ReadTransaction*)>;
  std::function<absl::Status(Deadline, const Work&)> with_writer_lock;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_BUDGET_BOOKS_H_
