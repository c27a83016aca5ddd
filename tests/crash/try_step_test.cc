// Killed between two instructions of TryRecord, of a recall, of a hold and of a
// drain that tells the budgets: the process is stepped one instruction at a
// time and killed after each. Whoever comes next finds what was admitted, and
// all the room there is.
//
// DRAWDOWN_CRASH_POINTS is how many instructions of each section are tried,
// evenly spread (default 25; 0: as many as two million steps allow).
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "gtest/gtest.h"
#include "tests/crash/tracee.h"
#include "tests/support/quota_process.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kMostSteps = 60'000;
constexpr int64_t kMostStepsOfAll = 2'000'000;
constexpr int64_t kLimit = 100'000;

struct TryOracle {
  QuotaRules rules;
  // Of t0. Written by the child, before and after; read when it is dead.
  std::atomic<int64_t> intent{0};
  std::atomic<int64_t> done{0};
  // Written by the child around what is stepped, read by its tracer while it
  // is stopped.
  std::atomic<bool> inside{false};
  // Of a checking child, for its parent.
  std::atomic<int64_t> usage{0};
};

// What a stepped child works with.
class TryStage {
 public:
  TryStage(const std::string& path, TryOracle* oracle)
      : oracle_(oracle), process_(path, &oracle->rules) {}

  QuotaProcess& process() { return process_; }
  Decision Try(int64_t gpu_us) {
    oracle_->intent += gpu_us;
    const Decision decision = process_.meter(0).TryRecord(gpu_us);
    if (decision == Decision::kAdmitted) {
      oracle_->done += gpu_us;
    } else {
      oracle_->intent -= gpu_us;
    }
    return decision;
  }
  // Until less is left than fills a slice.
  void GoNear(int64_t left) {
    CHECK(process_.keeper().Recall(1).ok());
    const int64_t room = process_.Room(3);
    CHECK(Try(room - left) == Decision::kAdmitted);
  }
  // The same of the highest quota, and plenty under those below it.
  void GoNearHighest(int64_t left) {
    for (const uint32_t quota : {2, 3}) {
      oracle_->rules.limits[quota] = int64_t{1} << 50;
    }
    process_.ChangeQuotas();
    CHECK(Try(process_.Room(1) - left) == Decision::kAdmitted);
  }
  void Hold(int64_t gpu_us) {
    const int64_t now_us = process_.now_us();
    auto transaction = MustHave(process_.store().BeginWrite());
    BudgetChange change =
        MustHave(process_.keeper().Begin(transaction.get(), now_us));
    CHECK(MustHave(change.Promise(AskedFrom(3, gpu_us), now_us)));
    const std::string_view bytes(reinterpret_cast<const char*>(&gpu_us),
                                 sizeof gpu_us);
    CHECK(transaction->Put(Table::kMeta, kHeldKey, bytes).ok());
    CHECK(transaction->Commit().ok());
    const auto books = MustHave(process_.store().BeginRead());
    CHECK(change.Finish(books.get(), now_us).ok());
  }
  void Drain() { CHECK(process_.Drain().ok()); }

  // From here on the child is stepped, to the end of `section`.
  template <typename Section>
  void Step(const Section& section) {
    Tracee::Mark();
    oracle_->inside = true;
    section();
    oracle_->inside = false;
  }

 private:
  TryOracle* const oracle_;
  QuotaProcess process_;
};

struct TrySection {
  const char* name;
  bool always;  // else only when all points are asked for: it is long
  void (*run)(TryStage* stage);
};

void RunSpend(TryStage* stage) {
  stage->Try(1);
  stage->Step([stage] { stage->Try(3); });
  stage->Try(2);
}

void RunFill(TryStage* stage) {
  stage->Try(1);
  stage->process().keeper().Recall(1).IgnoreError();
  stage->Step([stage] { stage->Try(3); });
  stage->Try(2);
}

void RunPastSlice(TryStage* stage) {
  stage->Try(1);
  stage->GoNear(20);
  stage->Step([stage] { stage->Try(7); });
  stage->Try(1);
}

void RunAllow(TryStage* stage) {
  stage->GoNearHighest(20);
  stage->Step([stage] { stage->Try(7); });
  stage->Try(1);
}

void RunByAllowance(TryStage* stage) {
  stage->GoNearHighest(20);
  stage->Try(1);
  const int64_t room = stage->process().Room(3);
  stage->Step([stage] { stage->Try(7); });
  CHECK(stage->process().Room(3) == room);
}

void RunRefused(TryStage* stage) {
  stage->Try(1);
  stage->GoNear(5);
  stage->Step([stage] { stage->Try(50); });
  stage->Try(1);
}

// All but what a slice keeps is asked for.
void RunRecall(TryStage* stage) {
  stage->Try(1);
  const int64_t all = stage->process().RoomInBooks(3) - 1 - 60;
  stage->Step([stage, all] { stage->Try(std::max<int64_t>(1, all)); });
  stage->Try(1);
}

void RunHold(TryStage* stage) {
  stage->Try(1);
  stage->Step([stage] { stage->Hold(40); });
  stage->Try(1);
}

void RunDrain(TryStage* stage) {
  stage->Try(1);
  stage->Drain();
  stage->Try(30);
  stage->process().meter(0).Record(0);
  stage->Step([stage] { stage->Drain(); });
  stage->Try(1);
}

class TryStep : public testing::TestWithParam<TrySection> {
 protected:
  void SetUp() override {
    // In a child, so that this process never has the books open.
    InChild([this] { QuotaProcess::MakeBooks(path_); });
    for (uint32_t i = 1; i <= kQuotas; ++i) oracle_->rules.limits[i] = kLimit;
  }
  template <typename Work>
  static bool InChild(const Work& work) {
    const pid_t child = fork();
    if (child == 0) {
      work();
      _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && status == 0;
  }

  int64_t RunUntil(int64_t point) {
    oracle_->inside = false;
    Tracee tracee([this] {
      TryStage stage(path_, &*oracle_);
      GetParam().run(&stage);
      // No destructors: its threads and locks are as they are.
      _exit(0);
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
    if (steps == point) {
      tracee.Kill();
    } else {
      EXPECT_FALSE(tracee.ToMark());
      EXPECT_TRUE(tracee.EndedWell()) << "status " << tracee.status();
    }
    return steps;
  }

  // Of everything that has happened so far.
  void Check() {
    QuotaProcess process(path_, &oracle_->rules);
    const int64_t usage = process.Usage(0);
    EXPECT_GE(usage, oracle_->done);
    EXPECT_LE(usage, oracle_->intent);
    oracle_->usage = usage;
    // What fits is admitted, to the last microsecond, before anybody drains.
    int64_t held = 0;
    {
      const auto books = MustHave(process.store().BeginRead());
      const auto bytes = MustHave(books->Get(Table::kMeta, kHeldKey));
      if (bytes) std::memcpy(&held, bytes->data(), sizeof held);
    }
    // The highest is never above those below it.
    const int64_t left = oracle_->rules.limits[1] - held - usage;
    ASSERT_GE(left, 0);
    if (left > 0) {
      EXPECT_EQ(process.meter(0).TryRecord(left), Decision::kAdmitted);
    }
    EXPECT_EQ(process.meter(0).TryRecord(1), Decision::kQuotaExceeded);
    EXPECT_EQ(process.Usage(0), usage + left);
    for (int i = 0; i < 2; ++i) EXPECT_THAT(process.Drain(), IsOk());
    // An allowance of its own.
    EXPECT_THAT(process.keeper().Recall(3), IsOk());
    EXPECT_EQ(process.Room(3), process.RoomInBooks(3));
    EXPECT_EQ(process.Room(1), process.RoomInBooks(1));
    EXPECT_EQ(process.Room(1), 0);
    // Room for the next try.
    oracle_->usage = usage + left;
    for (uint32_t i = 1; i <= kQuotas; ++i) {
      oracle_->rules.limits[i] = usage + left + held + kLimit;
    }
    process.ChangeQuotas();
  }
  bool TryPoint(int64_t point, int64_t* steps) {
    *steps = RunUntil(point);
    const bool right = InChild([this] { Check(); });
    oracle_->intent = oracle_->usage.load();
    oracle_->done = oracle_->usage.load();
    return right;
  }

  const ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
  const ForkShared<TryOracle> oracle_;
};

TEST_P(TryStep, KilledAfterAnyInstructionNothingIsLostAndNoRoom) {
  const char* const setting = std::getenv("DRAWDOWN_CRASH_POINTS");
  const int64_t asked = setting != nullptr ? std::atoll(setting) : 25;
  if (asked > 0 && !GetParam().always) {
    GTEST_SKIP() << "a long section: set DRAWDOWN_CRASH_POINTS=0";
  }
  int64_t steps = 0;
  ASSERT_TRUE(TryPoint(std::numeric_limits<int64_t>::max(), &steps));
  if (steps < 0) GTEST_SKIP() << "ptrace is not permitted here";
  ASSERT_GT(steps, 0);
  // A try steps half of the section on average.
  const int64_t most = asked > 0 ? kMostSteps : kMostStepsOfAll;
  const int64_t affordable = std::max<int64_t>(2, 2 * most / steps);
  const int64_t points = asked > 0 ? std::min(asked, affordable) : affordable;
  const int64_t stride = std::max<int64_t>(1, (steps + points - 1) / points);
  int64_t tried = 0;
  int64_t bad = 0;
  for (int64_t point = 0; point <= steps; point += stride) {
    int64_t reached = 0;
    const bool right = TryPoint(point, &reached);
    ++tried;
    bad += !right;
    EXPECT_TRUE(right) << "killed after " << point << " of " << steps
                       << " instructions";
  }
  std::cerr << GetParam().name << ": killed at " << tried << " of " << steps + 1
            << " instructions, " << bad << " bad\n";
}

INSTANTIATE_TEST_SUITE_P(
    Sections, TryStep,
    testing::Values(TrySection{"Spend", true, RunSpend},
                    TrySection{"Fill", true, RunFill},
                    TrySection{"PastSlice", true, RunPastSlice},
                    TrySection{"Allow", true, RunAllow},
                    TrySection{"ByAllowance", true, RunByAllowance},
                    TrySection{"Refused", true, RunRefused},
                    TrySection{"Recall", false, RunRecall},
                    TrySection{"Hold", false, RunHold},
                    TrySection{"Drain", false, RunDrain}),
    [](const testing::TestParamInfo<TrySection>& info) {
      return std::string(info.param.name);
    });

}  // namespace
}  // namespace drawdown
