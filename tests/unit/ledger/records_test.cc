#include "ledger/records.h"

#include <limits>
#include <set>
#include <variant>

#include "gtest/gtest.h"
#include "ledger/entry.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

Run SampleRun() {
  Run run;
  run.tenant = 7;
  run.pool = 3;
  run.state = RunState::kEnded;
  run.reason = StopReason::kNodeFailure;
  run.sequence = 99;
  run.micro_gpus = 250'000;
  run.source_state = "NODE_FAIL";
  run.segments = {{-5, 10, 1'000'000}, {20, std::nullopt, 250'000}};
  return run;
}

std::string EncodeRun(std::string_view key, const Run& run) {
  std::string bytes;
  AppendRun(key, run, &bytes);
  return bytes;
}

TEST(RecordsTest, RunSurvivesTheRoundTrip) {
  const drawdown::Run run = SampleRun();
  const auto decoded = DecodeRun("key", EncodeRun("key", run));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->segments, run.segments);
  EXPECT_EQ(decoded->source_state, run.source_state);
  EXPECT_EQ(decoded->reason, run.reason);
  EXPECT_EQ(decoded->sequence, run.sequence);
}

TEST(RecordsTest, EveryFlippedBitIsDamage) {
  const std::string bytes = EncodeRun("key", SampleRun());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(DecodeRun("key", flipped),
                IsError(ErrorCode::kCorrupt, "checksum"));
  }
}

TEST(RecordsTest, ARecordUnderAnotherKeyIsDamage) {
  EXPECT_THAT(DecodeRun("other", EncodeRun("key", SampleRun())),
              IsError(ErrorCode::kCorrupt, "checksum"));
}

TEST(RecordsTest, RunsOfAnyNumbersSurviveTheRoundTrip) {
  Random random;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < 3'000; ++i) {
    drawdown::Run run = SampleRun();
    run.micro_gpus = random.Between(0, kMost);
    run.segments.clear();
    for (int64_t left = random.Between(0, 4); left > 0; --left) {
      Segment segment = {random.Between(-kMost, kMost), std::nullopt,
                         run.micro_gpus};
      if (random.OneIn(2)) segment.end_us = random.Between(-kMost, kMost);
      if (random.OneIn(2)) segment.micro_gpus = random.Between(0, kMost);
      run.segments.push_back(segment);
    }
    const auto decoded = DecodeRun("key", EncodeRun("key", run));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->segments, run.segments);
    EXPECT_EQ(decoded->micro_gpus, run.micro_gpus);
  }
}

TEST(RecordsTest, RunKeysKeepIdAndAttempt) {
  std::string key;
  AppendRunKey("job/1 é", 4'000'000'000u, &key);
  EXPECT_EQ(DecodeRunKey(key), (RunKey{"job/1 é", 4'000'000'000u}));
}

TEST(RecordsTest, HeaderOfAnotherFormatIsRefusedByName) {
  Header header;
  header.format = kLedgerFormat + 1;
  EXPECT_THAT(DecodeHeader(EncodeHeader(header)),
              IsError(ErrorCode::kLedgerVersion, "has format 6"));
  header.format = kUpgradedFormat - 1;
  EXPECT_THAT(DecodeHeader(EncodeHeader(header)),
              IsError(ErrorCode::kLedgerVersion, "has format 3"));
  EXPECT_THAT(DecodeHeader("something else"),
              IsError(ErrorCode::kCorrupt, "header"));
}

TEST(EntryTest, EveryKindSurvivesTheRoundTrip) {
  const RunImported row = {"run", 2, 1, 0, 500'000, 5, std::nullopt, "RUNNING"};
  const EntryBody bodies[] = {
      NameAdded{NameKind::kPool, 4, "aws/us-east-1/gb200"},
      row,
      RunImported{"run", 1, 1, 0, 0, std::nullopt, 7, ""},
      RunImported{"run", 1, 1, 0, 1, -9, 7, "Pass"},
      RunChanged{RunChange::kStop, "run", 2, 77, 0, 0, 0, StopReason::kDone},
      RunCorrected{row, true, 12, "wrong tenant"},
      UsageAdded{"u-1", 1, 2, 3, 4, GpuTime(5)},
      UsageAdded{"u-2", 1, 2, 3, 4, GpuTime(5), "bill.csv:6"},
      ContractApplied{"c", 3, "c.textproto", "id: \"c\""},
      CommitLink{9, Sha256Of("x")},
      CapacityStated{3, CapacityState::kReplaced, "node-7", -5, 9, 250'000},
      CapacityStated{0, CapacityState::kDelivered, "", 5, 6, 0},
      PoolPolicySet{"aws/*/gb200", 77, PoolSetting::kLease, 1'800},
      WaiverPolicySet{"acme", "*", StopReason::kFailed, 7, {1, 3}, {}},
      WaiverPolicySet{"", "aws/*", StopReason::kDone, -7, {}, 600},
      RunRefunded{"r-1", "run", 3, GpuTime(5), {1, 2}, "bad node"},
      RunPlaced{"run", 1, "gpu-7", {2, 7}},
      PeriodClosed{"c", "2026-10", -7, 9, 3, "frozen"},
      UsageDrained{1, 2, 3'600'000'000, GpuTime(-5)},
      UsageLost{LossReason::kGone, "0123456789abcdef", 7, 8, GpuTime(9),
                GpuTime(10)},
      QuotaSet{1, "aws/*", QuotaPeriod::kRolling, 7, "", "", "edges", -3,
               QuotaLimit{.nominal = 5, .lending = 1, .borrowing = 2}},
      QuotaSet{2, "*", QuotaPeriod::kInterval, 0, "c", "m", "", 9, {}},
      HoldPlaced{"h", 1, 2, GpuTime(3), 4, -5, 6},
      HoldRenewed{"h", 2, GpuTime(3), GpuTime(4), -5, 6},
      HoldClosed{"h", true, GpuTime(3), -4},
      HoldDrawn{"h", "run", 2},
      TenantMoved{3, 4, -3'600'000'000},
  };
  std::set<size_t> kinds;
  for (const EntryBody& body : bodies) {
    std::string bytes;
    AppendEntry(41, {1'000, body}, &bytes);
    const auto decoded = DecodeEntry(41, bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->recorded_us, 1'000);
    EXPECT_EQ(decoded->body.index(), body.index());
    kinds.insert(body.index());
    std::string again;
    AppendEntry(41, *decoded, &again);
    EXPECT_EQ(again, bytes);
    EXPECT_THAT(DecodeEntry(42, bytes),
                IsError(ErrorCode::kCorrupt, "entry 42"));
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<EntryBody>);
}

}  // namespace
}  // namespace drawdown
