// A process that counts, drains, goes over to a new bucket and retires what
// others left is killed at each of its system calls, on entry and on exit.
// Whoever opens the ledger next finds all of it.
//
// DRAWDOWN_CRASH_POINTS is how many of the points of each script are tried,
// evenly spread (default 25; 0: all).
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "gtest/gtest.h"
#include "tests/crash/meter_oracle.h"
#include "tests/crash/tracee.h"
#include "tests/support/scratch_dir.h"

namespace drawdown {
namespace {

constexpr std::chrono::milliseconds kNoSettler(0);

struct Oracle {
  std::atomic<int64_t> clock_us{kFirstBucketUs};
  std::array<Tally, kOracleMeters> tallies;

  AmountBounds Bounds() const {
    AmountBounds bounds;
    for (int i = 0; i < kOracleMeters; ++i) {
      bounds.low[i] = tallies[i].done.load();
      bounds.high[i] = tallies[i].intent.load();
    }
    return bounds;
  }
};

// One try: a ledger, what was told to its meters, and processes that end.
class Try {
 public:
  explicit Try(const std::string& path) : path_(path) {}

  Oracle& oracle() { return *oracle_.get(); }
  std::unique_ptr<Ledger> Open() {
    auto ledger = OpenWithClock(path_, &oracle_->clock_us, kNoSettler);
    return Must(std::move(ledger));
  }
  // Other amounts each time, so that none can stand for another.
  void CountAll(Ledger* ledger, int64_t unit) {
    const std::vector<Meter> meters = Must(ledger->meters(OracleNames()));
    for (int i = 0; i < kOracleMeters; ++i) {
      oracle_->tallies[i].Record(meters[i], unit + i);
    }
  }
  void Drain(Ledger* ledger) { Must(ledger->Drain()); }

  // Two that end with counts of their own: one drained before, one never.
  std::string LeaveDeadFiles() {
    for (const bool drained : {true, false}) {
      const std::string wrong = InChild([this, drained]() -> std::string {
        const std::unique_ptr<Ledger> ledger = Open();
        CountAll(ledger.get(), 1'000);
        if (drained) {
          Drain(ledger.get());
          CountAll(ledger.get(), 20'000);
        }
        _exit(0);
      });
      if (!wrong.empty()) return wrong;
    }
    return "";
  }
  std::string Check() {
    return InChild([this] {
      MeterAmounts totals{};
      return CheckAfterDeaths(path_, &oracle_->clock_us, oracle_->Bounds(),
                              &totals);
    });
  }

 private:
  template <typename T>
  static T Must(absl::StatusOr<T> result) {
    if (result.ok()) return *std::move(result);
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    _exit(1);
  }

  const std::string path_;
  const SharedMemory<Oracle> oracle_;
};

struct Script {
  const char* name;
  bool dead_files_first;
  void (*run)(Try* one);
};

// The first process of a ledger, from its making to its close.
void RunFirst(Try* one) {
  std::unique_ptr<Ledger> ledger = one->Open();
  one->CountAll(ledger.get(), 7);
  one->Drain(ledger.get());
  one->CountAll(ledger.get(), 300);
  ledger.reset();
}

void RunThroughBuckets(Try* one) {
  std::unique_ptr<Ledger> ledger = one->Open();
  one->CountAll(ledger.get(), 7);
  one->Drain(ledger.get());  // Retires the files of the dead.
  one->CountAll(ledger.get(), 300);
  one->oracle().clock_us += kMicrosPerHour;
  one->Drain(ledger.get());  // Goes over to the next bucket.
  one->CountAll(ledger.get(), 4'000);
  one->oracle().clock_us += 3 * kMicrosPerHour;
  one->CountAll(ledger.get(), 50'000);
  one->Drain(ledger.get());
  one->CountAll(ledger.get(), 600'000);
  ledger.reset();
}

class MeterSyscall : public testing::TestWithParam<Script> {
 protected:
  // Runs the script up to its `point`-th stop and kills it there; the number
  // of stops before it ended, where it ended first.
  int64_t RunUntil(int64_t point, Try* one) {
    Tracee tracee([one] { GetParam().run(one); });
    if (!tracee.traced()) return -1;
    int64_t stops = 0;
    while (stops < point && tracee.ToNextSyscallStop()) ++stops;
    if (stops == point) {
      tracee.Kill();
    } else {
      EXPECT_TRUE(tracee.EndedWell()) << "status " << tracee.status();
    }
    return stops;
  }
  // What is wrong after a kill at `point`; the stops there were.
  std::string TryPoint(int64_t point, int64_t* stops) {
    const ScratchDir dir(MemoryDirectory());
    Try one(dir.Path("books"));
    if (GetParam().dead_files_first) {
      const std::string wrong = one.LeaveDeadFiles();
      if (!wrong.empty()) return "setting up: " + wrong;
    }
    *stops = RunUntil(point, &one);
    return one.Check();
  }
};

TEST_P(MeterSyscall, KilledAnywhereNothingIsLostNorCountedTwice) {
  int64_t stops = 0;
  ASSERT_EQ(TryPoint(std::numeric_limits<int64_t>::max(), &stops), "");
  if (stops < 0) GTEST_SKIP() << "ptrace is not permitted here";
  const int64_t wanted = Setting("DRAWDOWN_CRASH_POINTS", 25);
  const int64_t stride =
      wanted <= 0 ? 1 : std::max<int64_t>(1, (stops + wanted - 1) / wanted);
  int64_t points = 0;
  int64_t bad = 0;
  for (int64_t point = 1; point <= stops; point += stride) {
    int64_t reached = 0;
    const std::string wrong = TryPoint(point, &reached);
    ++points;
    bad += !wrong.empty();
    EXPECT_EQ(wrong, "") << "killed at stop " << point << " of " << stops;
  }
  std::cerr << GetParam().name << ": " << points << " of " << stops
            << " system call stops tried, " << bad << " bad\n";
}

INSTANTIATE_TEST_SUITE_P(Scripts, MeterSyscall,
                         testing::Values(Script{"First", false, RunFirst},
                                         Script{"ThroughBuckets", true,
                                                RunThroughBuckets}),
                         [](const testing::TestParamInfo<Script>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace drawdown
