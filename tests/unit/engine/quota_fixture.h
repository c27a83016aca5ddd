// A ledger of quotas and holds at one pool, for tests of what it answers.
#ifndef DRAWDOWN_TESTS_UNIT_ENGINE_QUOTA_FIXTURE_H_
#define DRAWDOWN_TESTS_UNIT_ENGINE_QUOTA_FIXTURE_H_

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {

class QuotaFixture : public testing::Test {
 protected:
  static constexpr char kPool[] = "aws/us-east-1/gb200";

  void SetUp() override {
    OpenOptions options;
    options.create_if_missing = true;
    options.bucket = std::chrono::minutes(15);
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  static QuotaSetting Hours(const std::string& tenant, int64_t hours) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.limit.emplace();
    setting.limit->nominal = Int128{hours} * kMicrosPerHour;
    return setting;
  }

  static HoldRequest Hold(const std::string& id, int64_t hours) {
    HoldRequest request;
    request.hold_id = id;
    request.tenant = "acme/chat";
    request.pool = kPool;
    request.gpu_time = GpuTime(Int128{hours} * kMicrosPerHour);
    return request;
  }

  static QuotaSetting AtOnce(const std::string& tenant, int64_t gpus) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.scope.period = QuotaPeriod::kAtOnce;
    setting.limit.emplace();
    setting.limit->nominal = gpus * kMicroGpusPerGpu;
    return setting;
  }

  ScratchDir dir_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_ENGINE_QUOTA_FIXTURE_H_
