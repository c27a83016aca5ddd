// Statement x bill -> breaks. Pure: rows in any order and split over any files
// give the same bytes.
#ifndef DRAWDOWN_SRC_RECONCILE_RECONCILE_H_
#define DRAWDOWN_SRC_RECONCILE_RECONCILE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/interval.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "contract/contract.h"
#include "contract/timeline.h"
#include "drawdown/reconcile.h"
#include "drawdown/statement.h"
#include "drawdown/terms.h"
#include "model/capacity_table.h"
#include "model/charge.h"

namespace drawdown {

struct PoolWindow {
  std::string pool;
  Interval window;
};

// What was metered on each pool in the buckets that its window touches, inside
// the reconciled period or not.
using MeteredOf = std::function<absl::StatusOr<std::vector<GpuTime>>(
    const std::vector<PoolWindow>& windows)>;

struct ReconcileInput {
  const Contract* contract = nullptr;
  const RatedUsage* rated = nullptr;  // of `period`; read in MakeBooks, Finish
  Interval period;
  int64_t bucket_length_us = kMicrosPerHour;
  // What `rated` goes up to. Before the period's end, differences are pending.
  int64_t at_us = std::numeric_limits<int64_t>::max();
  // What was stated of pools over the period, and the names its spans index;
  // may be null. Read in Finish.
  const CapacityTable* capacity = nullptr;
  const std::vector<std::string>* capacity_pools = nullptr;
  // What our own statement of the period corrects of closed months, and those
  // months; may be null.
  const std::vector<StatementLine>* corrections = nullptr;
  const std::vector<CorrectedPeriod>* corrected = nullptr;
  // The contract's versions, by which a bill's names are read at each instant,
  // and the other contracts of the books, whose usage is not this one's; may be
  // null and empty. As `contract`, they outlive the reconciler.
  const ContractTimeline* versions = nullptr;
  std::vector<const Contract*> others = {};
  // Called once in Finish if there are charges of time outside the period; may
  // be empty.
  MeteredOf metered = {};
};

// Add every row of the bill, then Finish once. But for MakeBooks not
// thread-safe.
class Reconciler {
 public:
  Reconciler(const ReconcileInput& input, const ReconcileOptions& options);
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;  // Owns the whole working set.
  Reconciler& operator=(const Reconciler&) = delete;

  // kBadInput for a row whose file has another best amount than those before;
  // kOverflow for GPU time that does not fit; kIo, kDiskFull of a temporary
  // file, after which the reconciliation is of no more use.
  absl::Status Add(const BillRow& row);

  // Makes what Finish needs of the charges of `rated`, which may be freed then.
  // Call once, and by any thread, also beside Add; else Finish does.
  void MakeBooks();

  // Checked on return: every row and cell is in exactly one item, sum of
  // billed_cost = the bill's total and sum(difference) = billed - expected, per
  // currency. kMissingColumn when the bill has neither money nor hours to
  // compare; kIo, kDiskFull of a temporary file.
  absl::StatusOr<ReconcileResult> Finish(const BillContents& bill);

  // After Finish: Break::lines of the items that a row, given to Add before, is
  // in.
  absl::StatusOr<uint32_t> LinesOf(const BillRow& row);

 private:
  struct State;

  // `row.billed_cost` is what is compared, whichever amount that is.
  absl::Status AddCosted(const BillRow& row);
  absl::StatusOr<uint32_t> LinesOfCosted(const BillRow& row);

  std::unique_ptr<State> state_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_RECONCILE_H_
