// TryRecord from many threads and processes at once, stopped and killed: never
// over, nothing lost, and when all is still exactly the limit is admitted.
//
// DRAWDOWN_TRY_KILLS sets the number of kills (default 60).
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/quota_process.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class AdmissionRacesTest : public testing::Test {
 protected:
  void SetUp() override { QuotaProcess::MakeBooks(path_); }
  void SetLimits(int64_t all, int64_t both, int64_t first, int64_t second) {
    const int64_t limits[] = {0, all, both, first, second};
    for (uint32_t i = 1; i <= kQuotas; ++i) rules_->limits[i] = limits[i];
  }
  std::unique_ptr<QuotaProcess> Open(int patience_ms = 20'000,
                                     int posting_patience_ms = 20'000) {
    return std::make_unique<QuotaProcess>(
        path_, &*rules_, std::chrono::milliseconds(patience_ms),
        std::chrono::milliseconds(posting_patience_ms));
  }
  // A child that works on its own, and is killed with the test.
  static pid_t Spawn(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  static void ExpectEnds(pid_t child) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  // With everybody else gone: what is left is what the books say, and all of it
  // is admitted, one by one.
  void ExpectTheRestFits(int64_t most) {
    const auto process = Open();
    for (int i = 0; i < 2; ++i) ASSERT_THAT(process->Drain(), IsOk());
    for (uint32_t quota = 1; quota <= kQuotas; ++quota) {
      ASSERT_THAT(process->keeper().Recall(quota), IsOk());
      EXPECT_EQ(process->Room(quota), process->RoomInBooks(quota)) << quota;
      EXPECT_GE(process->Room(quota), 0);
    }
    const int64_t left =
        std::min({process->Room(3), process->Room(2), process->Room(1)});
    ASSERT_LE(left, most);
    int64_t admitted = 0;
    Decision last = Decision::kAdmitted;
    while (last == Decision::kAdmitted) {
      last = process->meter(0).TryRecord(1);
      admitted += last == Decision::kAdmitted;
    }
    EXPECT_EQ(last, Decision::kQuotaExceeded);
    EXPECT_EQ(admitted, left);
  }

  ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
  ForkShared<QuotaRules> rules_;
};

TEST_F(AdmissionRacesTest, ThreadsTogetherReachTheLimitAndNoFurther) {
  constexpr int64_t kLimit = 30'000;
  SetLimits(kLimit, kPlenty, kPlenty, kPlenty);
  const auto process = Open();
  std::atomic<int64_t> admitted{0};  // summed by the threads
  std::atomic<int> running{4};       // counted down by them, read by the test
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      int64_t mine = 0;
      for (Decision decision = Decision::kAdmitted;
           decision == Decision::kAdmitted;) {
        decision = process->meter(t % 3).TryRecord(1);
        EXPECT_NE(decision, Decision::kBusy);
        mine += decision == Decision::kAdmitted;
      }
      admitted += mine;
      --running;
    });
  }
  while (running > 0) {
    ASSERT_THAT(process->Drain(), IsOk());
    rules_->clock_us += process->bucket_us() / 3;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, kLimit);
  EXPECT_EQ(process->Usage(0) + process->Usage(1) + process->Usage(2), kLimit);
}

TEST_F(AdmissionRacesTest, ProcessesTogetherReachTheLimitAndNoFurther) {
  constexpr int64_t kLimit = 30'000;
  SetLimits(kPlenty, kLimit, kPlenty, kPlenty);
  struct Counts {
    std::array<std::atomic<int64_t>, 4> admitted{};  // by child, by it alone
  };
  ForkShared<Counts> counts;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(Spawn([&, i] {
      const auto process = Open();
      for (Decision decision = Decision::kAdmitted;
           decision == Decision::kAdmitted;) {
        decision = process->meter(i % 2).TryRecord(1);
        EXPECT_NE(decision, Decision::kBusy);
        counts->admitted[i] += decision == Decision::kAdmitted;
        if (counts->admitted[i] % 3'000 == 0) {
          EXPECT_THAT(process->Drain(), IsOk());
        }
      }
    }));
  }
  for (const pid_t child : children) ExpectEnds(child);
  int64_t sum = 0;
  for (const auto& admitted : counts->admitted) sum += admitted;
  EXPECT_EQ(sum, kLimit);
  const auto process = Open();
  EXPECT_EQ(process->Usage(0) + process->Usage(1), kLimit);
  ASSERT_THAT(process->Drain(), IsOk());
  EXPECT_EQ(process->Usage(0) + process->Usage(1), kLimit);
}

TEST_F(AdmissionRacesTest, TheLockOfAStoppedProcessIsWaitedForNotForEver) {
  SetLimits(1'000, kPlenty, kPlenty, kPlenty);
  const pid_t child = Spawn([&] {
    const auto process = Open();
    EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
    const auto file =
        BudgetsFile::Open(process->live().path(), process->live().boot_id());
    ASSERT_THAT(file, IsOk());
    ASSERT_TRUE((*file)->Lock(std::chrono::milliseconds(1'000)));
    // As if in the middle of something.
    (*file)->at(1).taken_us += 600;
    raise(SIGSTOP);
  });
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  const auto process = Open(50);
  EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kBusy);
  EXPECT_EQ(process->meter(0).TryRecord(kPlenty), Decision::kBusy);
  process->meter(0).Record(7);
  EXPECT_THAT(process->Drain(), IsOk());  // goes on without
  EXPECT_EQ(process->Usage(0), 8);
  // What it had begun is made anew when it is gone.
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  int64_t admitted = 0;
  Decision last = Decision::kAdmitted;
  for (; last == Decision::kAdmitted; ++admitted) {
    last = process->meter(0).TryRecord(1);
  }
  EXPECT_EQ(last, Decision::kQuotaExceeded);
  EXPECT_EQ(admitted - 1, 1'000 - 8);
}

// A call gives up after its patience; a commit that changes budgets waits for
// as long as it waits for other writers.
TEST_F(AdmissionRacesTest, ACommitWaitsForTheLockLongerThanACall) {
  SetLimits(1'000, kPlenty, kPlenty, kPlenty);
  const auto process = Open(20);
  EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
  const auto file =
      BudgetsFile::Open(process->live().path(), process->live().boot_id());
  ASSERT_THAT(file, IsOk());
  ASSERT_TRUE((*file)->Lock(std::chrono::milliseconds(1'000)));
  std::thread commit([&process] {
    const auto transaction = MustHave(process->store().BeginWrite());
    auto change = process->keeper().Begin(transaction.get(), process->now_us());
    ASSERT_THAT(change, IsOk());
    const auto fits = change->Promise(AskedFrom(3, 999), process->now_us());
    ASSERT_THAT(fits, IsOk());
    EXPECT_TRUE(*fits);
    EXPECT_THAT(change->Cancel(), IsOk());
  });
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(process->meter(0).TryRecord(kPlenty), Decision::kBusy);
  }
  (*file)->Unlock();
  commit.join();
  EXPECT_EQ(process->meter(0).TryRecord(999), Decision::kAdmitted);
  EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kQuotaExceeded);
}

TEST_F(AdmissionRacesTest, ACommitThatGetsNoLockNamesTheProcessThatHasIt) {
  const auto process = Open(20, 20);
  EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kQuotaExceeded);
  const auto file =
      BudgetsFile::Open(process->live().path(), process->live().boot_id());
  ASSERT_THAT(file, IsOk());
  ASSERT_TRUE((*file)->Lock(std::chrono::milliseconds(1'000)));
  {
    const auto transaction = MustHave(process->store().BeginWrite());
    EXPECT_THAT(
        process->keeper().Begin(transaction.get(), process->now_us()).status(),
        IsError(ErrorCode::kBusy, "process " + std::to_string(getpid()) +
                                      " keeps the lock of the budgets"));
  }
  (*file)->Unlock();
}

TEST_F(AdmissionRacesTest, AForkedChildHasNoneOfItsParentsSlices) {
  SetLimits(1'000'000, kPlenty, kPlenty, kPlenty);
  const auto process = Open();
  EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
  EXPECT_EQ(process->meter(3).TryRecord(1), Decision::kAdmitted);
  const pid_t child = Spawn([&] {
    EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kBusy);
    EXPECT_EQ(process->meter(3).TryRecord(1), Decision::kBusy);
    process->meter(3).Record(1);
  });
  ExpectEnds(child);
  EXPECT_EQ(process->Usage(0), 1);
  EXPECT_EQ(process->Usage(3), 2);
}

TEST_F(AdmissionRacesTest, ADeadProcessGivesItsSlicesBack) {
  SetLimits(1'000'000, kPlenty, kPlenty, kPlenty);
  const pid_t child = Spawn([&] {
    const auto process = Open();
    EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
    raise(SIGKILL);
  });
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  {
    const auto process = Open();
    EXPECT_EQ(process->Room(1), 1'000'000 - 64);
    EXPECT_EQ(process->meter(2).TryRecord(999'999), Decision::kAdmitted);
    EXPECT_EQ(process->meter(2).TryRecord(1), Decision::kQuotaExceeded);
  }
  ExpectTheRestFits(0);
}

TEST_F(AdmissionRacesTest, ADrainThatRetiresAFileGivesItsSlicesBack) {
  SetLimits(1'000'000, kPlenty, kPlenty, kPlenty);
  const pid_t child = Spawn([&] {
    const auto process = Open();
    EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
    raise(SIGKILL);
  });
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto process = Open();
  ASSERT_THAT(process->Drain(), IsOk());
  EXPECT_EQ(process->Room(1), 999'999);
  EXPECT_EQ(MustHave(process->live().List()).size(), 1u);  // its own
}

TEST_F(AdmissionRacesTest, ADrainThatRetiresAFileGivesItsAllowancesBack) {
  SetLimits(1'000, kPlenty, kPlenty, kPlenty);
  const pid_t child = Spawn([&] {
    const auto process = Open();
    EXPECT_EQ(process->meter(0).TryRecord(1), Decision::kAdmitted);
    EXPECT_LT(process->Room(3), kPlenty - 1);
    raise(SIGKILL);
  });
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto process = Open();
  ASSERT_THAT(process->Drain(), IsOk());
  EXPECT_EQ(process->Room(3), kPlenty - 1);
  EXPECT_EQ(process->Room(2), kPlenty - 1);
  EXPECT_EQ(process->Room(1), 999);
}

TEST_F(AdmissionRacesTest, AFileThatIsRetiredAndStillThereIsNotCountedAgain) {
  SetLimits(1'000, kPlenty, kPlenty, kPlenty);
  const pid_t child = Spawn([&] {
    const auto process = Open();
    EXPECT_EQ(process->meter(0).TryRecord(300), Decision::kAdmitted);
    raise(SIGKILL);
  });
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto process = Open();
  {
    // A drain whose author dies after its commit.
    const auto posting = process->BeginPosting();
    ASSERT_THAT(
        PrepareDrain(posting.get(), &process->live(), process->bucket_us(),
                     process->now_us(), &process->keeper()),
        IsOk());
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  EXPECT_EQ(process->meter(1).TryRecord(701), Decision::kQuotaExceeded);
  EXPECT_EQ(process->meter(1).TryRecord(700), Decision::kAdmitted);
  EXPECT_EQ(process->meter(1).TryRecord(1), Decision::kQuotaExceeded);
}

// --- a storm of kills --------------------------------------------------------

struct StormShared {
  struct Tally {
    std::atomic<int64_t> intent{0};  // by its thread, before
    std::atomic<int64_t> done{0};    // and after
  };
  std::array<std::array<std::array<Tally, kQuotaTenants>, 2>, 4> tallies;
  std::atomic<bool> stop{false};

  int64_t Sum(int tenant, std::atomic<int64_t> Tally::*which) const {
    int64_t sum = 0;
    for (const auto& worker : tallies) {
      for (const auto& thread : worker) sum += thread[tenant].*which;
    }
    return sum;
  }
};

void TryForEver(const QuotaProcess& process,
                std::array<StormShared::Tally, kQuotaTenants>* tallies,
                uint32_t seed) {
  std::minstd_rand random(seed);
  for (;;) {
    const auto tenant = random() % kQuotaTenants;
    const auto amount = static_cast<int64_t>(1 + random() % 40);
    StormShared::Tally& tally = (*tallies)[tenant];
    tally.intent += amount;
    const Decision decision =
        process.meter(static_cast<int>(tenant)).TryRecord(amount);
    if (decision == Decision::kAdmitted) {
      tally.done += amount;
    } else {
      tally.intent -= amount;
      if (random() % 64 == 0) usleep(200);
    }
  }
}

TEST_F(AdmissionRacesTest, AStormOfKillsIsNeverOverAndLosesNothing) {
  const char* const asked = std::getenv("DRAWDOWN_TRY_KILLS");
  const int kills = asked != nullptr ? std::atoi(asked) : 60;
  SetLimits(90'000, 60'000, 40'000, 40'000);
  ForkShared<StormShared> storm;
  const auto worker = [&](int index) {
    const auto process = Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        TryForEver(*process, &storm->tallies[index][t],
                   static_cast<uint32_t>(getpid() * 2 + t));
      });
    }
    for (;;) {
      if (!process->Drain().ok()) _exit(1);
      usleep(2'000);
    }
  };
  // Looks at every answer, and now and then there is more to be had.
  const pid_t auditor = Spawn([&] {
    const auto process = Open();
    Random random(1);
    while (!storm->stop) {
      const int64_t limit = rules_->limits[1];
      const int64_t both = rules_->limits[2];
      const int64_t first = process->Usage(0);
      const int64_t second = process->Usage(1);
      const int64_t third = process->Usage(2);
      ASSERT_LE(first + second, both);
      ASSERT_LE(first + second + third, limit);
      if (random.OneIn(20)) {
        rules_->limits[1] += 20'000;
        rules_->limits[2] += 15'000;
        rules_->limits[3] += 10'000;
        rules_->limits[4] += 10'000;
        process->ChangeQuotas();
      }
      if (random.OneIn(30)) rules_->clock_us += process->bucket_us() / 2;
      usleep(500);
    }
  });
  Random random;
  std::array<pid_t, 4> workers{};
  for (int i = 0; i < 4; ++i) {
    workers[i] = Spawn([&, i] { worker(i); });
  }
  for (int i = 0; i < kills; ++i) {
    usleep(static_cast<useconds_t>(random.Between(1'000, 60'000)));
    const auto victim = static_cast<int>(random.Between(0, 3));
    kill(workers[victim], SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(workers[victim], &status, 0), workers[victim]);
    ASSERT_TRUE(WIFSIGNALED(status)) << "a worker gave up";
    workers[victim] = Spawn([&, victim] { worker(victim); });
  }
  for (const pid_t pid : workers) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  storm->stop = true;
  ExpectEnds(auditor);
  {
    const auto process = Open();
    for (int tenant = 0; tenant < 4; ++tenant) {
      const int64_t usage = process->Usage(tenant);
      EXPECT_GE(usage, storm->Sum(tenant, &StormShared::Tally::done));
      EXPECT_LE(usage, storm->Sum(tenant, &StormShared::Tally::intent));
    }
    EXPECT_GT(process->Usage(0), 0);
  }
  ExpectTheRestFits(kPlenty);
}

}  // namespace
}  // namespace drawdown
