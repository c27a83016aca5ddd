// TryRecord where the disk has no room for a slice: exact all the same.
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/quota_process.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kLimit = 5'000;

class AdmissionNoRoomTest : public testing::Test {
 protected:
  void SetUp() override {
    if (mount("tmpfs", dir_.Path("").c_str(), "tmpfs", 0, "size=24m") != 0) {
      GTEST_SKIP() << "mounting a tmpfs is not permitted here";
    }
    mounted_ = true;
    QuotaProcess::MakeBooks(dir_.Path("books"));
    for (uint32_t i = 1; i <= kQuotas; ++i) rules_->limits[i] = kLimit;
    process_ = std::make_unique<QuotaProcess>(dir_.Path("books"), &*rules_);
  }
  void TearDown() override {
    process_ = nullptr;
    // What this process counts in stays mapped, so the mount goes lazily.
    if (!mounted_) return;
    EXPECT_EQ(umount2(dir_.Path("").c_str(), MNT_DETACH), 0);
  }
  void FillDisk() {
    std::ofstream out(dir_.Path("ballast"), std::ios::binary);
    const std::string chunk(4'096, 'x');
    while (out.write(chunk.data(), chunk.size()).flush()) {
    }
  }
  void FreeDisk() { unlink(dir_.Path("ballast").c_str()); }

  // Until it is refused.
  int64_t TryAll() {
    int64_t admitted = 0;
    for (;;) {
      const Decision decision = process_->meter(0).TryRecord(1);
      EXPECT_NE(decision, Decision::kBusy);
      if (decision != Decision::kAdmitted) return admitted;
      ++admitted;
    }
  }

  ScratchDir dir_;
  bool mounted_ = false;
  ForkShared<QuotaRules> rules_;
  std::unique_ptr<QuotaProcess> process_;
};

TEST_F(AdmissionNoRoomTest, AThreadWithoutASliceIsAdmittedPastIt) {
  process_->ChangeQuotas();
  FillDisk();
  std::atomic<int64_t> admitted{0};  // summed by the threads
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] { admitted += TryAll(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, kLimit);
  EXPECT_EQ(process_->Usage(0), kLimit);
  FreeDisk();
  for (uint32_t i = 1; i <= kQuotas; ++i) rules_->limits[i] = 3 * kLimit;
  process_->ChangeQuotas();
  EXPECT_EQ(TryAll(), 2 * kLimit);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(process_->Usage(0), 3 * kLimit);
}

}  // namespace
}  // namespace drawdown
