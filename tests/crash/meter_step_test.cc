// Killed between two instructions: where a count is stored and where a drain is
// published there is no system call to be killed at, so the process is stepped
// one instruction at a time and killed after each.
//
// DRAWDOWN_CRASH_POINTS is how many instructions of each section are tried,
// evenly spread (default 25; 0: all). A section of many is tried at fewer, so
// that no more than so many are stepped.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "engine/impl.h"
#include "gtest/gtest.h"
#include "settle/drain.h"
#include "tests/crash/meter_oracle.h"
#include "tests/crash/tracee.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

// To be stepped per section: some 30 us each.
constexpr int64_t kMostSteps = 100'000;
constexpr int64_t kMostStepsOfAll = 2'000'000;

struct Oracle {
  std::atomic<int64_t> clock_us{kFirstBucketUs};
  std::array<Tally, kOracleMeters> tallies;
  MeterAmounts settled{};  // in the books, exactly, before this try
  // Written by the child around what is stepped, read by its tracer while it
  // is stopped.
  std::atomic<bool> inside{false};

  AmountBounds Bounds() const {
    AmountBounds bounds = {settled, settled};
    for (int i = 0; i < kOracleMeters; ++i) {
      bounds.low[i] += tallies[i].done.load();
      bounds.high[i] += tallies[i].intent.load();
    }
    return bounds;
  }
  void Settle(const MeterAmounts& totals) {
    settled = totals;
    for (Tally& tally : tallies) tally.intent = tally.done = 0;
  }
};

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  _exit(1);
}
void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  _exit(1);
}

// What a stepped child works with: a ledger and, beside it, the parts that a
// drain is made of, to stop between them.
class Stage {
 public:
  Stage(const std::string& path, Oracle* oracle)
      : oracle_(oracle),
        ledger_(Must(OpenWithClock(path, &oracle->clock_us, {}))),
        meters_(Must(ledger_->meters(OracleNames()))),
        store_(Must(OpenLmdbStore(path, {.allow_any_filesystem = true}))),
        live_(std::filesystem::canonical(path) / "live",
              *ParseUuid(ledger_->Info().uuid), Must(BootId())) {}

  void Count(int meter, int64_t gpu_us) {
    oracle_->tallies[meter].Record(meters_[meter], gpu_us);
  }
  void CountAll(int64_t unit) {
    for (int i = 0; i < kOracleMeters; ++i) Count(i, unit + i);
  }
  // Of a process that ends, for the next drain to retire.
  void LeaveDeadFile() {
    const pid_t child = fork();
    if (child == 0) {
      CountAll(5);
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  }
  void Drain() { Must(ledger_->Drain()); }
  void NextBucket() { oracle_->clock_us += kMicrosPerHour; }

  // A drain, in its three parts.
  void BeginDrain() {
    Header header;
    {
      const auto books = Must(store_->BeginRead());
      header = Must(DecodeHeader(*Must(books->Get(Table::kMeta, kHeaderKey))));
    }
    bucket_us_ = header.bucket_us;
    posting_ = Must(
        Posting::Begin(Must(store_->BeginWrite()), header, oracle_->clock_us));
  }
  void PrepareDrain() {
    prepared_ = Must(drawdown::PrepareDrain(posting_.get(), &live_, bucket_us_,
                                            oracle_->clock_us));
  }
  void CommitDrain() { Must(posting_->Commit()); }
  void FinishDrain() {
    Must(drawdown::FinishDrain(&*prepared_, &live_, bucket_us_,
                               oracle_->clock_us));
  }

  // From here on the child is stepped, to the end of `section`.
  void Step(const std::function<void()>& section) {
    Tracee::Mark();
    oracle_->inside = true;
    section();
    oracle_->inside = false;
  }

 private:
  Oracle* const oracle_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Meter> meters_;
  std::unique_ptr<Store> store_;
  LiveDirectory live_;
  int64_t bucket_us_ = 0;
  std::unique_ptr<Posting> posting_;
  std::optional<PreparedDrain> prepared_;
};

struct Section {
  const char* name;
  bool always;  // else only when all points are asked for: it is long
  void (*run)(Stage* stage);
};

void RunRecord(Stage* stage) {
  stage->CountAll(10);
  stage->Step([stage] { stage->Count(2, 700); });
  stage->CountAll(100);
}

void RunFirstRecord(Stage* stage) {
  stage->Step([stage] { stage->Count(2, 700); });
  stage->CountAll(100);
}

void RunPrepare(Stage* stage) {
  stage->CountAll(10);
  stage->Drain();
  stage->CountAll(100);
  stage->LeaveDeadFile();
  stage->NextBucket();
  stage->BeginDrain();
  stage->Step([stage] { stage->PrepareDrain(); });
}

void RunCommit(Stage* stage) {
  stage->CountAll(10);
  stage->Drain();
  stage->CountAll(100);
  stage->LeaveDeadFile();
  stage->NextBucket();
  stage->BeginDrain();
  stage->PrepareDrain();
  stage->Step([stage] { stage->CommitDrain(); });
}

// The flip, and the removal of what the dead left.
void RunFinish(Stage* stage) {
  stage->CountAll(10);
  stage->LeaveDeadFile();
  stage->NextBucket();
  stage->BeginDrain();
  stage->PrepareDrain();
  stage->CommitDrain();
  stage->CountAll(100);  // to the old bank
  stage->Step([stage] { stage->FinishDrain(); });
  stage->CountAll(1'000);  // to the new one
}

class MeterStep : public testing::TestWithParam<Section> {
 protected:
  // Kills the child after `point` instructions of its section; how many there
  // were, where it got through.
  int64_t RunUntil(int64_t point) {
    oracle_->inside = false;
    Tracee tracee([this] {
      Stage stage(path_, oracle_.get());
      GetParam().run(&stage);
    });
    if (!tracee.traced()) return -1;
    if (!tracee.ToMark()) {
      ADD_FAILURE() << "the child ended before its section, with status "
                    << tracee.status();
      return 0;
    }
    while (!oracle_->inside.load()) tracee.ToNextInstruction();
    int64_t steps = 0;
    while (steps < point && oracle_->inside.load() &&
           tracee.ToNextInstruction()) {
      ++steps;
    }
    if (steps == point) tracee.Kill();
    // Through: the rest of its life must go well, too.
    if (steps < point) {
      EXPECT_FALSE(tracee.ToMark());
      EXPECT_TRUE(tracee.EndedWell()) << "status " << tracee.status();
    }
    return steps;
  }
  std::string TryPoint(int64_t point, int64_t* steps) {
    *steps = RunUntil(point);
    const SharedMemory<MeterAmounts> totals;
    const std::string found = InChild([&] {
      return CheckAfterDeaths(path_, &oracle_->clock_us, oracle_->Bounds(),
                              totals.get());
    });
    oracle_->Settle(*totals.get());
    return found;
  }

  const ScratchDir dir_{MemoryDirectory()};
  const std::string path_ = dir_.Path("books");
  const SharedMemory<Oracle> oracle_;
};

// A try steps half of the section on average.
int64_t StrideOf(int64_t steps, int64_t asked) {
  const int64_t most = asked > 0 ? kMostSteps : kMostStepsOfAll;
  const int64_t affordable = std::max<int64_t>(2, 2 * most / steps);
  const int64_t points = asked > 0 ? std::min(asked, affordable) : affordable;
  return std::max<int64_t>(1, (steps + points - 1) / points);
}

TEST_P(MeterStep, KilledAfterAnyInstructionNothingIsLostNorCountedTwice) {
  const int64_t asked = Setting("DRAWDOWN_CRASH_POINTS", 25);
  if (asked > 0 && !GetParam().always) {
    GTEST_SKIP() << "a long section: set DRAWDOWN_CRASH_POINTS=0";
  }
  int64_t steps = 0;
  ASSERT_EQ(TryPoint(std::numeric_limits<int64_t>::max(), &steps), "");
  if (steps < 0) GTEST_SKIP() << "ptrace is not permitted here";
  ASSERT_GT(steps, 0);
  const int64_t stride = StrideOf(steps, asked);
  int64_t points = 0;
  int64_t bad = 0;
  for (int64_t point = 0; point <= steps; point += stride) {
    int64_t reached = 0;
    const std::string wrong = TryPoint(point, &reached);
    ++points;
    bad += !wrong.empty();
    EXPECT_EQ(wrong, "") << "killed after " << point << " of " << steps
                         << " instructions";
  }
  std::cerr << GetParam().name << ": killed at " << points << " of "
            << steps + 1 << " instructions, " << bad << " bad\n";
}

INSTANTIATE_TEST_SUITE_P(Sections, MeterStep,
                         testing::Values(Section{"Record", true, RunRecord},
                                         Section{"FirstRecord", true,
                                                 RunFirstRecord},
                                         Section{"Prepare", false, RunPrepare},
                                         Section{"Commit", true, RunCommit},
                                         Section{"Finish", true, RunFinish}),
                         [](const testing::TestParamInfo<Section>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace drawdown
