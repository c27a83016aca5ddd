// A process under quotas, whose meters are tried one call after the other.
#ifndef DRAWDOWN_TESTS_UNIT_SETTLE_TRIED_QUOTAS_H_
#define DRAWDOWN_TESTS_UNIT_SETTLE_TRIED_QUOTAS_H_

#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/quota_process.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {

class TriedQuotasTest : public testing::Test {
 protected:
  // Of the quotas over t0, t1 and t2; over t0 and t1; over t0; over t1.
  void Start(int64_t all, int64_t both, int64_t first, int64_t second) {
    QuotaProcess::MakeBooks(path_);
    SetLimits(all, both, first, second);
    process_ = std::make_unique<QuotaProcess>(path_, &*rules_);
  }
  void SetLimits(int64_t all, int64_t both, int64_t first, int64_t second) {
    const int64_t limits[] = {0, all, both, first, second};
    for (uint32_t i = 1; i <= kQuotas; ++i) rules_->limits[i] = limits[i];
    if (process_ != nullptr) process_->ChangeQuotas();
  }
  // How many of `calls` were admitted; none may be kBusy.
  int64_t Try(int tenant, int64_t calls, int64_t gpu_us = 1) {
    int64_t admitted = 0;
    for (int64_t i = 0; i < calls; ++i) {
      const Decision decision = process_->meter(tenant).TryRecord(gpu_us);
      EXPECT_NE(decision, Decision::kBusy);
      admitted += decision == Decision::kAdmitted;
    }
    return admitted;
  }
  int64_t TryInThread(int tenant, int64_t calls) {
    int64_t admitted = 0;
    std::thread([&] { admitted = Try(tenant, calls); }).join();
    return admitted;
  }
  void ExpectRoomAsInBooks() {
    for (int i = 0; i < 2; ++i) ASSERT_THAT(process_->Drain(), IsOk());
    for (uint32_t quota = 1; quota <= kQuotas; ++quota) {
      ASSERT_THAT(process_->keeper().Recall(quota), IsOk());
      EXPECT_EQ(process_->Room(quota), process_->RoomInBooks(quota)) << quota;
    }
  }

  ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
  ForkShared<QuotaRules> rules_;
  std::unique_ptr<QuotaProcess> process_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_SETTLE_TRIED_QUOTAS_H_
