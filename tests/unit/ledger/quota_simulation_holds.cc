// The life of holds and runs.
#include <algorithm>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/quota_simulation.h"

namespace drawdown {
// --- holds
void QuotaSimulation::Place() {
  std::vector<HoldRequest> requests(random_.Between(1, 3));
  std::vector<NaiveQuotas::Asked> asks;
  for (HoldRequest& request : requests) {
    request.hold_id = "h" + std::to_string(++next_id_);
    request.tenant = Any(kTenants);
    request.pool = Any(kPools);
    request.gpu_time =
        GpuTime(random_.OneIn(6) ? 0 : random_.Between(1, 40 * kHour));
    request.micro_gpus = random_.OneIn(3) ? 0 : AnyGpus();
    if (request.gpu_time.zero() && request.micro_gpus == 0) {
      request.micro_gpus = kGpu;
    }
    request.ttl_us = random_.Between(1, 30 * kHour);
    asks.push_back({request.tenant, request.pool, request.gpu_time.count(),
                    request.micro_gpus});
  }
  const bool fits = naive_.Fits(asks, now_us_);
  const auto placed = posting_->PlaceHolds(requests, false, now_us_);
  ASSERT_THAT(placed, IsOk());
  CheckAdmission(*placed, fits, asks);
  if (!fits) return;
  for (const HoldRequest& request : requests) {
    naive_.holds[request.hold_id] = {
        request.tenant,           request.pool,
        request.gpu_time.count(), 0,
        request.micro_gpus,       now_us_ + request.ttl_us};
  }
  if (!random_.OneIn(10)) return;
  // The same again changes nothing.
  const auto again = posting_->PlaceHolds(requests, false, now_us_);
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->admitted());
}

void QuotaSimulation::Renew() {
  if (naive_.holds.empty()) return;
  const std::string id = AnyKey(naive_.holds);
  NaiveHold& hold = naive_.holds[id];
  if (hold.closed) return;
  HoldRenewal renewal;
  renewal.hold_id = id;
  renewal.renewal = ++renewals_[id];
  renewal.ttl_us = random_.Between(1, 30 * kHour);
  renewal.extend = GpuTime(random_.Between(0, 10 * kHour));
  if (hold.run.empty() && random_.OneIn(2)) {
    renewal.charge = GpuTime(random_.Between(0, 10 * kHour));
  }
  NaiveHold after = hold;
  after.total += renewal.extend.count();
  after.charged += renewal.charge.count();
  after.expires_us = now_us_ + renewal.ttl_us;
  constexpr Int128 kFine = 1'000'000;
  const Int128 more = naive_.HeldBy(after, now_us_) -
                      naive_.HeldBy(hold, now_us_) +
                      renewal.charge.count() * kFine;
  const int64_t gpus = std::max<int64_t>(
      0, naive_.GpusHeldBy(after, now_us_) - naive_.GpusHeldBy(hold, now_us_));
  const std::vector<NaiveQuotas::Asked> asks = {
      {hold.tenant, hold.pool, (more + kFine - 1) / kFine, gpus}};
  const bool fits = naive_.Fits(asks, now_us_);
  const auto renewed = posting_->RenewHold(renewal, now_us_);
  ASSERT_THAT(renewed, IsOk());
  CheckAdmission(*renewed, fits, asks);
  if (!fits) {
    --renewals_[id];
    return;
  }
  hold = after;
  Charge(hold, renewal.charge.count());
}

void QuotaSimulation::Close() {
  if (naive_.holds.empty()) return;
  const std::string id = AnyKey(naive_.holds);
  NaiveHold& hold = naive_.holds[id];
  if (hold.closed) return;
  const bool settled = random_.OneIn(2);
  HoldClosed closing = {id, settled, GpuTime(), now_us_};
  if (settled && hold.run.empty()) {
    closing.charge = GpuTime(random_.Between(0, 50 * kHour));
  }
  const auto policy =
      random_.OneIn(2) ? OverdraftPolicy::kBook : OverdraftPolicy::kRefuse;
  bool fits = true;
  std::vector<NaiveQuotas::Asked> asks;
  if (policy == OverdraftPolicy::kRefuse) {
    // Nothing when renewals charged more than it held.
    const Int128 held = now_us_ < hold.expires_us
                            ? std::max<Int128>(0, hold.total - hold.charged)
                            : Int128{0};
    asks = {{hold.tenant, hold.pool,
             std::max<Int128>(0, closing.charge.count() - held), 0}};
    fits = naive_.Fits(asks, now_us_);
  }
  const auto closed = posting_->CloseHold(closing, policy);
  ASSERT_THAT(closed, IsOk());
  CheckAdmission(*closed, fits, asks);
  if (!fits) return;
  hold.closed = true;
  Charge(hold, closing.charge.count());
}

void QuotaSimulation::Charge(const NaiveHold& hold, Int128 amount) {
  if (amount == 0) return;
  naive_.amounts.push_back(
      {hold.tenant, hold.pool, FloorTo(now_us_, kHour), amount});
}

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

// Of a run that grows: with what its hold keeps for it.
int64_t QuotaSimulation::MoreGpusThanBefore(const std::string& id,
                                            const NaiveRun& after) {
  const auto gpus = [&] {
    const NaiveRun& run = naive_.runs[id];
    return run.micro_gpus +
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
  const Segment& last = run->segments.back();
  run->later = !last.end_us && last.start_us > posting_->tip().recorded_us;
  later_ += run->later ? 1 : 0;
}

void QuotaSimulation::Start() {
  const std::string id = "r" + std::to_string(++next_id_);
  std::string hold_id;
  if (!naive_.holds.empty() && !random_.OneIn(4)) {
    hold_id = AnyKey(naive_.holds);
    const NaiveHold& hold = naive_.holds[hold_id];
    const bool usable =
        !hold.closed && hold.run.empty() && now_us_ < hold.expires_us;
    if (!usable) hold_id.clear();
  }
  NaiveRun run;
  run.tenant = hold_id.empty() ? Any(kTenants) : naive_.holds[hold_id].tenant;
  run.pool = hold_id.empty() ? Any(kPools) : naive_.holds[hold_id].pool;
  run.micro_gpus = AnyGpus();
  run.hold = hold_id;
  const int64_t at_us = EventInstant();
  run.segments = {{at_us, std::nullopt, run.micro_gpus}};
  RunStarting starting;
  starting.change.run_id = id;
  starting.change.at_us = at_us;
  starting.change.micro_gpus = run.micro_gpus;
  starting.tenant = run.tenant;
  starting.pool = run.pool;
  starting.hold_id = hold_id;
  const auto started = posting_->StartRun(starting, now_us_);
  NaiveRun before;
  before.hold = hold_id;
  if (!IsCovered(before, now_us_) &&
      naive_.NeedsHold(run.tenant, run.pool, now_us_)) {
    ASSERT_THAT(started.status(), IsError(ErrorCode::kHoldRequired, id));
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
  if (!hold_id.empty()) naive_.holds[hold_id].run = id;
}

void QuotaSimulation::Change() {
  if (naive_.runs.empty()) return;
  const std::string id = AnyKey(naive_.runs);
  NaiveRun& run = naive_.runs[id];
  if (run.ended) return;
  RunChanged change;
  change.run_id = id;
  const int64_t at_us = EventInstant();
  change.at_us = at_us;
  int64_t gpus = 0;
  int64_t kept = 0;
  bool grows = false;
  NaiveRun after = run;
  Segment& last = after.segments.back();
  if (run.suspended && random_.OneIn(2)) {
    change.change = RunChange::kResume;
    const bool held = !run.hold.empty() && !naive_.holds[run.hold].closed &&
                      now_us_ < naive_.holds[run.hold].expires_us;
    gpus = held ? 0 : run.micro_gpus;
    after.suspended = false;
    after.segments.push_back({at_us, std::nullopt, run.micro_gpus});
  } else if (!run.suspended && random_.OneIn(3)) {
    change.change = RunChange::kResize;
    change.micro_gpus = AnyGpus();
    if (change.micro_gpus == run.micro_gpus) return;
    grows = change.micro_gpus > run.micro_gpus;
    last.end_us = at_us;
    after.micro_gpus = change.micro_gpus;
    after.segments.push_back({at_us, std::nullopt, change.micro_gpus});
    if (grows) {
      gpus = MoreGpusThanBefore(id, after);
      // What its hold keeps for it is asked with it.
      kept = std::max<int64_t>(0, after.micro_gpus - run.micro_gpus - gpus);
    }
  } else if (!run.suspended && random_.OneIn(2)) {
    change.change = RunChange::kSuspend;
    last.end_us = at_us;
    after.suspended = true;
  } else {
    change.change = RunChange::kStop;
    change.reason = StopReason::kDone;
    if (!last.end_us) last.end_us = at_us;
    after.ended = true;
  }
  // A change at the very instant of the one before may be taken for its
  // repetition, and none can be before it.
  const Segment& before = run.segments.back();
  if (at_us <= before.end_us.value_or(before.start_us)) return;
  const bool more = grows || change.change == RunChange::kResume;
  // The others are facts.
  std::vector<NaiveQuotas::Asked> asks;
  if (more) {
    asks = {{run.tenant, run.pool, 0, -kept, {}},
            {run.tenant, run.pool, 0, gpus + kept,
             MoreThanBefore(id, after, at_us)}};
  }
  const bool fits = naive_.Fits(asks, now_us_);
  const auto changed = posting_->ChangeRun(change, now_us_);
  if (more && !IsCovered(run, std::max(now_us_, at_us)) &&
      naive_.NeedsHold(run.tenant, run.pool, now_us_)) {
    ASSERT_THAT(changed.status(), IsError(ErrorCode::kHoldRequired, id));
    return;
  }
  ASSERT_THAT(changed, IsOk());
  CheckAdmission(*changed, fits, asks);
  if (!fits) return;
  NoteLater(&after);
  run = after;
  if (run.ended && !run.hold.empty()) naive_.holds[run.hold].closed = true;
}

}  // namespace drawdown
