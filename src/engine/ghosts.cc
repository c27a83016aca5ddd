// Heartbeats of runs, and closing the runs that are gone.
#include "base/error.h"
#include "engine/event_bound.h"
#include "engine/impl.h"
#include "ledger/heartbeats.h"

namespace drawdown {
namespace {

absl::Status CheckLease(std::optional<int64_t> lease_us) {
  if (!lease_us || *lease_us > 0) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "lease of " + FormatGpuSeconds(GpuTime(*lease_us)) +
                       " s: it is more than 0");
}

// Whether it is about the one heartbeat, and the next may be tried.
bool IsRefusal(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  return code == ErrorCode::kNotFound || code == ErrorCode::kWrongState;
}

}  // namespace

absl::Status Ledger::HeartbeatRun(const RunKey& key, int64_t at_us) {
  RETURN_IF_ERROR(CheckNotAhead("heartbeat", key, at_us, impl_->NowUs()));
  return impl_->PostGrouped([&](Posting* posting) {
    return posting->PutHeartbeat(key.run_id, key.attempt, at_us).status();
  });
}

absl::StatusOr<HeartbeatResult> Ledger::HeartbeatRuns(
    std::span<const Heartbeat> heartbeats) {
  const int64_t now_us = impl_->NowUs();
  for (const Heartbeat& heartbeat : heartbeats) {
    RETURN_IF_ERROR(
        CheckNotAhead("heartbeat", heartbeat.key, heartbeat.at_us, now_us));
  }
  HeartbeatResult result;
  RETURN_IF_ERROR(impl_->PostGrouped([&](Posting* posting) -> absl::Status {
    result = {};
    for (const Heartbeat& one : heartbeats) {
      const auto put =
          posting->PutHeartbeat(one.key.run_id, one.key.attempt, one.at_us);
      if (put.ok()) {
        ++(*put == Verdict::kUnchanged ? result.stale : result.fresh);
      } else if (IsRefusal(put.status())) {
        result.refused.emplace_back(put.status().message());
      } else {
        return put.status();
      }
    }
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<std::vector<Ghost>> Ledger::Ghosts(
    const GhostQuery& query) const {
  RETURN_IF_ERROR(CheckLease(query.lease_us));
  GhostQuery resolved = query;
  resolved.at_us = impl_->ResolveAt(query.at_us, {});
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return FindGhosts(books.get(), resolved);
}

absl::Status Ledger::ConfirmGhost(const RunKey& key,
                                  std::optional<int64_t> lease_us,
                                  std::optional<int64_t> at_us) {
  RETURN_IF_ERROR(CheckLease(lease_us));
  const int64_t now_us = impl_->ResolveAt(at_us, {});
  RETURN_IF_ERROR(
      CheckNotAhead("confirmed silence", key, now_us, impl_->NowUs()));
  return impl_->PostGrouped([&](Posting* posting) {
    return posting->CloseGhost(key.run_id, key.attempt, lease_us, now_us)
        .status();
  });
}

}  // namespace drawdown
