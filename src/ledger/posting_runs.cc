// Posting what goes with runs beside their changes: signs of life, and what
// attempts of one run owe each other.
#include <algorithm>

#include "base/error.h"
#include "ledger/heartbeats.h"
#include "ledger/places.h"
#include "ledger/posting.h"
#include "ledger/run_policies.h"

namespace drawdown {
namespace {

absl::Status OverAt(const Run& run, const RunChanged& heartbeat) {
  return MakeError(ErrorCode::kWrongState,
                   "run " + DescribeRun(heartbeat.run_id, heartbeat.attempt) +
                       " is " + std::string(RunStateName(run.state)) +
                       ": it cannot have been alive at " +
                       FormatInstant(heartbeat.at_us));
}

absl::Status NotInBooks(std::string_view run_id, uint32_t attempt) {
  return MakeError(ErrorCode::kNotFound, "run " + DescribeRun(run_id, attempt) +
                                             " is not in the books");
}

// What a heartbeat says, in the shape that CheckChange checks.
RunChanged HeartbeatOf(std::string_view run_id, uint32_t attempt,
                       int64_t at_us) {
  RunChanged heartbeat;
  heartbeat.run_id = run_id;
  heartbeat.attempt = attempt;
  heartbeat.at_us = at_us;
  return heartbeat;
}

}  // namespace

absl::StatusOr<Verdict> Posting::PutHeartbeat(std::string_view run_id,
                                              uint32_t attempt, int64_t at_us) {
  const RunChanged heartbeat = HeartbeatOf(run_id, attempt, at_us);
  RETURN_IF_ERROR(CheckChange(heartbeat));
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(run_id, attempt));
  if (!known.run) return NotInBooks(run_id, attempt);
  const Run& run = *known.run;
  if (run.segments.empty()) return OverAt(run, heartbeat);
  const std::string key(runs_[known.index].key);
  ASSIGN_OR_RETURN(const auto before, ReadHeartbeat(transaction_.get(), key));
  if (at_us <= LastSign(run.segments, before).at_us) {
    return Verdict::kUnchanged;
  }
  if (IsOver(run)) return OverAt(run, heartbeat);
  RETURN_IF_ERROR(
      transaction_->Put(Table::kHeartbeats, key, EncodeHeartbeat(key, at_us)));
  beside_journal_ = true;
  return Verdict::kUpdate;
}

absl::StatusOr<Verdict> Posting::CloseGhost(std::string_view run_id,
                                            uint32_t attempt,
                                            std::optional<int64_t> lease_us,
                                            int64_t at_us) {
  RunChanged stop = HeartbeatOf(run_id, attempt, at_us);
  RETURN_IF_ERROR(CheckChange(stop));
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(run_id, attempt));
  if (!known.run) return NotInBooks(run_id, attempt);
  const Run& run = *known.run;
  if (run.state == RunState::kEnded && run.reason == StopReason::kLost) {
    return Verdict::kUnchanged;
  }
  if (IsOver(run) || run.segments.back().end_us) {
    return MakeError(ErrorCode::kWrongState,
                     "run " + DescribeRun(run_id, attempt) + " is " +
                         std::string(RunStateName(run.state)) +
                         ": it does not accrue, so it is no ghost");
  }
  ASSIGN_OR_RETURN(const auto heartbeat,
                   ReadHeartbeat(transaction_.get(), runs_[known.index].key));
  const LifeSign sign = LastSign(run.segments, heartbeat);
  ASSIGN_OR_RETURN(const std::vector<StoredPoolPolicy> policies,
                   ReadPoolPolicies(transaction_.get()));
  const int64_t lease = lease_us.value_or(
      LeaseOf(policies, PathOf(NameKind::kPool, run.pool), at_us));
  if (!IsSuspect(sign.at_us, lease, at_us)) {
    return MakeError(ErrorCode::kWrongState,
                     "run " + DescribeRun(run_id, attempt) +
                         " gave a sign of life at " +
                         FormatInstant(sign.at_us) + ", within its lease of " +
                         FormatGpuSeconds(GpuTime(lease)) + " s at " +
                         FormatInstant(at_us) + ": it is no ghost");
  }
  stop.change = RunChange::kStop;
  stop.reason = StopReason::kLost;
  stop.at_us = sign.at_us;
  return Post(stop);
}

absl::StatusOr<Posting::Attempts> Posting::AttemptsOf(std::string_view run_id) {
  Attempts attempts;
  const auto started = started_.find(AbslView(run_id));
  if (started != started_.end()) attempts = started->second;
  RETURN_IF_ERROR(AddStoredAttempts(run_id, &attempts));
  std::sort(attempts.begin(), attempts.end());
  attempts.erase(std::unique(attempts.begin(), attempts.end()), attempts.end());
  return attempts;
}

absl::Status Posting::AddStoredAttempts(std::string_view run_id,
                                        Attempts* attempts) {
  // Keys of one id adjoin, whatever numbers are left out between them.
  const std::string first = EncodeRunKey(run_id, 0);
  const std::string_view id =
      std::string_view(first).substr(0, run_id.size() + 1);
  bool found = false;
  if (first <= last_run_key_) {
    ASSIGN_OR_RETURN(found, run_cursor_->SeekAtLeast(first));
  }
  const size_t before = attempts->size();
  while (found && run_cursor_->key().starts_with(id)) {
    attempts->push_back(DecodeRunKey(run_cursor_->key()).attempt);
    ASSIGN_OR_RETURN(found, run_cursor_->Next());
  }
  if (attempts->size() == before) none_stored_.assign(run_id);
  return absl::OkStatus();
}

// Attempts of a run follow each other: what two of them have at one time would
// be counted twice, and the older is the one whose stop was lost or is late.
absl::Status Posting::CheckOtherAttempts(const RunChanged& start,
                                         const Attempts& attempts) {
  for (const uint32_t attempt : attempts) {
    if (attempt == start.attempt) continue;
    ASSIGN_OR_RETURN(const KnownRun other, FindRun(start.run_id, attempt));
    if (!other.run || other.run->segments.empty()) continue;
    const Run& run = *other.run;
    const int64_t end_us =
        run.segments.back().end_us.value_or(run.segments.back().start_us);
    if (IsOver(run) && end_us <= start.at_us) continue;
    return MakeError(
        ErrorCode::kConflict,
        "run " + DescribeRun(start.run_id, attempt) +
            (IsOver(run) ? " ended at " + FormatInstant(end_us)
                         : " is " + std::string(RunStateName(run.state)) +
                               " since " + FormatInstant(end_us)) +
            ": attempt " + std::to_string(start.attempt) +
            " cannot be started at " + FormatInstant(start.at_us) +
            ", as attempts of a run do not overlap" +
            (IsOver(run) ? "" : "; stop that one first"));
  }
  return absl::OkStatus();
}

absl::StatusOr<RunChange> Posting::SuspensionOf(uint32_t pool, int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<StoredPoolPolicy> policies,
                   ReadPoolPolicies(transaction_.get()));
  const bool accrues =
      SuspendedAccrues(policies, PathOf(NameKind::kPool, pool), at_us);
  return accrues ? RunChange::kSuspendAccruing : RunChange::kSuspend;
}

absl::StatusOr<Verdict> Posting::Post(const PoolPolicySet& policy) {
  ASSIGN_OR_RETURN(const std::vector<StoredPoolPolicy> policies,
                   ReadPoolPolicies(transaction_.get()));
  if (IsSaid(policies, policy)) return Verdict::kUnchanged;
  Journal(policy);
  RETURN_IF_ERROR(ApplyPolicy(policy));
  return Verdict::kNew;
}

absl::StatusOr<Verdict> Posting::PostFromNow(PoolPolicySet policy) {
  policy.from_us = tip_.recorded_us;
  ASSIGN_OR_RETURN(const PoolPolicyList policies,
                   ReadPoolPolicies(transaction_.get()));
  if (IsInForce(policies, policy)) return Verdict::kUnchanged;
  return Post(policy);
}

absl::Status Posting::ApplyPolicy(const PoolPolicySet& policy) {
  const std::string key = PoolPolicyKey(last_sequence_);
  return transaction_->Put(Table::kPolicies, key,
                           EncodePoolPolicy(key, policy));
}

absl::Status Posting::FollowChange(std::string_view run_key, const Run& before,
                                   const Run& after) {
  if (!IsOver(before) && IsOver(after)) {
    RETURN_IF_ERROR(transaction_->Delete(Table::kHeartbeats, run_key));
  }
  return MovePlace(transaction_.get(), run_key, before, after);
}

}  // namespace drawdown
