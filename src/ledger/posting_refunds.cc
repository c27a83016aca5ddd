// Posting what tenants are not charged for.
#include "base/error.h"
#include "base/wide.h"
#include "ledger/posting.h"
#include "ledger/refunds.h"
#include "ledger/waivers.h"

namespace drawdown {
namespace {

std::string DescribeRefund(std::string_view run_id, uint32_t attempt,
                           GpuTime amount, const Ratio& share,
                           std::string_view reason) {
  const std::string what = share.zero()
                               ? FormatGpuSeconds(amount) + " GPU-seconds"
                               : FormatRatio(share);
  return what + " of run " + DescribeRun(run_id, attempt) + ": " +
         std::string(reason);
}

// Whether the books have this refund; kConflict when they have another under
// its id.
absl::StatusOr<bool> IsKnown(const StoredRefund& known,
                             const RunRefunded& refund) {
  const bool same = known.run.run_id == refund.run_id &&
                    known.run.attempt == refund.attempt &&
                    known.share == refund.share &&
                    known.reason == refund.reason &&
                    (!refund.share.zero() || known.amount == refund.amount);
  if (same) return true;
  return MakeError(
      ErrorCode::kConflict,
      "refund " + std::string(refund.refund_id) + " is in the books as " +
          DescribeRefund(known.run.run_id, known.run.attempt, known.amount,
                         known.share, known.reason) +
          "; this says " +
          DescribeRefund(refund.run_id, refund.attempt, refund.amount,
                         refund.share, refund.reason));
}

absl::Status CheckFits(const RunRefunded& refund, GpuTime used,
                       GpuTime refunded) {
  if (refund.amount.valid() && GpuTime() < refund.amount &&
      refund.amount <= used - refunded) {
    return absl::OkStatus();
  }
  const std::string what = "refund " + std::string(refund.refund_id) + " of " +
                           FormatGpuSeconds(refund.amount) + " GPU-seconds: ";
  if (refund.share.zero() && refund.amount <= GpuTime()) {
    return MakeError(ErrorCode::kBadRow, what + "a refund is more than 0");
  }
  return MakeError(ErrorCode::kBadRow,
                   what + "run " + DescribeRun(refund.run_id, refund.attempt) +
                       " used " + FormatGpuSeconds(used) + ", of which " +
                       FormatGpuSeconds(refunded) + " are refunded");
}

}  // namespace

absl::StatusOr<Verdict> Posting::Post(RunRefunded refund) {
  RETURN_IF_ERROR(CheckRefund(refund));
  ASSIGN_OR_RETURN(const auto stored,
                   ReadRefund(transaction_.get(), refund.refund_id));
  if (stored) {
    RETURN_IF_ERROR(IsKnown(*stored, refund).status());
    return Verdict::kUnchanged;
  }
  ASSIGN_OR_RETURN(const KnownRun known,
                   FindRun(refund.run_id, refund.attempt));
  const std::string run_text =
      "run " + DescribeRun(refund.run_id, refund.attempt);
  if (!known.run) {
    return MakeError(ErrorCode::kNotFound, run_text + " is not in the books");
  }
  if (known.run->state != RunState::kEnded) {
    return MakeError(ErrorCode::kWrongState,
                     run_text + " is " +
                         std::string(RunStateName(known.run->state)) +
                         ": what it used can be refunded when it has ended");
  }
  const GpuTime used =
      UsedUntil(*known.run, *known.run->segments.back().end_us);
  if (!refund.share.zero()) {
    ASSIGN_OR_RETURN(
        const Int128 amount,
        MulDivHalfEven(used.count(), refund.share.num, refund.share.den));
    refund.amount = GpuTime(amount);
  }
  ASSIGN_OR_RETURN(const auto others,
                   ReadRefundsOf(transaction_.get(),
                                 {std::string(refund.run_id), refund.attempt}));
  RETURN_IF_ERROR(CheckFits(refund, used, SumOf(others)));
  Journal(refund);
  RETURN_IF_ERROR(ApplyRefund(refund));
  return Verdict::kNew;
}

absl::Status Posting::ApplyRefund(const RunRefunded& refund) {
  return PutRefund(transaction_.get(), refund, last_sequence_);
}

absl::StatusOr<Verdict> Posting::Post(const WaiverPolicySet& policy) {
  ASSIGN_OR_RETURN(const WaiverList waivers, ReadWaivers(transaction_.get()));
  if (IsSaid(waivers, policy)) return Verdict::kUnchanged;
  Journal(policy);
  RETURN_IF_ERROR(ApplyWaiver(policy));
  return Verdict::kNew;
}

absl::StatusOr<Verdict> Posting::PostFromNow(WaiverPolicySet policy) {
  policy.from_us = tip_.recorded_us;
  ASSIGN_OR_RETURN(const WaiverList waivers, ReadWaivers(transaction_.get()));
  if (IsInForce(waivers, policy)) return Verdict::kUnchanged;
  return Post(policy);
}

absl::Status Posting::ApplyWaiver(const WaiverPolicySet& policy) {
  const std::string key = WaiverKey(last_sequence_);
  return transaction_->Put(Table::kPolicies, key, EncodeWaiver(key, policy));
}

}  // namespace drawdown
