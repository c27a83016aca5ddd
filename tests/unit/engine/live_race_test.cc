// Queries of live usage while others drain, one step at a time: what storms
// (tests/crash/meter_storm_test.cc) hit by chance.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "settle/live_usage.h"
#include "store/lmdb_store.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class LiveRaceTest : public testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    auto ledger = Ledger::Open(path_, options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
    auto store = OpenLmdbStore(path_, {});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    live_ = std::make_unique<LiveDirectory>(
        LivePath(), *ParseUuid(ledger_->Info().uuid), *BootId());
  }
  std::string LivePath() const {
    return std::filesystem::canonical(path_) / "live";
  }
  // A process that counts and ends; its file is there and in no books.
  void CountInADeadProcess(int64_t gpu_us) {
    const auto meter = ledger_->meter("acme", "p");
    ASSERT_THAT(meter, IsOk());
    const pid_t child = fork();
    if (child == 0) {
      meter->Record(gpu_us);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  GpuTime SumOf(const LiveUsage& usage) {
    GpuTime sum;
    for (const LiveAmount& amount : usage.amounts.amounts) {
      sum += amount.gpu_time;
    }
    return sum;
  }

  ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LiveDirectory> live_;
};

TEST_F(LiveRaceTest, AFileTakenAwayAfterTheSnapshotIsNotMissed) {
  CountInADeadProcess(5);
  const auto files = live_->List();
  ASSERT_THAT(files, IsOk());
  const auto books = store_->BeginRead();
  ASSERT_THAT(books, IsOk());
  // The file's first drain is its last: the snapshot does not know it, and the
  // directory has it no more.
  const auto drained = ledger_->Drain();
  ASSERT_THAT(drained, IsOk());
  ASSERT_EQ(drained->retired, 1u);
  const auto usage = ReadLiveUsage(books->get(), live_.get(), *files, 0, false);
  ASSERT_THAT(usage, IsOk());
  EXPECT_FALSE(usage->has_value());
}

TEST_F(LiveRaceTest, BooksThatStandStillAreAnsweredAtOnce) {
  CountInADeadProcess(5);
  const auto books = store_->BeginWrite();
  ASSERT_THAT(books, IsOk());
  const auto files = live_->List();
  ASSERT_THAT(files, IsOk());
  // Some earlier drain was slow to take its files away.
  const auto usage = ReadLiveUsage(books->get(), live_.get(), *files, 0, true);
  ASSERT_THAT(usage, IsOk());
  ASSERT_TRUE(usage->has_value());
  EXPECT_EQ(SumOf(**usage), GpuTime(5));
}

size_t OpenFiles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TEST_F(LiveRaceTest, FilesThatOthersTookAwayAreNotHeldOpen) {
  ASSERT_THAT(ledger_->meter("acme", "p"), IsOk());
  const size_t before = OpenFiles();
  for (int i = 0; i < 5; ++i) {
    CountInADeadProcess(5);
    ASSERT_THAT(ledger_->Live(), IsOk());  // Opens it.
    const pid_t child = fork();
    if (child == 0) {
      const auto ledger = Ledger::Open(path_, {});
      _exit(ledger.ok() && (*ledger)->Drain().ok() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  ASSERT_THAT(ledger_->Live(), IsOk());
  EXPECT_LE(OpenFiles(), before + 1);  // of this process's own file
}

TEST_F(LiveRaceTest, WhatADeadProcessBeganToMakeIsTidiedAway) {
  CountInADeadProcess(5);
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  int status = 0;
  ASSERT_EQ(waitpid(dead, &status, 0), dead);
  const std::string pid = std::to_string(dead);
  const std::string lanes = LivePath() + "/" + pid + ".new";
  const std::string epoch =
      LivePath() + "/epoch." + *BootId() + "." + pid + ".new";
  const std::string mine = LivePath() + "/" + std::to_string(getpid()) + ".new";
  for (const std::string& path : {lanes, epoch, mine}) std::ofstream(path) << 1;
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_FALSE(std::filesystem::exists(lanes));
  EXPECT_FALSE(std::filesystem::exists(epoch));
  EXPECT_TRUE(std::filesystem::exists(mine));
}

}  // namespace
}  // namespace drawdown
