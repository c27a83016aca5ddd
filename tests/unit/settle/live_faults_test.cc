// A full disk: named errors, no signal, nothing lost, and counting goes on.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kStart = 493'000 * kMicrosPerHour;

class LiveFaultsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (mount("tmpfs", dir_.Path("").c_str(), "tmpfs", 0, "size=24m") != 0) {
      GTEST_SKIP() << "mounting a tmpfs is not permitted here";
    }
    mounted_ = true;
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [] { return kStart + kMicrosPerSecond; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }
  void TearDown() override {
    ledger_.reset();
    // What this process counts in stays mapped, so the mount goes lazily.
    if (!mounted_) return;
    EXPECT_EQ(umount2(dir_.Path("").c_str(), MNT_DETACH), 0);
  }

  // Leaves no room at all.
  void FillDisk() {
    std::ofstream out(dir_.Path("ballast"), std::ios::binary);
    const std::string chunk(4'096, 'x');
    while (out.write(chunk.data(), chunk.size()).flush()) {
    }
  }
  void FreeDisk() { unlink(dir_.Path("ballast").c_str()); }

  // Fills the room that the books have reserved as well.
  void FillBooks() {
    for (int i = 0;; ++i) {
      RunStart run;
      run.key.run_id = "run-" + std::to_string(i) + std::string(150, 'x');
      run.tenant = "filler";
      run.pool = "p";
      run.micro_gpus = 0;
      run.at_us = kStart;
      const absl::Status status = ledger_->StartRun(run).status();
      if (GetErrorCode(status) == ErrorCode::kDiskFull) return;
      ASSERT_THAT(status, IsOk());
    }
  }
  GpuTime Total() {
    const auto answer = ledger_->Usage({});
    EXPECT_THAT(answer, IsOk());
    return answer->total;
  }

  ScratchDir dir_;
  bool mounted_ = false;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(LiveFaultsTest, AMeterThatHasNoRoomIsAnError) {
  ASSERT_THAT(ledger_->Drain(), IsOk());
  FillDisk();
  EXPECT_THAT(ledger_->meter("acme", "p"), IsError(ErrorCode::kDiskFull, ""));
  FreeDisk();
  const auto meter = ledger_->meter("acme", "p");
  ASSERT_THAT(meter, IsOk());
  meter->Record(3);
  EXPECT_EQ(Total(), GpuTime(3));
}

TEST_F(LiveFaultsTest, AThreadWithoutALaneCountsInThatOfTheProcess) {
  const auto meter = ledger_->meter("acme", "p");
  ASSERT_THAT(meter, IsOk());
  FillDisk();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&meter] {
      for (int i = 0; i < 5'000; ++i) meter->Record(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Total(), GpuTime(40'000));
  const auto view = ledger_->Live();
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(view->owners.at(0).lanes, 1u);  // the overflow lane alone
  FreeDisk();
  // And a thread that asks often enough is given one.
  for (int i = 0; i < 5'000; ++i) meter->Record(1);
  EXPECT_EQ(ledger_->Live()->owners.at(0).lanes, 2u);
  EXPECT_EQ(Total(), GpuTime(45'000));
}

TEST_F(LiveFaultsTest, ADrainWithoutRoomLosesNothingAndLaterSucceeds) {
  // So many that their watermarks take more pages than the books have free.
  constexpr int kMeters = 20'000;
  std::vector<MeterName> names;
  for (int i = 0; i < kMeters; ++i)
    names.push_back({"t/" + std::to_string(i), "p"});
  const auto meters = ledger_->meters(names);
  ASSERT_THAT(meters, IsOk());
  const auto record = [&meters](int64_t gpu_us) {
    for (const Meter& meter : *meters) meter.Record(gpu_us);
  };
  record(1);
  FillDisk();
  FillBooks();
  record(10);
  EXPECT_THAT(ledger_->Drain(), IsError(ErrorCode::kDiskFull, ""));
  record(100);
  EXPECT_EQ(Total(), GpuTime(111 * kMeters));
  FreeDisk();
  EXPECT_THAT(ledger_->Drain(), IsOk());
  EXPECT_EQ(Total(), GpuTime(111 * kMeters));
  EXPECT_EQ(ledger_->Live()->undrained, GpuTime(0));
}

}  // namespace
}  // namespace drawdown
