// A storm of kills over live meters: 8 processes of 4 threads count, drain and
// are killed -9 at random, while the clock crosses buckets and an auditor asks
// for totals. Nothing is lost, nothing counted twice, and no answer steps back.
//
// DRAWDOWN_METER_KILLS sets the number of kills (default 200).
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "gtest/gtest.h"
#include "tests/crash/meter_oracle.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int kWorkers = 8;
constexpr int kThreads = 4;
// A thread ends after so many counts, and another takes its place and its lane.
constexpr int kCountsPerThread = 20'000;
constexpr std::chrono::milliseconds kDrainInterval(5);

struct Oracle {
  std::atomic<int64_t> clock_us{kFirstBucketUs};
  std::array<std::array<std::array<Tally, kOracleMeters>, kThreads>, kWorkers>
      tallies;
  std::atomic<bool> stop{false};  // for the auditor
  std::atomic<int64_t> audits{0};

  AmountBounds Bounds() const {
    AmountBounds bounds;
    for (const auto& worker : tallies) {
      for (const auto& thread : worker) {
        for (int meter = 0; meter < kOracleMeters; ++meter) {
          bounds.low[meter] += thread[meter].done.load();
          bounds.high[meter] += thread[meter].intent.load();
        }
      }
    }
    return bounds;
  }
};

[[noreturn]] void GiveUp(const std::string& why) {
  std::fprintf(stderr, "process %d: %s\n", getpid(), why.c_str());
  _exit(1);
}

void CountInThread(const std::vector<Meter>& meters,
                   std::array<Tally, kOracleMeters>* tallies, uint32_t seed) {
  std::minstd_rand random(seed);
  for (int i = 0; i < kCountsPerThread; ++i) {
    const auto meter = random() % kOracleMeters;
    (*tallies)[meter].Record(meters[meter], 1 + random() % 9);
    if (i % 256 == 0) usleep(1'000);  // Others are to run too.
  }
}

[[noreturn]] void RunWorker(const std::string& path, int worker,
                            Oracle* oracle) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto ledger = OpenWithClock(path, &oracle->clock_us, kDrainInterval);
  if (!ledger.ok()) GiveUp(ledger.status().ToString());
  const auto meters = (*ledger)->meters(OracleNames());
  if (!meters.ok()) GiveUp(meters.status().ToString());
  const auto count_for_ever = [&](int thread) {
    auto* const tallies = &oracle->tallies[worker][thread];
    for (auto seed = static_cast<uint32_t>(getpid());; ++seed) {
      std::thread([&] { CountInThread(*meters, tallies, seed); }).join();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(count_for_ever, i);
  threads.front().join();  // never
  _exit(2);
}

// Every answer has all that was counted before it was asked for, nothing that
// was not begun when it came, and no less than the one before. It drains too.
[[noreturn]] void RunAuditor(const std::string& path, Oracle* oracle) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto ledger = OpenWithClock(path, &oracle->clock_us, {});
  if (!ledger.ok()) GiveUp(ledger.status().ToString());
  MeterAmounts before{};
  while (!oracle->stop.load()) {
    AmountBounds allowed;
    allowed.low = oracle->Bounds().low;
    const auto totals = TotalsOf(**ledger);
    if (!totals.ok()) GiveUp(totals.status().ToString());
    allowed.high = oracle->Bounds().high;
    const std::string wrong = Compare(*totals, allowed);
    if (!wrong.empty()) GiveUp("audit: " + wrong);
    for (int i = 0; i < kOracleMeters; ++i) {
      if ((*totals)[i] < before[i]) GiveUp("audit: an answer stepped back");
    }
    before = *totals;
    if (oracle->audits.fetch_add(1) % 8 == 0) {
      const auto drained = (*ledger)->Drain();
      if (!drained.ok()) GiveUp(drained.status().ToString());
    }
  }
  _exit(0);
}

class MeterStorm : public testing::Test {
 protected:
  void Start(int worker) {
    workers_[worker] = fork();
    if (workers_[worker] == 0) RunWorker(path_, worker, oracle_.get());
  }
  void Kill(int worker) {
    kill(workers_[worker], SIGKILL);
    int status = 0;
    waitpid(workers_[worker], &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "worker " << worker << " gave up by itself: " << status;
  }
  // Whether the auditor, which ends only when it is told to, still looks.
  bool Auditing() const {
    int status = 0;
    return waitpid(auditor_, &status, WNOHANG) == 0;
  }
  void StopAuditor() {
    oracle_->stop = true;
    int status = 0;
    ASSERT_EQ(waitpid(auditor_, &status, 0), auditor_);
    EXPECT_EQ(status, 0);
  }
  void KillAtRandom(int64_t kills) {
    Random random(11);
    for (int64_t i = 0; i < kills; ++i) {
      ASSERT_FALSE(testing::Test::HasFailure());
      ASSERT_TRUE(Auditing());
      usleep(static_cast<useconds_t>(random.Between(0, 10'000)));
      if (random.OneIn(8)) {
        oracle_->clock_us += random.Between(0, kMicrosPerHour);
      }
      const int worker = static_cast<int>(random.Between(0, kWorkers - 1));
      Kill(worker);
      Start(worker);
    }
  }
  // With one worker alive: what the dead left is drained and gone.
  void CheckFilesOfTheLiving() {
    for (int worker = 1; worker < kWorkers; ++worker) Kill(worker);
    EXPECT_EQ(InChild([this]() -> std::string {
                const auto ledger =
                    OpenWithClock(path_, &oracle_->clock_us, {});
                if (!ledger.ok()) return ledger.status().ToString();
                const auto drained = (*ledger)->Drain();
                return drained.status().ToString();
              }),
              "OK");
    EXPECT_LE(LiveNames(path_).size(), 1u);
  }

  const ScratchDir dir_{MemoryDirectory()};
  const std::string path_ = dir_.Path("books");
  const SharedMemory<Oracle> oracle_;
  std::array<pid_t, kWorkers> workers_{};
  pid_t auditor_ = 0;
};

TEST_F(MeterStorm, NothingIsLostNothingCountedTwice) {
  const int64_t kills = Setting("DRAWDOWN_METER_KILLS", 200);
  ASSERT_THAT(Ledger::Create(path_), IsOk());
  for (int worker = 0; worker < kWorkers; ++worker) Start(worker);
  auditor_ = fork();
  if (auditor_ == 0) RunAuditor(path_, oracle_.get());
  KillAtRandom(kills);
  StopAuditor();
  CheckFilesOfTheLiving();
  Kill(0);
  const AmountBounds allowed = oracle_->Bounds();
  const SharedMemory<MeterAmounts> totals;
  EXPECT_EQ(InChild([&] {
              return CheckAfterDeaths(path_, &oracle_->clock_us, allowed,
                                      totals.get());
            }),
            "");
  int64_t done = 0;
  int64_t unknown = 0;
  for (int i = 0; i < kOracleMeters; ++i) {
    done += allowed.low[i];
    unknown += allowed.high[i] - allowed.low[i];
  }
  EXPECT_GT(done, kills);
  EXPECT_GT(oracle_->audits.load(), 0);
  std::cerr << kills << " kills, " << oracle_->audits.load() << " audits, "
            << done << " GPU-us counted, " << unknown
            << " in flight when their threads were killed\n";
}

}  // namespace
}  // namespace drawdown
