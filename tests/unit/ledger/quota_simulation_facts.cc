// What else is said of runs: policies of pools, signs of life, ghosts,
// corrections and refunds. None of it asks a quota.
#include <algorithm>
#include <tuple>

#include "drawdown/ghost.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/quota_simulation.h"

namespace drawdown {

void QuotaSimulation::SetPolicy() {
  Policy& policy = policies_.emplace_back();
  policy.pool = Any(kSelectors);
  policy.from_us = clock_.wall_us() + random_.Between(-20, 20) * kHour;
  if (random_.OneIn(2)) {
    policy.value = random_.Between(0, 1);
  } else {
    policy.setting = PoolSetting::kLease;
    policy.value = random_.Between(1, 10) * kHour;
  }
  ASSERT_THAT(posting_->Post(PoolPolicySet{policy.pool, policy.from_us,
                                           policy.setting, policy.value}),
              IsOk());
}

// Of the most literal selector over the pool, then from the latest instant,
// then what was said last.
int64_t QuotaSimulation::PolicyOf(PoolSetting setting, const std::string& pool,
                                  int64_t at_us, int64_t otherwise) const {
  std::tuple<size_t, int64_t> best;
  int64_t value = otherwise;
  for (const Policy& policy : policies_) {
    const bool all = policy.pool == "*";
    const bool covers =
        all || pool == policy.pool || pool.starts_with(policy.pool + "/");
    if (policy.setting != setting || policy.from_us > at_us || !covers) {
      continue;
    }
    const std::tuple<size_t, int64_t> rank = {all ? 0 : policy.pool.size(),
                                              policy.from_us};
    if (rank < best) continue;
    best = rank;
    value = policy.value;
  }
  return value;
}

void QuotaSimulation::Beat() {
  if (naive_.runs.empty()) return;
  NaiveRun& run = naive_.runs[AnyKey(naive_.runs)];
  const int64_t at_us = EventInstant();
  const auto beaten = posting_->PutHeartbeat(run.id, run.attempt, at_us);
  if (run.segments.empty()) {
    ASSERT_THAT(beaten.status(), IsError(ErrorCode::kWrongState, run.id));
    return;
  }
  const Segment& last = run.segments.back();
  const int64_t changed_us = last.end_us.value_or(last.start_us);
  const bool older = at_us <= std::max(changed_us, run.beat_us.value_or(0));
  if (run.ended && !older) {
    ASSERT_THAT(beaten.status(), IsError(ErrorCode::kWrongState, run.id));
    return;
  }
  ASSERT_THAT(beaten, IsOk());
  if (!older) run.beat_us = at_us;
}

// It stops when it gave its last sign of life.
void QuotaSimulation::CloseGhost() {
  if (naive_.runs.empty()) return;
  NaiveRun& run = naive_.runs[AnyKey(naive_.runs)];
  std::optional<int64_t> lease_us;
  if (random_.OneIn(3)) lease_us = random_.Between(1, 5) * kHour;
  const int64_t wall_us = clock_.wall_us();
  const auto closed =
      posting_->CloseGhost(run.id, run.attempt, lease_us, wall_us);
  if (run.ended && run.lost) {
    ASSERT_THAT(closed, IsOk());
    return;
  }
  const int64_t lease = lease_us.value_or(
      PolicyOf(PoolSetting::kLease, run.pool, wall_us, kDefaultLeaseUs));
  const int64_t sign_us = run.accrues() ? std::max(run.segments.back().start_us,
                                                   run.beat_us.value_or(0))
                                        : 0;
  if (!run.accrues() || wall_us - sign_us <= lease) {
    ASSERT_THAT(closed.status(), IsError(ErrorCode::kWrongState, run.id));
    return;
  }
  ASSERT_THAT(closed, IsOk());
  NaiveRun after = run;
  Stop(&after, sign_us);
  ++counts_["ghosts"];
  after.lost = true;
  Become(&run, std::move(after));
}

// Whatever it was, it becomes one segment, or nothing.
void QuotaSimulation::Correct() {
  if (naive_.runs.empty()) return;
  NaiveRun& run = naive_.runs[AnyKey(naive_.runs)];
  NaiveRun after = run;
  if (random_.OneIn(3)) after.tenant = Any(kTenants);
  if (random_.OneIn(3)) after.pool = Any(kPools);
  if (run.device.empty() && random_.OneIn(2)) after.micro_gpus = AnyGpus();
  Segment segment = {EventInstant(), std::nullopt, after.micro_gpus};
  if (!run.segments.empty() && random_.OneIn(2)) {
    segment.start_us = run.segments.front().start_us;
  }
  if (random_.OneIn(2)) {
    segment.end_us = std::max(segment.start_us, EventInstant());
  }
  RunCorrected correction;
  correction.replacement.run_id = run.id;
  correction.replacement.attempt = run.attempt;
  correction.replacement.tenant =
      *posting_->Intern(NameKind::kTenant, after.tenant, false);
  correction.replacement.pool =
      *posting_->Intern(NameKind::kPool, after.pool, false);
  correction.replacement.micro_gpus = after.micro_gpus;
  correction.replacement.start_us = segment.start_us;
  correction.replacement.end_us = segment.end_us;
  correction.voided = random_.OneIn(4);
  correction.reason = "a correction";
  const auto corrected = posting_->Post(correction);
  ASSERT_THAT(corrected, IsOk());
  if (*corrected == Verdict::kUnchanged) return;
  ++counts_[correction.voided ? "runs voided" : "corrections"];
  after.segments.clear();
  if (!correction.voided) after.segments.push_back(segment);
  after.suspended = false;
  after.lost = false;
  after.corrected = true;
  after.ended = correction.voided || segment.end_us.has_value();
  Become(&run, std::move(after));
}

// What is given back was used all the same.
void QuotaSimulation::Refund() {
  if (naive_.runs.empty()) return;
  const NaiveRun& run = naive_.runs[AnyKey(naive_.runs)];
  const std::string id = "f" + std::to_string(++next_id_);
  RunRefunded refund;
  refund.refund_id = id;
  refund.run_id = run.id;
  refund.attempt = run.attempt;
  refund.share = {1, random_.Between(1, 4)};
  refund.reason = "a refund";
  const auto refunded = posting_->Post(refund);
  if (!run.ended || run.segments.empty()) {
    ASSERT_THAT(refunded.status(), IsError(ErrorCode::kWrongState, run.id));
    return;
  }
  // More than it has used is refused.
  ASSERT_TRUE(refunded.ok() ||
              GetErrorCode(refunded.status()) == ErrorCode::kBadRow)
      << refunded.status();
  counts_["refunds"] += refunded.ok() ? 1 : 0;
}

}  // namespace drawdown
