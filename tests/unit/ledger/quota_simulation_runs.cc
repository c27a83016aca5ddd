// The life of runs: attempts of one id, with a hold or without, resized,
// suspended, resumed, stopped.
#include <algorithm>
#include <numeric>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/quota_simulation.h"

namespace drawdown {

// --- runs
int64_t QuotaSimulation::AnyGpus() {
  return random_.OneIn(3) ? random_.Between(1, 3 * kGpu)
                          : random_.Between(1, 32) * kGpu;
}

// What is used and held of each quota, more than before a change of the run.
std::vector<Int128> QuotaSimulation::MoreThanBefore(const std::string& id,
                                                    const NaiveRun& after,
                                                    int64_t at_us) {
  std::vector<Int128> more(naive_.quotas.size());
  const bool ahead = at_us > std::max(now_us_, posting_->tip().recorded_us);
  if (at_us >= now_us_ && !ahead) return more;
  const auto add = [&](int sign) {
    for (size_t i = 0; i < more.size(); ++i) {
      const NaiveQuota& quota = naive_.quotas[i];
      if (quota.scope.period == QuotaPeriod::kAtOnce) continue;
      more[i] +=
          (naive_.Used(quota, now_us_) + naive_.Held(quota, now_us_)) * sign;
    }
  };
  add(-1);
  const bool is_new = !naive_.runs.contains(id);
  NaiveRun run = std::exchange(naive_.runs[id], after);
  naive_.runs[id].later = ahead;
  if (is_new && !after.hold.empty()) naive_.holds[after.hold].run = id;
  add(+1);
  naive_.runs[id] = std::move(run);
  if (is_new) naive_.runs.erase(id);
  if (is_new && !after.hold.empty()) naive_.holds[after.hold].run.clear();
  for (Int128& one : more) one = std::max<Int128>(0, one / 1'000'000);
  return more;
}

// Of a run that grows or goes on: with what its hold keeps for it.
int64_t QuotaSimulation::MoreGpusThanBefore(const std::string& id,
                                            const NaiveRun& after) {
  const auto gpus = [&] {
    const NaiveRun& run = naive_.runs[id];
    return (run.accrues() ? run.micro_gpus : 0) +
           (run.hold.empty()
                ? 0
                : naive_.GpusHeldBy(naive_.holds[run.hold], now_us_));
  };
  const int64_t before = gpus();
  NaiveRun run = std::exchange(naive_.runs[id], after);
  const int64_t more = gpus() - before;
  naive_.runs[id] = std::move(run);
  return std::max<int64_t>(0, more);
}

// Whether its hold keeps something for it at the instant.
bool QuotaSimulation::IsCovered(const NaiveRun& run, int64_t at_us) {
  if (run.hold.empty()) return false;
  const NaiveHold& hold = naive_.holds[run.hold];
  if (hold.closed || at_us >= hold.expires_us) return false;
  Int128 left = (hold.total - hold.charged) * 1'000'000;
  for (const Segment& segment : run.segments) {
    if (segment.end_us) {
      left -= SegmentTimeUntil(segment, *segment.end_us).count() * 1'000'000;
    } else if (at_us > segment.start_us) {
      left -= Int128{segment.micro_gpus} * (at_us - segment.start_us);
    }
  }
  return left > 0;
}

// When what happens to a run is said to happen: now, some time ago, or a little
// ahead.
int64_t QuotaSimulation::EventInstant() {
  constexpr int64_t kMaxAhead = kMaxAheadMinutes * 60 * kMicrosPerSecond;
  switch (random_.Between(0, 3)) {
    case 0:
      return clock_.wall_us() - random_.Between(0, 3 * kHour);
    case 1:
      return clock_.wall_us() + random_.Between(1, kMaxAhead);
    default:
      return clock_.wall_us();
  }
}

void QuotaSimulation::NoteLater(NaiveRun* run) {
  run->later = run->accrues() &&
               run->segments.back().start_us > posting_->tip().recorded_us;
  counts_["starts ahead of time"] += run->later ? 1 : 0;
}

bool QuotaSimulation::IsOverlapped(const NaiveRun& run, int64_t at_us) const {
  for (const auto& [id, other] : naive_.runs) {
    if (other.id != run.id || other.segments.empty()) continue;
    if (!other.ended || *other.segments.back().end_us > at_us) return true;
  }
  return false;
}

void QuotaSimulation::Start() {
  NaiveRun run;
  run.id = "r" + std::to_string(++next_id_);
  if (!naive_.runs.empty() && random_.OneIn(4)) {
    run.id = naive_.runs[AnyKey(naive_.runs)].id;
    run.attempt = static_cast<uint32_t>(random_.Between(1, 4));
  }
  const std::string id = run.key();
  if (naive_.runs.contains(id)) return;
  std::string hold_id;
  if (!naive_.holds.empty() && !random_.OneIn(4)) {
    hold_id = AnyKey(naive_.holds);
    const NaiveHold& hold = naive_.holds[hold_id];
    const bool usable =
        !hold.closed && hold.run.empty() && now_us_ < hold.expires_us;
    if (!usable) hold_id.clear();
  }
  run.tenant = hold_id.empty() ? Any(kTenants) : naive_.holds[hold_id].tenant;
  run.pool = hold_id.empty() ? Any(kPools) : naive_.holds[hold_id].pool;
  run.hold = hold_id;
  const int64_t at_us = EventInstant();
  if (random_.OneIn(3)) {
    run.device = "d" + std::to_string(random_.Between(1, 2));
    constexpr int64_t kParts[] = {6, 6, 6, 6, 12, 7, 14};
    run.parts = kParts[random_.Between(0, 6)];
    run.micro_gpus = naive_.GpusOnDevice(run);
  } else {
    run.micro_gpus = AnyGpus();
  }
  run.segments = {{at_us, std::nullopt, run.micro_gpus}};
  RunStarting starting;
  starting.change.run_id = run.id;
  starting.change.attempt = run.attempt;
  starting.change.at_us = at_us;
  if (run.device.empty()) {
    starting.change.micro_gpus = run.micro_gpus;
  } else {
    const int64_t common = std::gcd(run.parts, kPartsOfADevice);
    starting.device = run.device;
    starting.share = {run.parts / common, kPartsOfADevice / common};
  }
  starting.tenant = run.tenant;
  starting.pool = run.pool;
  starting.hold_id = hold_id;
  const auto started = posting_->StartRun(starting, now_us_);
  if (!run.device.empty() && !naive_.HasRoom(run, at_us)) {
    ++counts_["devices without room"];
    ASSERT_THAT(started.status(), IsError(ErrorCode::kWrongState, run.device));
    return;
  }
  if (IsOverlapped(run, at_us)) {
    ASSERT_THAT(started.status(), IsError(ErrorCode::kConflict, run.id));
    return;
  }
  NaiveRun before;
  before.hold = hold_id;
  if (!IsCovered(before, now_us_) &&
      naive_.NeedsHold(run.tenant, run.pool, now_us_)) {
    ASSERT_THAT(started.status(), IsError(ErrorCode::kHoldRequired, run.id));
    return;
  }
  int64_t gpus = run.micro_gpus;
  if (!hold_id.empty()) {
    gpus = std::max<int64_t>(0, gpus - naive_.holds[hold_id].micro_gpus);
  }
  const std::vector<NaiveQuotas::Asked> asks = {
      {run.tenant, run.pool, 0, gpus, MoreThanBefore(id, run, at_us)}};
  const bool fits = naive_.Fits(asks, now_us_);
  ASSERT_THAT(started, IsOk());
  CheckAdmission(*started, fits, asks);
  if (!fits) return;
  NoteLater(&run);
  naive_.runs[id] = run;
  counts_["starts on a part of a device"] += run.device.empty() ? 0 : 1;
  counts_["later attempts"] += run.attempt > 1 ? 1 : 0;
  if (!hold_id.empty()) naive_.holds[hold_id].run = id;
}

void QuotaSimulation::Suspend(NaiveRun* run, int64_t at_us) const {
  run->segments.back().end_us = at_us;
  run->suspended = true;
  if (PolicyOf(PoolSetting::kSuspendedAccrues, run->pool, at_us, 0) == 0) {
    return;
  }
  run->segments.push_back({at_us, std::nullopt, run->micro_gpus, true});
}

// Of one that is suspended and does not accrue, a mark says when.
void QuotaSimulation::Stop(NaiveRun* run, int64_t at_us) {
  if (!run->accrues()) {
    run->segments.push_back({at_us, at_us, run->micro_gpus, true});
  }
  run->segments.back().end_us = at_us;
  run->ended = true;
}

void QuotaSimulation::Become(NaiveRun* run, NaiveRun after) {
  NoteLater(&after);
  *run = std::move(after);
  counts_["suspensions that accrue"] +=
      run->suspended && run->accrues() ? 1 : 0;
  if (!run->ended) return;
  run->beat_us.reset();
  if (!run->hold.empty()) naive_.holds[run->hold].closed = true;
}

void QuotaSimulation::Change() {
  if (naive_.runs.empty()) return;
  const std::string id = AnyKey(naive_.runs);
  NaiveRun& run = naive_.runs[id];
  if (run.ended) return;
  const int64_t at_us = EventInstant();
  RunChanged change;
  change.run_id = run.id;
  change.attempt = run.attempt;
  change.at_us = at_us;
  bool grows = false;
  NaiveRun after = run;
  if (run.suspended && random_.OneIn(2)) {
    change.change = RunChange::kResume;
    after.suspended = false;
    if (run.accrues()) {
      after.segments.back().end_us = at_us;
    } else if (!run.device.empty()) {
      after.micro_gpus = naive_.GpusOnDevice(run);
      counts_["other counts of GPUs"] +=
          after.micro_gpus != run.micro_gpus ? 1 : 0;
    }
    after.segments.push_back({at_us, std::nullopt, after.micro_gpus});
  } else if (!run.suspended && run.device.empty() && random_.OneIn(3)) {
    change.change = RunChange::kResize;
    change.micro_gpus = AnyGpus();
    if (change.micro_gpus == run.micro_gpus) return;
    grows = change.micro_gpus > run.micro_gpus;
    after.micro_gpus = change.micro_gpus;
    after.segments.back().end_us = at_us;
    after.segments.push_back({at_us, std::nullopt, change.micro_gpus});
  } else if (!run.suspended && random_.OneIn(2)) {
    change.change = RunChange::kSuspend;
    Suspend(&after, at_us);
  } else {
    change.change = RunChange::kStop;
    change.reason = StopReason::kDone;
    Stop(&after, at_us);
  }
  // A change at the very instant of the one before may be taken for its
  // repetition, and none can be before it.
  const Segment& before = run.segments.back();
  if (at_us <= before.end_us.value_or(before.start_us)) return;
  const bool resumes = change.change == RunChange::kResume;
  // The others are facts.
  std::vector<NaiveQuotas::Asked> asks;
  if (grows || resumes) {
    const int64_t gpus = MoreGpusThanBefore(id, after);
    // What its hold keeps for it to grow into is asked with it.
    const int64_t kept =
        grows ? std::max<int64_t>(0, after.micro_gpus - run.micro_gpus - gpus)
              : 0;
    asks = {{run.tenant, run.pool, 0, -kept, {}},
            {run.tenant, run.pool, 0, gpus + kept,
             MoreThanBefore(id, after, at_us)}};
  }
  const bool fits = naive_.Fits(asks, now_us_);
  const auto changed = posting_->ChangeRun(change, now_us_);
  const bool goes_on = resumes && !run.accrues();
  if (goes_on && !run.device.empty() && !naive_.HasRoom(run, at_us)) {
    ASSERT_THAT(changed.status(), IsError(ErrorCode::kWrongState, run.device));
    return;
  }
  if ((grows || goes_on) && !IsCovered(run, std::max(now_us_, at_us)) &&
      naive_.NeedsHold(run.tenant, run.pool, now_us_)) {
    ASSERT_THAT(changed.status(), IsError(ErrorCode::kHoldRequired, run.id));
    return;
  }
  ASSERT_THAT(changed, IsOk());
  CheckAdmission(*changed, fits, asks);
  if (fits) Become(&run, std::move(after));
}

}  // namespace drawdown
