// What a refusal says: its numbers, and whose they are.
#include <string>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/engine/quota_fixture.h"

namespace drawdown {
namespace {

class RefusalTest : public QuotaFixture {};

// All of a batch is asked for, of what there was before it: what meters took is
// used, what the parts before were promised is not.
TEST_F(RefusalTest, ARefusedBatchIsSeenAsBeforeIt) {
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 10)), IsOk());
  const auto meter = ledger_->meter("acme/chat", kPool);
  ASSERT_THAT(meter, IsOk());
  ASSERT_EQ(meter->TryRecord(kMicrosPerHour), Decision::kAdmitted);
  ASSERT_THAT(ledger_->PlaceHold(Hold("before", 2)), IsOk());
  const auto expect = [&](int64_t more, int64_t asked) {
    const HoldRequest batch[] = {Hold("a", 3), Hold("b", 3), Hold("c", more)};
    const auto placed = ledger_->PlaceHolds(batch);
    ASSERT_THAT(placed, IsOk());
    ASSERT_FALSE(placed->admitted());
    const std::string words = DescribeRefusal(*placed->refusal);
    EXPECT_EQ(words.substr(0, words.find(';')),
              "acme on *: 10 GPU-hours a month, 1 used, 2 held, " +
                  std::to_string(asked) + " asked by all up to c");
  };
  expect(2, 8);   // The last is refused beside what the meter took,
  expect(5, 11);  // or by the books alone.
  // Nothing of it stays promised.
  ASSERT_THAT(ledger_->PlaceHold(Hold("after", 7)), IsOk());
  EXPECT_EQ(ledger_->Quotas()->front().available, 0);
}

// What tasks before the refused one took is asked, and not used.
TEST_F(RefusalTest, RefusedTasksAreSeenAsBeforeThem) {
  ASSERT_THAT(ledger_->SetQuota(AtOnce("acme", 5)), IsOk());
  HoldRequest hold = Hold("h", 1);
  hold.micro_gpus = kMicroGpusPerGpu;
  ASSERT_THAT(ledger_->PlaceHold(hold), IsOk());
  const auto now_us = ledger_->HoldTime();
  ASSERT_THAT(now_us, IsOk());
  RunStart start;
  start.tenant = "acme/chat";
  start.pool = kPool;
  start.micro_gpus = kMicroGpusPerGpu;
  start.at_us = *now_us;
  start.key.run_id = "r";
  ASSERT_THAT(ledger_->StartRun(start), IsOk());
  std::vector<RunStart> starts;
  for (const char* id : {"t[0]", "t[1]", "t[2]", "t[3]", "t[4]"}) {
    start.key.run_id = id;
    // The first has its GPU from a hold.
    start.hold_id = starts.empty() ? "h" : "";
    starts.push_back(start);
  }
  const auto refused = ledger_->StartRuns(starts);
  ASSERT_THAT(refused, IsOk());
  ASSERT_FALSE(refused->admitted());
  EXPECT_EQ(refused->refusal->id, "t[4]");
  EXPECT_EQ(DescribeRefusal(*refused->refusal),
            "acme on *: 5 GPUs at once, 1 used, 1 held, 4 asked by all up to "
            "t[4]");
  // A refusal of one has nothing before it.
  start.micro_gpus = 4 * kMicroGpusPerGpu;
  const auto alone = ledger_->StartRun(start);
  ASSERT_THAT(alone, IsOk());
  ASSERT_FALSE(alone->admitted());
  EXPECT_EQ(DescribeRefusal(*alone->refusal),
            "acme on *: 5 GPUs at once, 1 used, 1 held, 4 asked");
}

// A correction says that the run never had the GPUs that it gave back, so that
// its hold keeps them, beside who has them by now: they are no room to grow.
TEST_F(RefusalTest, GpusThatACorrectionGivesBackAreNotThereTwice) {
  ASSERT_THAT(ledger_->SetQuota(AtOnce("acme", 4)), IsOk());
  HoldRequest hold = Hold("h", 100);
  hold.micro_gpus = 4 * kMicroGpusPerGpu;
  hold.ttl_us = 24 * kMicrosPerHour;
  ASSERT_THAT(ledger_->PlaceHold(hold), IsOk());
  const auto now_us = ledger_->HoldTime();
  ASSERT_THAT(now_us, IsOk());
  RunStart start;
  start.key.run_id = "r";
  start.tenant = "acme/chat";
  start.pool = kPool;
  start.micro_gpus = 4 * kMicroGpusPerGpu;
  start.at_us = *now_us;
  start.hold_id = "h";
  ASSERT_THAT(ledger_->StartRun(start), IsOk());
  const auto resized = [&](int64_t to, int64_t after_us) {
    const auto admission =
        ledger_->ResizeRun({"r"}, to * kMicroGpusPerGpu, *now_us + after_us);
    EXPECT_THAT(admission, IsOk());
    return admission->refusal ? DescribeRefusal(*admission->refusal) : "";
  };
  ASSERT_EQ(resized(2, 1), "");
  start.key.run_id = "other";
  start.micro_gpus = 2 * kMicroGpusPerGpu;
  start.hold_id = "";
  ASSERT_TRUE(ledger_->StartRun(start)->admitted());
  const std::string corrected =
      "run_id,tenant,pool,gpus,start,end\nr,acme/chat," + std::string(kPool) +
      ",2," + FormatInstant(*now_us) + ",\n";
  ASSERT_THAT(
      ledger_->CorrectRunsFile(dir_.Write("corrected", corrected), "as told"),
      IsOk());
  EXPECT_EQ(resized(4, 2),
            "acme on *: 4 GPUs at once, 4 used, 0 held, 2 asked");
  // Where the other has ended there is room.
  ASSERT_THAT(ledger_->StopRun({"other"}, *now_us, StopReason::kDone), IsOk());
  EXPECT_EQ(resized(4, 3), "");
}

// As many digits as tell a GPU-microsecond from the next.
TEST_F(RefusalTest, RefusalsAddUpToTheMicrosecond) {
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 10)), IsOk());
  ASSERT_THAT(ledger_->PlaceHold(Hold("h", 4)), IsOk());
  const auto words = [&](Int128 micros) {
    HoldRequest request = Hold("a", 0);
    request.gpu_time = GpuTime(micros);
    const auto placed = ledger_->PlaceHold(request);
    EXPECT_THAT(placed, IsOk());
    if (!placed.ok() || placed->admitted()) return std::string("admitted");
    const std::string said = DescribeRefusal(*placed->refusal);
    return said.substr(0, said.find(';'));
  };
  EXPECT_EQ(words(Int128{6} * kMicrosPerHour + 1),
            "acme on *: 10 GPU-hours a month, 0 used, 4 held, "
            "6.0000000003 asked");
  ASSERT_THAT(ledger_->PlaceHold(Hold("all", 6)), IsOk());
  EXPECT_EQ(words(1),
            "acme on *: 10 GPU-hours a month, 0 used, 10 held, "
            "0.0000000003 asked");
}

TEST_F(RefusalTest, RefusalsNameTheLengthOfARollingWindow) {
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

}  // namespace
}  // namespace drawdown
