// What the ledger says of quotas and holds: refusals, errors, one hold by name.
#include <algorithm>
#include <chrono>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr char kPool[] = "aws/us-east-1/gb200";

class QuotaAnswersTest : public testing::Test {
 protected:
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

  std::vector<std::string> HoldsLike(const HoldQuery& query) {
    std::vector<std::string> ids;
    EXPECT_THAT(ledger_->VisitHolds(query,
                                    [&](const HoldInfo& hold) {
                                      ids.push_back(hold.hold_id);
                                      return true;
                                    }),
                IsOk());
    return ids;
  }

  ScratchDir dir_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(QuotaAnswersTest, OneHoldIsFoundByItsId) {
  for (const char* id : {"a", "ab", "b"}) {
    ASSERT_THAT(ledger_->PlaceHold(Hold(id, 1)), IsOk());
  }
  HoldQuery query;
  for (const char* id : {"a", "ab", "b"}) {
    query.hold_id = id;
    EXPECT_EQ(HoldsLike(query), std::vector<std::string>{id});
  }
  query.hold_id = "aa";
  EXPECT_EQ(HoldsLike(query), std::vector<std::string>());
  EXPECT_EQ(HoldsLike({}).size(), 3u);
}

TEST_F(QuotaAnswersTest, ABatchNamesNoHoldTwice) {
  const HoldRequest twice[] = {Hold("a", 1), Hold("b", 1), Hold("a", 1)};
  EXPECT_THAT(ledger_->PlaceHolds(twice),
              IsError(ErrorCode::kConflict, "hold a stands twice"));
  EXPECT_EQ(HoldsLike({}), std::vector<std::string>());
}

TEST_F(QuotaAnswersTest, RefusalsNameTheLengthOfARollingWindow) {
  const std::pair<int64_t, const char*> cases[] = {
      {15, "2 GPU-hours in 15 min,"},
      {90, "2 GPU-hours in 90 min,"},
      {120, "2 GPU-hours in 2 h,"}};
  for (const auto& [minutes, text] : cases) {
    QuotaSetting setting = Hours("acme", 2);
    setting.scope.period = QuotaPeriod::kRolling;
    setting.scope.rolling_us = minutes * 60 * kMicrosPerSecond;
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
    const auto admission = ledger_->PlaceHold(Hold("a", 3));
    ASSERT_THAT(admission, IsOk());
    ASSERT_FALSE(admission->admitted());
    const std::string said = DescribeRefusal(*admission->refusal);
    EXPECT_NE(said.find(text), said.npos) << said;
    EXPECT_NE(said.find("; rolls on at "), said.npos) << said;
    setting.limit.reset();
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  }
}

TEST_F(QuotaAnswersTest, ErrorsSayAmountsInUnits) {
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 2)), IsOk());
  QuotaSetting slice = Hours("acme/chat", 3);
  slice.limit->slice = true;
  EXPECT_THAT(ledger_->SetQuota(slice),
              IsError(ErrorCode::kInvalidArgument,
                      "would set aside 10800 GPU-seconds, more than its 7200 "
                      "GPU-seconds"));
  EXPECT_THAT(ledger_->SetQuota(Hours("acme", -1)),
              IsError(ErrorCode::kInvalidArgument,
                      "a limit of -3600 GPU-seconds is not in 0 to"));
  QuotaSetting rolling = Hours("acme", 1);
  rolling.scope.period = QuotaPeriod::kRolling;
  rolling.scope.rolling_us = 1'200 * kMicrosPerSecond;
  EXPECT_THAT(
      ledger_->SetQuota(rolling),
      IsError(ErrorCode::kInvalidArgument,
              "a rolling period of 1200 s is not whole buckets of 900 s"));
  ASSERT_THAT(ledger_->PlaceHold(Hold("a", 1)), IsOk());
  HoldRequest longer = Hold("a", 1);
  longer.ttl_us += 500'000;
  EXPECT_THAT(
      ledger_->PlaceHold(longer),
      IsError(ErrorCode::kConflict, "0 GPUs for 3600 s; this says acme/chat"));
  longer.ttl_us = 0;
  EXPECT_THAT(ledger_->PlaceHold(longer),
              IsError(ErrorCode::kBadRow, "it would last 0 s;"));
}

TEST_F(QuotaAnswersTest, HoldersAreThereForEachUnit) {
  QuotaSetting gpus;
  gpus.scope.tenant = "acme";
  gpus.scope.period = QuotaPeriod::kAtOnce;
  gpus.limit.emplace();
  gpus.limit->nominal = 64 * kMicroGpusPerGpu;
  ASSERT_THAT(ledger_->SetQuota(gpus), IsOk());
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 20)), IsOk());
  ASSERT_THAT(ledger_->SetQuota(Hours("acme/chat", 10)), IsOk());
  HoldRequest both = Hold("both", 1);
  both.micro_gpus = 8 * kMicroGpusPerGpu;
  ASSERT_THAT(ledger_->PlaceHold(both), IsOk());
  ASSERT_THAT(ledger_->PlaceHold(Hold("time", 2)), IsOk());
  const auto explained = ledger_->ExplainQuota({.tenant = "acme/chat"});
  ASSERT_THAT(explained, IsOk());
  std::vector<std::string> found;
  for (const QuotaHolder& holder : explained->holders) {
    found.push_back(holder.hold_id + " " +
                    std::string(QuotaPeriodName(holder.period)) + " " +
                    FormatGpuSeconds(GpuTime(holder.held)));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{"both at_once 8", "both month 3600",
                                      "time month 7200"}));
}

}  // namespace
}  // namespace drawdown
