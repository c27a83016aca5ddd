// Threads that end, processes that fork, destructors that count late, and
// containers that both call themselves pid 1: all of it is counted once.
//
// DRAWDOWN_METER_FORKS sets how many children are forked (default 100).
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
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

constexpr int kThreads = 4;
constexpr int kLanes = 16;  // of tallies: one per thread or child at a time

struct Oracle {
  std::atomic<int64_t> clock_us{kFirstBucketUs};
  std::array<std::array<Tally, kOracleMeters>, kLanes> tallies;
  std::atomic<int> stage{0};

  AmountBounds Bounds() const {
    AmountBounds bounds;
    for (const auto& lane : tallies) {
      for (int meter = 0; meter < kOracleMeters; ++meter) {
        bounds.low[meter] += lane[meter].done.load();
        bounds.high[meter] += lane[meter].intent.load();
      }
    }
    return bounds;
  }
  void WaitFor(int wanted) const {
    while (stage.load() < wanted) usleep(200);
  }
};

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "process %d: %s\n", getpid(),
               result.status().ToString().c_str());
  _exit(1);
}

class MeterExit : public testing::Test {
 protected:
  std::unique_ptr<Ledger> Open(int drain_ms) const {
    return Must(OpenWithClock(path_, &oracle_->clock_us,
                              std::chrono::milliseconds(drain_ms)));
  }
  std::array<Tally, kOracleMeters>* Lane(int lane) const {
    return &oracle_->tallies[lane];
  }
  void CountAll(const std::vector<Meter>& meters, int lane) const {
    for (int i = 0; i < kOracleMeters; ++i) {
      (*Lane(lane))[i].Record(meters[i], 1 + i);
    }
  }
  // In a process of its own, when all that counted are dead.
  void CheckExact() {
    EXPECT_EQ(InChild([this] {
                MeterAmounts totals{};
                return CheckAfterDeaths(path_, &oracle_->clock_us,
                                        oracle_->Bounds(), &totals);
              }),
              "");
  }

  const ScratchDir dir_{MemoryDirectory()};
  const std::string path_ = dir_.Path("books");
  const SharedMemory<Oracle> oracle_;
};

// --- threads -----------------------------------------------------------------

// Counts when its thread ends: after the lanes were given back, if it was made
// before the thread first counted, and before, if after.
struct CountsLate {
  static constexpr int kCounts = 1'000;
  std::vector<Meter> meters;
  Tally* tally = nullptr;
  void Arm(const std::vector<Meter>& which, Tally* told) {
    meters = which;
    tally = told;
  }
  ~CountsLate() {
    if (tally == nullptr) return;
    for (int n = 0; n < kCounts; ++n) tally->Record(meters[1], 1);
  }
};
CountsLate& MadeEarly() {
  thread_local CountsLate value;
  return value;
}
CountsLate& MadeLate() {
  thread_local CountsLate value;
  return value;
}

TEST_F(MeterExit, ThreadsThatComeAndGoShareAFewLanes) {
  EXPECT_EQ(InChild([this]() -> std::string {
              const auto ledger = Open(5);
              const auto meters = Must(ledger->meters(OracleNames()));
              std::vector<std::thread> makers;
              for (int maker = 0; maker < kThreads; ++maker) {
                makers.emplace_back([&, maker] {
                  for (int i = 0; i < 300; ++i) {
                    std::thread([&] { CountAll(meters, maker); }).join();
                  }
                });
              }
              for (std::thread& maker : makers) maker.join();
              const auto live = Must(ledger->Live());
              if (live.owners.size() != 1) return "not one file";
              return live.owners[0].lanes <= 1 + kThreads ? "" : "too many";
            }),
            "");
  CheckExact();
  EXPECT_EQ(oracle_->Bounds().low, oracle_->Bounds().high);
}

// So many, and so many threads, that a lane written by the one who gave it back
// and the one who took it shows.
TEST_F(MeterExit, DestructorsOfThreadsCountToo) {
  constexpr int kEnds = 50;
  EXPECT_EQ(InChild([this]() -> std::string {
              const auto ledger = Open(5);
              const auto meters = Must(ledger->meters(OracleNames()));
              std::vector<std::thread> makers;
              for (int maker = 0; maker < kThreads; ++maker) {
                Tally* const tally = &(*Lane(maker))[1];
                makers.emplace_back([&meters, tally] {
                  for (int i = 0; i < kEnds; ++i) {
                    std::thread([&meters, tally] {
                      MadeEarly().Arm(meters, tally);
                      for (int n = 0; n < CountsLate::kCounts; ++n) {
                        tally->Record(meters[1], 1);
                      }
                      MadeLate().Arm(meters, tally);
                    }).join();
                  }
                });
              }
              for (std::thread& maker : makers) maker.join();
              return "";
            }),
            "");
  CheckExact();
  EXPECT_EQ(oracle_->Bounds().low[1],
            kThreads * kEnds * 3 * CountsLate::kCounts);
}

TEST_F(MeterExit, TheFirstCountOfAThreadMayBeItsDestructors) {
  EXPECT_EQ(
      InChild([this]() -> std::string {
        const auto ledger = Open(0);
        const auto meters = Must(ledger->meters(OracleNames()));
        for (int i = 0; i < 8; ++i) {
          std::thread([&] { MadeLate().Arm(meters, &(*Lane(0))[1]); }).join();
        }
        return "";
      }),
      "");
  CheckExact();
  EXPECT_EQ(oracle_->Bounds().low[1], 8 * CountsLate::kCounts);
}

// --- forks -------------------------------------------------------------------

// Counts for a while and ends one way or another, or waits to be killed.
[[noreturn]] void RunForked(const std::vector<Meter>& meters, int n,
                            std::array<Tally, kOracleMeters>* tallies) {
  const auto count = [&] {
    for (int i = 0; i < 50; ++i) {
      (*tallies)[i % kOracleMeters].Record(meters[i % kOracleMeters], 1 + n);
    }
  };
  count();
  if (n % 4 == 0) _exit(0);
  if (n % 4 == 1) raise(SIGKILL);
  for (;;) count();
}

// A process of counting threads and a settler that forks, and counts on beside
// its children.
std::string ForkStorm(const std::vector<Meter>& meters, int64_t forks,
                      Oracle* oracle) {
  Random random(12);
  std::vector<pid_t> running;
  for (int64_t n = 0; n < forks; ++n) {
    const size_t lane = kThreads + 1 + running.size();
    auto* const mine = &oracle->tallies[kThreads];
    const pid_t child = fork();
    if (child == 0) {
      RunForked(meters, static_cast<int>(n), &oracle->tallies[lane]);
    }
    running.push_back(child);
    for (int i = 0; i < 1'000; ++i) (*mine)[0].Record(meters[0], 1);
    if (kThreads + 1 + running.size() < kLanes && n + 1 < forks) continue;
    usleep(static_cast<useconds_t>(random.Between(0, 5'000)));
    if (random.OneIn(3)) oracle->clock_us += kMicrosPerHour / 3;
    for (const pid_t one : running) {
      kill(one, SIGKILL);
      int status = 0;
      waitpid(one, &status, 0);
      const bool well = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
                                            : WEXITSTATUS(status) == 0;
      if (!well) return "a forked child ended with " + std::to_string(status);
    }
    running.clear();
  }
  return "";
}

TEST_F(MeterExit, ForkedChildrenOfABusyProcessCountForThemselves) {
  const int64_t forks = Setting("DRAWDOWN_METER_FORKS", 100);
  EXPECT_EQ(InChild(
                [this, forks]() -> std::string {
                  const auto ledger = Open(5);
                  const auto meters = Must(ledger->meters(OracleNames()));
                  std::atomic<bool> stop{false};
                  std::vector<std::thread> threads;
                  for (int i = 0; i < kThreads; ++i) {
                    threads.emplace_back([&, i] {
                      while (!stop) {
                        CountAll(meters, i);
                        usleep(20);
                      }
                    });
                  }
                  const std::string wrong =
                      ForkStorm(meters, forks, oracle_.get());
                  stop = true;
                  for (std::thread& thread : threads) thread.join();
                  return wrong;
                },
                std::chrono::seconds(300)),
            "");
  CheckExact();
}

// The child of a thread is that thread, in all but its lanes.
TEST_F(MeterExit, AForkedChildsOwnChildCountsToo) {
  EXPECT_EQ(InChild([this]() -> std::string {
              const auto ledger = Open(0);
              const auto meters = Must(ledger->meters(OracleNames()));
              CountAll(meters, 0);
              for (int depth = 1; depth <= 3; ++depth) {
                const pid_t child = fork();
                if (child == 0) {
                  CountAll(meters, depth);
                  continue;
                }
                int status = 0;
                waitpid(child, &status, 0);
                CountAll(meters, depth - 1);
                _exit(status == 0 ? 0 : 1);
              }
              _exit(0);
            }),
            "");
  CheckExact();
  EXPECT_EQ(oracle_->Bounds().low, oracle_->Bounds().high);
}

// --- pid namespaces ----------------------------------------------------------

// Runs `body` as pid 1 of a namespace of its own, with its own /proc, in a
// process that is then ended: a container.
class Container {
 public:
  explicit Container(const std::function<void()>& body) {
    outer_ = fork();
    if (outer_ == 0) _exit(Supervise(body));
  }
  ~Container() {
    if (outer_ > 0) Wait();
  }
  Container(const Container&) = delete;  // Owns a process.
  Container& operator=(const Container&) = delete;

  static constexpr int kNotPermitted = 77;

  void Kill() {
    while (first_->load() == 0) usleep(200);
    kill(first_->load(), SIGKILL);
  }
  // Exit status, or 128 and the signal.
  int Wait() {
    int status = 0;
    waitpid(outer_, &status, 0);
    outer_ = -1;
    return StatusOf(status);
  }

 private:
  int Supervise(const std::function<void()>& body) {
    constexpr int kNew = CLONE_NEWPID | CLONE_NEWNS;
    if (unshare(kNew) != 0) return kNotPermitted;
    const pid_t first = fork();
    if (first == 0) {
      if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount("proc", "/proc", "proc", 0, nullptr) != 0 || getpid() != 1) {
        _exit(kNotPermitted);
      }
      body();
      _exit(0);
    }
    *first_.get() = first;
    int status = 0;
    waitpid(first, &status, 0);
    return StatusOf(status);
  }
  static int StatusOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  const SharedMemory<std::atomic<pid_t>> first_;  // as it is called out here
  pid_t outer_ = -1;
};

bool MayMakeContainers() {
  return Container([] {}).Wait() == 0;
}

TEST_F(MeterExit, ASecondContainerIsRefusedAndDrainsTheFirstWhenItIsDead) {
  if (!MayMakeContainers()) {
    GTEST_SKIP() << "pid namespaces may not be made here";
  }
  Container first([this] {
    const auto ledger = Open(0);
    const auto meters = Must(ledger->meters(OracleNames()));
    CountAll(meters, 0);
    Must(ledger->Drain());
    CountAll(meters, 0);
    oracle_->stage = 1;
    oracle_->WaitFor(2);
    CountAll(meters, 0);  // Nobody drains these before it is killed.
    oracle_->stage = 3;
    pause();
  });
  oracle_->WaitFor(1);
  Container refused([this] {
    const auto ledger = OpenWithClock(path_, &oracle_->clock_us, {});
    _exit(GetErrorCode(ledger.status()) == ErrorCode::kForeignNamespace ? 0
                                                                        : 1);
  });
  EXPECT_EQ(refused.Wait(), 0);
  oracle_->stage = 2;
  oracle_->WaitFor(3);
  first.Kill();
  EXPECT_EQ(first.Wait(), 128 + SIGKILL);
  Container second([this] {
    MeterAmounts totals{};
    const std::string wrong =
        CheckAfterDeaths(path_, &oracle_->clock_us, oracle_->Bounds(), &totals);
    std::fprintf(stderr, "%s", wrong.c_str());
    _exit(wrong.empty() ? 0 : 1);
  });
  EXPECT_EQ(second.Wait(), 0);
  EXPECT_EQ(oracle_->Bounds().low, oracle_->Bounds().high);
}

// Its ledger closed, it is no peer any more; its meters count on.
TEST_F(MeterExit, AnotherNamespacesProcessThatStillCountsIsNotTakenForDead) {
  if (!MayMakeContainers()) {
    GTEST_SKIP() << "pid namespaces may not be made here";
  }
  Container first([this] {
    auto ledger = Open(0);
    const auto meters = Must(ledger->meters(OracleNames()));
    CountAll(meters, 0);
    ledger.reset();
    CountAll(meters, 0);
    oracle_->stage = 1;
    oracle_->WaitFor(2);
    CountAll(meters, 0);  // After the other has drained.
    _exit(0);
  });
  oracle_->WaitFor(1);
  EXPECT_EQ(InChild([this]() -> std::string {
              const auto ledger = Open(0);
              return Must(ledger->Drain()).retired == 0 ? "" : "retired";
            }),
            "");
  oracle_->stage = 2;
  EXPECT_EQ(first.Wait(), 0);
  CheckExact();
}

}  // namespace
}  // namespace drawdown
