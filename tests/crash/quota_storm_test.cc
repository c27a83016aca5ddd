// Processes that admit usage, place, renew, settle and release holds and raise
// limits in many threads, killed wherever they are: afterwards the quotas are
// not passed, everything that was not used is there to be used, and nothing
// more; the books are sound.
//
// $DRAWDOWN_QUOTA_KILLS sets the number of kills (default 48).
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/fork_shared.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int kProcesses = 8;
constexpr int kThreads = 4;
constexpr Int128 kFirstLimit = 50'000'000;
constexpr Int128 kFarLimit = kFirstLimit * 1'000'000;

struct StormClock {
  std::atomic<int64_t> now_us{0};
};

class QuotaStorm : public testing::Test {
 protected:
  QuotaStorm() { clock_->now_us = *ParseInstant("2026-10-31T12:10:00Z"); }

  std::unique_ptr<Ledger> Open() {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(5);
    options.now_us = [clock = &*clock_] { return clock->now_us.load(); };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    if (!ledger.ok()) {
      std::cerr << ledger.status() << "\n";
      std::abort();
    }
    return *std::move(ledger);
  }

  static QuotaSetting Setting(const std::string& tenant, QuotaPeriod period,
                              Int128 nominal) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.scope.period = period;
    setting.limit = QuotaLimit{.nominal = nominal};
    return setting;
  }

  // One of a child's threads, until it is killed.
  static void Act(Ledger* ledger, uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto meter = ledger->meter("a/b/" + std::to_string(seed % 3), "p");
    if (!meter.ok()) return;
    std::vector<std::string> holds;
    for (uint64_t i = 0;; ++i) {
      (void)meter->TryRecord(static_cast<int64_t>(random() % 50));
      if (random() % 3'000 != 0) continue;
      const std::string id = std::to_string(seed) + "-" + std::to_string(i);
      switch (random() % 5) {
        case 0:
        case 1: {
          const auto placed = ledger->PlaceHold(
              {id, "a/b", "p",
               GpuTime(1 + static_cast<Int128>(random() % 5'000)), 0,
               static_cast<int64_t>(1 + random() % 7'200'000'000)});
          if (placed.ok() && placed->admitted()) holds.push_back(id);
          break;
        }
        case 2:
          if (holds.empty()) break;
          (void)ledger->RenewHold({holds.back(), 1, GpuTime(random() % 100),
                                   GpuTime(random() % 1'000)});
          break;
        case 3:
          if (holds.empty()) break;
          if (random() % 2 == 0) {
            (void)ledger->ReleaseHold(holds.back());
          } else {
            // Never beyond the limit: that would be a fact, and is allowed to.
            (void)ledger->SettleHold(holds.back(), GpuTime(random() % 5'000),
                                     OverdraftPolicy::kRefuse);
          }
          holds.pop_back();
          break;
        default:
          if (random() % 8 != 0) break;
          (void)ledger->SetQuota(
              Setting("a", QuotaPeriod::kTotal,
                      kFarLimit + static_cast<Int128>(ledger->Info().entries)));
      }
    }
  }

  pid_t Start(uint64_t seed) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    const auto ledger = Open();
    std::vector<std::thread> threads;
    for (int t = 1; t < kThreads; ++t) {
      threads.emplace_back(Act, ledger.get(), seed + static_cast<uint64_t>(t));
    }
    Act(ledger.get(), seed);
    _exit(1);
  }

  // All are dead. Takes what is left, and looks whether it was all.
  void Check(bool verify) {
    const auto ledger = Open();
    const auto meter = ledger->meter("a/b", "p");
    ASSERT_THAT(meter, IsOk());
    ASSERT_THAT(ledger->Drain(), IsOk());
    const auto states = ledger->Quotas();
    ASSERT_THAT(states, IsOk());
    ASSERT_EQ(states->size(), 2u);
    Int128 left = kFarLimit * 2;
    for (const QuotaState& state : *states) {
      EXPECT_TRUE(state.available >= 0)
          << state.scope.tenant
          << " is over: " << FormatGpuSeconds(GpuTime(state.limit.nominal))
          << " limit, " << FormatGpuSeconds(GpuTime(state.used)) << " used, "
          << FormatGpuSeconds(GpuTime(state.held)) << " held";
      left = std::min(left, state.available);
    }
    if (HasFailure()) return;
    ASSERT_EQ(meter->TryRecord(static_cast<int64_t>(left) + 1),
              Decision::kQuotaExceeded);
    ASSERT_EQ(meter->TryRecord(static_cast<int64_t>(left)), Decision::kAdmitted)
        << "what was not used is not there";
    ASSERT_EQ(meter->TryRecord(1), Decision::kQuotaExceeded);
    // Room for the next wave: now little, now much.
    for (const QuotaState& state : *states) {
      const Int128 room = verify ? 100'000'000 : 1'000'000;
      ASSERT_THAT(
          ledger->SetQuota(Setting(state.scope.tenant, state.scope.period,
                                   state.limit.nominal + room)),
          IsOk());
    }
    if (!verify) return;
    const auto report = ledger->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    ASSERT_TRUE(report->ok) << report->findings.front();
  }

  ScratchDir dir_;
  ForkShared<StormClock> clock_;
};

TEST_F(QuotaStorm, NothingIsOverAndEverythingComesBack) {
  const char* const set = std::getenv("DRAWDOWN_QUOTA_KILLS");
  const int64_t kills = set == nullptr ? 48 : std::strtoll(set, nullptr, 10);
  const pid_t maker = fork();
  if (maker == 0) {
    const auto ledger = Open();
    const bool made =
        ledger->SetQuota(Setting("a", QuotaPeriod::kTotal, kFarLimit)).ok() &&
        ledger->SetQuota(Setting("a/b", QuotaPeriod::kMonth, kFirstLimit)).ok();
    _exit(made ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(maker, &status, 0), maker);
  ASSERT_EQ(status, 0);
  Random random(5);
  int64_t killed = 0;
  for (int64_t wave = 0; killed < kills && !HasFailure(); ++wave) {
    std::vector<pid_t> children;
    for (int c = 0; c < kProcesses; ++c) {
      children.push_back(
          Start(TestSeed() + static_cast<uint64_t>(wave * 100 + c * kThreads)));
    }
    usleep(static_cast<useconds_t>(random.Between(1'000, 60'000)));
    // Hours and months turn while they are at it.
    clock_->now_us += random.Between(0, 40) * 60 * kMicrosPerSecond;
    usleep(static_cast<useconds_t>(random.Between(0, 30'000)));
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      ASSERT_EQ(waitpid(child, nullptr, 0), child);
      ++killed;
    }
    SCOPED_TRACE("wave " + std::to_string(wave));
    const pid_t checker = fork();
    if (checker == 0) {
      Check(wave % 8 == 0);
      _exit(HasFailure() ? 1 : 0);
    }
    ASSERT_EQ(waitpid(checker, &status, 0), checker);
    ASSERT_EQ(status, 0) << "see above";
  }
  const auto ledger = Open();
  uint64_t holds = 0;
  ASSERT_THAT(ledger->VisitHolds({}, [&](const HoldInfo&) { return ++holds; }),
              IsOk());
  const auto usage = ledger->Usage({});
  ASSERT_THAT(usage, IsOk());
  EXPECT_FALSE(usage->total.zero());
  std::cerr << killed << " kills, " << holds << " holds, "
            << FormatGpuSeconds(usage->total) << " GPU-seconds admitted\n";
}

}  // namespace
}  // namespace drawdown
