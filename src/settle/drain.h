// Moving what live meters have counted into the books, exactly once.
//
// A drain is one write transaction. In it, for every lanes file of every
// process: what the bank of a bucket that is over has counted is posted, once
// per (tenant, pool); how far the current bank has counted is noted, so that it
// survives a power loss; and when a new bucket has begun, the older bank is
// given to it. Amounts and watermarks change together or not at all, so it does
// not matter who drains, how often, or where they are killed.
#ifndef DRAWDOWN_SRC_SETTLE_DRAIN_H_
#define DRAWDOWN_SRC_SETTLE_DRAIN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/live.h"
#include "ledger/posting.h"
#include "settle/budget_keeper.h"
#include "settle/live_directory.h"

namespace drawdown {

// What must follow the commit; until it has, everything still holds, and the
// next drain does it.
struct DrainFollowUp {
  std::optional<std::pair<Epoch, Epoch>> flip;  // from, to
  std::vector<Uuid> retired;
  std::vector<Uuid> damaged;
};

struct PreparedDrain {
  DrainResult result;
  DrainFollowUp follow_up;
  std::shared_ptr<EpochFile> epoch;
  std::optional<BudgetChange> budgets;
};

// Posts into `posting`, which the caller commits. `budgets` are told of what it
// moves; null: there are none.
absl::StatusOr<PreparedDrain> PrepareDrain(Posting* posting,
                                           LiveDirectory* live,
                                           int64_t bucket_us, int64_t now_us,
                                           BudgetKeeper* budgets = nullptr);

// After the commit. `now_us` is the time now, for the measure of lateness;
// `books` a snapshot that has the commit, needed where there are budgets.
absl::Status FinishDrain(PreparedDrain* drain, LiveDirectory* live,
                         int64_t bucket_us, int64_t now_us,
                         ReadTransaction* books = nullptr);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_DRAIN_H_
