// The n-th allocation of a call that changes the books fails, for every n: an
// error, and the same call again does it once. Of runs, holds and quotas.
#include "tests/abi/memory_writes.h"

namespace drawdown::c_abi_test {
namespace {

TEST_F(MemoryOfWrites, OfRuns) {
  FailAllocations(
      "drawdown_run_start_many", [&](int64_t n) { Name("start", n); },
      [&](Outputs* out) { return Start(out); });
  FailAllocations("drawdown_run_resize", Started("resize"), [&](Outputs* out) {
    return drawdown_run_resize(ledger_, Text(run_), 1, 4'000'000,
                               kStart + kHour, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_run_suspend", Started("suspend"),
                  [&](Outputs* out) { return Suspend(out); });
  FailAllocations(
      "drawdown_run_resume",
      [&](int64_t n) {
        Outputs out;
        Started("resume")(n);
        ASSERT_EQ(Suspend(&out), DRAWDOWN_OK);
      },
      [&](Outputs* out) {
        return drawdown_run_resume(ledger_, Text(run_), 1, kStart + 2 * kHour,
                                   &out->tables[0], &out->error);
      });
  FailAllocations("drawdown_run_heartbeat", Started("heartbeat"),
                  [&](Outputs* out) {
                    return drawdown_run_heartbeat(ledger_, Text(run_), 1,
                                                  kStart + kHour, &out->error);
                  });
  FailAllocations(
      "drawdown_run_heartbeat_many", Started("heartbeats"), [&](Outputs* out) {
        drawdown_heartbeat beats[2] = {DRAWDOWN_HEARTBEAT_INIT,
                                       DRAWDOWN_HEARTBEAT_INIT};
        beats[0].run_id = Text(run_);
        beats[1].run_id = drawdown_str("a run that nobody knows");
        beats[0].at_us = beats[1].at_us = kStart + kHour;
        return drawdown_run_heartbeat_many(ledger_, beats, 2, nullptr,
                                           &out->tables[0], &out->error);
      });
  FailAllocations("drawdown_run_stop", Started("stop"), [&](Outputs* out) {
    return drawdown_run_stop(ledger_, Text(run_), 1, kStart + kHour,
                             DRAWDOWN_STOP_DONE, &out->error);
  });
}

// Again it is over: who asks twice learns that it is.
TEST_F(MemoryOfWrites, OfGhosts) {
  FailAllocations("drawdown_run_confirm_ghost", Started("ghost"),
                  [&](Outputs* out) {
                    return drawdown_run_confirm_ghost(ledger_, Text(run_), 1,
                                                      kHour, kNow, &out->error);
                  });
}

TEST_F(MemoryOfWrites, OfHoldsAndQuotas) {
  int64_t nominal = 0;
  FailAllocations(
      "drawdown_quota_set", [&](int64_t n) { nominal = 1'000 * kHour + n; },
      [&](Outputs* out) {
        drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
        setting.tenant = drawdown_str("acme/of many quotas");
        setting.period = DRAWDOWN_PERIOD_TOTAL;
        setting.nominal = drawdown_int128_of(nominal);
        return drawdown_quota_set(ledger_, &setting, nullptr, &out->error);
      });
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  setting.tenant = drawdown_str("acme/of limited use");
  setting.period = DRAWDOWN_PERIOD_TOTAL;
  setting.nominal = drawdown_int128_of(1'000'000 * kHour);
  ASSERT_EQ(drawdown_quota_set(ledger_, &setting, nullptr, nullptr),
            DRAWDOWN_OK);
  FailAllocations(
      "drawdown_hold_place", [&](int64_t n) { Name("place", n); },
      [&](Outputs* out) { return Place(out); });
  const auto placed = [&](const char* what) -> Prepare {
    return [this, what](int64_t n) {
      Outputs out;
      Name(what, n);
      ASSERT_EQ(Place(&out), DRAWDOWN_OK);
    };
  };
  FailAllocations("drawdown_hold_renew", placed("renew"), [&](Outputs* out) {
    drawdown_hold_renewal renewal = DRAWDOWN_HOLD_RENEWAL_INIT;
    renewal.hold_id = Text(hold_);
    renewal.renewal = 1;
    renewal.charge_gpu_us = drawdown_int128_of(kHour / 2);
    return drawdown_hold_renew(ledger_, &renewal, &out->tables[0], &out->error);
  });
  FailAllocations("drawdown_hold_settle", placed("settle"), [&](Outputs* out) {
    return drawdown_hold_settle(
        ledger_, Text(hold_), drawdown_int128_of(kHour / 2),
        DRAWDOWN_OVERDRAFT_BOOK, &out->tables[0], &out->error);
  });
  FailAllocations(
      "drawdown_hold_release", placed("release"), [&](Outputs* out) {
        return drawdown_hold_release(ledger_, Text(hold_), &out->error);
      });
  // A refusal, which is made after all is decided.
  setting.nominal = drawdown_int128_of(kHour);
  ASSERT_EQ(drawdown_quota_set(ledger_, &setting, nullptr, nullptr),
            DRAWDOWN_OK);
  Name("refusal", 0);
  FailAllocations("drawdown_hold_place",
                  [&](Outputs* out) { return Place(out); });
}

}  // namespace
}  // namespace drawdown::c_abi_test
