// The runs in the books of which something is waived or refunded.
#ifndef DRAWDOWN_SRC_LEDGER_WAIVED_RUNS_H_
#define DRAWDOWN_SRC_LEDGER_WAIVED_RUNS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "drawdown/inspect.h"
#include "drawdown/refund.h"
#include "ledger/store.h"
#include "ledger/waivers.h"

namespace drawdown {

// In key order, until `visit` returns false. Reads every run.
absl::Status VisitWaivedRuns(
    ReadTransaction* books,
    const std::function<absl::StatusOr<bool>(const RunKey&, const Run&,
                                             const WaivedUsage&)>& visit);

// The same as people read it, of the runs that `query` selects.
absl::Status VisitRefundedRuns(
    ReadTransaction* books, const RunQuery& query,
    const std::function<bool(const RefundedRun&)>& visit);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_WAIVED_RUNS_H_
