// The life of holds.
#include <algorithm>

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

}  // namespace drawdown
