// Processes that admit usage, place, renew, settle and release holds and raise
// limits in many threads, killed wherever they are: afterwards the quotas are
// not passed, everything that was not used is there to be used, and nothing
// more; what was answered is in the books, as usage and as holds; the books are
// sound.
//
// $DRAWDOWN_QUOTA_KILLS sets the number of kills (default 48).
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <initializer_list>
#include <new>
#include <random>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/crash/quota_storm_account.h"
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
using StormThreads = std::array<StormThread, kProcesses * kThreads>;

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

  // Where a stuck peer is waited for in vain.
  static constexpr std::initializer_list<ErrorCode> kStuck = {ErrorCode::kBusy};

  // One of a child's threads, until it is killed.
  static void Act(Ledger* ledger, uint64_t seed, StormThread* says) {
    std::mt19937_64 random(seed);
    const auto meter = ledger->meter("a/b/" + std::to_string(seed % 3), "p");
    if (!says->Done(meter.status(), kStuck)) return;
    std::vector<std::string> holds;
    for (uint64_t i = 0;; ++i) {
      const auto amount = static_cast<int64_t>(random() % 50);
      says->admitted.Ask(amount);
      says->admitted.Answer(meter->TryRecord(amount) == Decision::kAdmitted);
      if (random() % 1'000 != 0) continue;
      const std::string id = std::to_string(seed) + "-" + std::to_string(i);
      switch (random() % 5) {
        case 0:
        case 1: {
          says->placed.Ask(1);
          const auto placed = ledger->PlaceHold(
              {id, "a/b", "p",
               GpuTime(1 + static_cast<Int128>(random() % 5'000)), 0,
               static_cast<int64_t>(1 + random() % 7'200'000'000)});
          const bool done =
              says->Done(placed.status(), kStuck) && placed->admitted();
          says->placed.Answer(done);
          if (done) holds.push_back(id);
          break;
        }
        case 2: {
          if (holds.empty()) break;
          const auto charge = static_cast<int64_t>(random() % 100);
          says->charged.Ask(charge);
          // Renewed before, with other amounts.
          const auto renewed = ledger->RenewHold(
              {holds.back(), 1, GpuTime(charge), GpuTime(random() % 1'000)});
          says->charged.Answer(
              says->Done(renewed.status(),
                         {ErrorCode::kBusy, ErrorCode::kConflict}) &&
              renewed->admitted());
          break;
        }
        case 3: {
          if (holds.empty()) break;
          const bool settles = random() % 2 == 0;
          const auto charge =
              settles ? static_cast<int64_t>(random() % 5'000) : 0;
          says->charged.Ask(charge);
          says->closed.Ask(1);
          // Never beyond the limit: that would be a fact, and is allowed to.
          const absl::StatusOr<Admission> closed =
              settles ? ledger->SettleHold(holds.back(), GpuTime(charge),
                                           OverdraftPolicy::kRefuse)
                      : Released(ledger->ReleaseHold(holds.back()));
          const bool done =
              says->Done(closed.status(), kStuck) && closed->admitted();
          says->charged.Answer(done);
          says->closed.Answer(done);
          holds.pop_back();
          break;
        }
        default:
          if (random() % 8 != 0) break;
          says->Done(
              ledger
                  ->SetQuota(Setting(
                      "a", QuotaPeriod::kTotal,
                      kFarLimit + static_cast<Int128>(ledger->Info().entries)))
                  .status(),
              kStuck);
      }
    }
  }

  static absl::StatusOr<Admission> Released(const absl::Status& status) {
    if (!status.ok()) return status;
    return Admission{};
  }

  pid_t Start(uint64_t seed, StormThread* says) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    const auto ledger = Open();
    std::vector<std::thread> threads;
    for (int t = 1; t < kThreads; ++t) {
      threads.emplace_back(Act, ledger.get(), seed + static_cast<uint64_t>(t),
                           says + t);
    }
    Act(ledger.get(), seed, says);
    _exit(1);
  }

  // Until so many calls that change holds were answered; not for ever, as
  // limits may be full.
  void WaitForHolds(int64_t answers) const {
    constexpr int kMostWaits = 2'000;
    for (int waited = 0; waited < kMostWaits; ++waited) {
      StormTotals totals;
      for (const StormThread& thread : *threads_) totals.Add(thread);
      if (totals.placed.answered + totals.closed.answered >= answers) return;
      usleep(1'000);
    }
  }

  // What was answered is in the books, of usage and of holds.
  void CheckAccount(const Ledger& ledger, const StormTotals& totals,
                    const std::vector<QuotaState>& states) const {
    UsageQuery query;
    query.at_us = clock_->now_us + kMicrosPerHour;  // No bucket is cut.
    const auto usage = ledger.Usage(query);
    ASSERT_THAT(usage, IsOk());
    StormSum used = totals.admitted;
    used.Add(totals.charged);
    used.answered += *taken_us_;
    EXPECT_TRUE(used.Allows(usage->total.count()))
        << FormatGpuSeconds(usage->total) << " GPU-seconds are used of "
        << used.ToString() << " GPU-microseconds: meters "
        << totals.admitted.ToString() << ", charges "
        << totals.charged.ToString() << ", checks " << *taken_us_;
    int64_t placed = 0;
    int64_t closed = 0;
    Int128 held = 0;
    ASSERT_THAT(ledger.VisitHolds({},
                                  [&](const HoldInfo& hold) {
                                    ++placed;
                                    closed +=
                                        hold.state == HoldState::kSettled ||
                                        hold.state == HoldState::kReleased;
                                    held += hold.held.count();
                                    return true;
                                  }),
                IsOk());
    EXPECT_TRUE(totals.placed.Allows(placed))
        << placed << " holds are placed of " << totals.placed.ToString();
    EXPECT_TRUE(totals.closed.Allows(closed))
        << closed << " holds are closed of " << totals.closed.ToString();
    for (const QuotaState& state : states) {
      EXPECT_TRUE(state.held == held)
          << FormatGpuSeconds(GpuTime(state.held))
          << " GPU-seconds are held of " << state.scope.tenant
          << ", its open holds hold " << FormatGpuSeconds(GpuTime(held));
    }
  }

  // All are dead. Takes what is left, and looks whether it was all.
  void Check(const StormTotals& totals, bool verify) {
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
    CheckAccount(*ledger, totals, *states);
    if (HasFailure()) return;
    // With what was in slices of the dead.
    ASSERT_EQ(meter->TryRecord(static_cast<int64_t>(left) + 1),
              Decision::kQuotaExceeded);
    ASSERT_EQ(meter->TryRecord(static_cast<int64_t>(left)), Decision::kAdmitted)
        << "what was not used is not there";
    *taken_us_ += static_cast<int64_t>(left);
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
  ForkShared<StormThreads> threads_;
  ForkShared<int64_t> taken_us_;  // by whoever checked
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
  StormTotals totals;
  for (int64_t wave = 0; killed < kills && !HasFailure(); ++wave) {
    std::vector<pid_t> children;
    new (&*threads_) StormThreads;
    for (int c = 0; c < kProcesses; ++c) {
      children.push_back(
          Start(TestSeed() + static_cast<uint64_t>(wave * 100 + c * kThreads),
                &(*threads_)[static_cast<size_t>(c * kThreads)]));
    }
    usleep(static_cast<useconds_t>(random.Between(1'000, 60'000)));
    // Some waves live until holds were placed, settled and released.
    if (wave % 2 == 0) WaitForHolds(6);
    // Hours and months turn while they are at it.
    clock_->now_us += random.Between(0, 40) * 60 * kMicrosPerSecond;
    usleep(static_cast<useconds_t>(random.Between(0, 30'000)));
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      ASSERT_EQ(waitpid(child, nullptr, 0), child);
      ++killed;
    }
    SCOPED_TRACE("wave " + std::to_string(wave));
    for (const StormThread& thread : *threads_) {
      totals.Add(thread);
      ASSERT_STREQ(thread.unexpected.data(), "");
    }
    const pid_t checker = fork();
    if (checker == 0) {
      Check(totals, wave % 8 == 0);
      _exit(HasFailure() ? 1 : 0);
    }
    ASSERT_EQ(waitpid(checker, &status, 0), checker);
    ASSERT_EQ(status, 0) << "see above";
  }
  EXPECT_GT(totals.admitted.answered, 0);
  EXPECT_GT(totals.placed.answered, 0);
  EXPECT_TRUE(kills < 200 || totals.closed.answered > 0);
  std::cerr << killed << " kills; answered: " << totals.admitted.answered
            << " GPU-microseconds admitted, " << totals.placed.answered
            << " holds placed, " << totals.closed.answered
            << " closed; under way at kills: " << totals.admitted.asked
            << " GPU-microseconds, " << totals.placed.asked << " placings, "
            << totals.closed.asked << " closings\n";
}

}  // namespace
}  // namespace drawdown
