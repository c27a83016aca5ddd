// Refunds of runs.
#include "base/error.h"
#include "engine/impl.h"
#include "ledger/waived_runs.h"

namespace drawdown {

absl::Status Ledger::RefundRun(const Refund& refund) {
  if (refund.amount.has_value() == refund.share.has_value()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "refund " + refund.refund_id +
                         " says an amount or a share, one of both");
  }
  const bool nothing = refund.share && refund.share->zero();
  if (nothing || (refund.share && !IsValidRatio(*refund.share))) {
    return MakeError(ErrorCode::kBadRow,
                     "refund " + refund.refund_id + " of a share of " +
                         FormatRatio(*refund.share) +
                         ": a share is more than 0 and at most 1");
  }
  RunRefunded entry;
  entry.refund_id = refund.refund_id;
  entry.run_id = refund.run.run_id;
  entry.attempt = refund.run.attempt;
  if (refund.amount) entry.amount = *refund.amount;
  if (refund.share) entry.share = *refund.share;
  entry.reason = refund.reason;
  return impl_->PostGrouped(
      [&](Posting* posting) { return posting->Post(entry).status(); });
}

absl::Status Ledger::VisitRefunds(
    const RunQuery& query,
    const std::function<bool(const RefundedRun&)>& visit) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return VisitRefundedRuns(books.get(), query, visit);
}

}  // namespace drawdown
