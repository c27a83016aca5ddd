// Random histories of single calls on quotas, from 8 processes x 4 threads and
// from few: usage that meters admit, holds placed, two at once too, renewed,
// settled and released, holds that expire, runs that start, grow and stop,
// limits that change, of GPU time and of GPUs at once, and windows that turn
// meanwhile; beside slices that keep, lend and borrow, too. What was answered
// must be explained by some order of the calls (tests/support/quota_history.h).
//
// $DRAWDOWN_HISTORIES: how many; $DRAWDOWN_SEED repeats the calls, not their
// interleaving.
#include "tests/support/quota_history.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/crash/quota_callers.h"
#include "tests/support/fork_shared.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

// Many meet everywhere; of few it is known better what they must be answered.
constexpr std::array<Crowd, 4> kCrowds = {{{8, 4}, {2, 1}, {1, 3}, {3, 1}}};

QuotaHistory HistoryOf(const Shared& shared) {
  QuotaHistory history;
  history.bucket_us = kMicrosPerHour;
  history.start_us = kStart;
  const int quotas = shared.quotas();
  history.quotas = {{0b111, 1, FirstLimit(0, shared.kind, quotas)},
                    {0b110, 1, FirstLimit(1, shared.kind, quotas)},
                    {0b111, 3, FirstLimit(2, shared.kind, quotas)}};
  history.quotas.resize(static_cast<size_t>(quotas));
  if (shared.kind == Quotas::kSlice) {
    history.quotas[0].kept_for = 0b110;
    history.quotas[0].kept = history.quotas[1].limit - kSliceLends;
    history.quotas[1].limit += kSliceBorrows;
  }
  history.quotas.push_back({0b0111, 1, kFirstGpus, true});
  history.quotas.push_back({0b1000, 1, kFirstGpus, true});
  for (size_t i = 0; i < shared.calls.size(); ++i) {
    history.calls.insert(history.calls.end(), shared.calls[i].begin(),
                         shared.calls[i].begin() + shared.counts[i]);
  }
  history.limits.assign(shared.limits.begin(),
                        shared.limits.begin() + shared.limit_count);
  history.clock.assign(shared.clock.begin(),
                       shared.clock.begin() + shared.clock_count);
  return history;
}

class QuotaHistoryTest : public testing::Test {
 protected:
  void Take(const Crowd& crowd, Quotas kind, uint64_t salt) {
    ScratchDir dir;
    const std::string path = dir.Path("books");
    ForkShared<Shared> shared;
    shared->kind = kind;
    {
      const std::unique_ptr<Ledger> ledger = OpenShared(path, &*shared);
      ASSERT_NE(ledger, nullptr);
      const int quotas = shared->quotas();
      for (int quota = 0; quota < quotas + kAtOnceQuotas; ++quota) {
        ASSERT_THAT(SetLimit(ledger.get(), quota, *shared,
                             FirstLimit(quota, kind, quotas)),
                    IsOk());
      }
    }
    std::vector<pid_t> children;
    for (int i = 0; i < crowd.processes; ++i) {
      const pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) _exit(RunProcess(path, &*shared, crowd, i, salt));
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    EXPECT_EQ(shared->failures, 0);
    busy_ += shared->busy;
    Judge(HistoryOf(*shared));
    const std::unique_ptr<Ledger> ledger = OpenShared(path, &*shared);
    ASSERT_NE(ledger, nullptr);
    const auto report = ledger->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
  }

  void Judge(const QuotaHistory& history) {
    for (const std::string& finding : HistoryChecker(history).Check()) {
      ADD_FAILURE() << finding;
    }
    calls_ += history.calls.size();
    turns_ += history.clock.size() + history.limits.size();
    for (const AskedCall& call : history.calls) {
      admitted_ += call.admitted;
      batches_ += call.beside > 0;
    }
  }

  size_t calls_ = 0;
  size_t admitted_ = 0;
  size_t batches_ = 0;
  size_t turns_ = 0;
  int busy_ = 0;
};

TEST_F(QuotaHistoryTest, SomeOrderOfTheCallsExplainsEveryAnswer) {
  const char* const wanted = std::getenv("DRAWDOWN_HISTORIES");
  const int histories = wanted == nullptr ? 2 : std::atoi(wanted);
  TestSeed();  // Printed once, before there are processes.
  int kind = 0;
  for (int round = 0; round < histories && !HasFailure(); ++round) {
    for (const Crowd& crowd : kCrowds) {
      SCOPED_TRACE("history " + std::to_string(round) + " of " +
                   std::to_string(crowd.processes) + " processes x " +
                   std::to_string(crowd.threads) + " threads");
      Take(crowd, static_cast<Quotas>(kind++ % 3),
           static_cast<uint64_t>(round));
    }
  }
  std::cerr << histories << " histories of each crowd: " << calls_ << " calls, "
            << admitted_ << " admitted, " << calls_ - admitted_ << " refused, "
            << batches_ << " of them batches, " << turns_
            << " turns of the clock and limits, " << busy_ << " busy\n";
  EXPECT_GT(admitted_, 0u);
  EXPECT_GT(calls_ - admitted_, batches_);
  EXPECT_GT(batches_, 0u);
}

}  // namespace
}  // namespace drawdown
