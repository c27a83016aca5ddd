#include "ledger/waivers.h"

#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

Run Ended(StopReason reason, std::vector<Segment> segments) {
  Run run;
  run.state = RunState::kEnded;
  run.reason = reason;
  run.segments = std::move(segments);
  return run;
}

TEST(WaiversTest, ImportedRunsStopForSlurmsReason) {
  const struct {
    StopReason told;
    const char* state;
    StopReason reason;
  } kCases[] = {
      {StopReason::kUnknown, "NODE_FAIL", StopReason::kNodeFailure},
      {StopReason::kUnknown, "PREEMPTED", StopReason::kPreempted},
      {StopReason::kUnknown, "CANCELLED by 1001", StopReason::kCancelled},
      {StopReason::kUnknown, "FAILED", StopReason::kFailed},
      {StopReason::kUnknown, "TIMEOUT", StopReason::kFailed},
      {StopReason::kUnknown, "OUT_OF_MEMORY", StopReason::kFailed},
      {StopReason::kUnknown, "DEADLINE", StopReason::kFailed},
      {StopReason::kUnknown, "LAUNCH_FAILED", StopReason::kFailed},
      {StopReason::kUnknown, "BOOT_FAIL", StopReason::kNodeFailure},
      {StopReason::kUnknown, "REVOKED", StopReason::kCancelled},
      {StopReason::kUnknown, "COMPLETED", StopReason::kDone},
      {StopReason::kUnknown, "Killed", StopReason::kUnknown},
      {StopReason::kLost, "NODE_FAIL", StopReason::kLost}};
  for (const auto& one : kCases) {
    auto run = Ended(one.told, {{0, 1, 1}});
    run.source_state = one.state;
    EXPECT_EQ(ReasonOf(run), one.reason) << one.state;
  }
}

TEST(WaiversTest, WhatCouldNeverApplyIsRefused) {
  for (const char* tenant : {"a/*", "a//b", "/", "a/./b"}) {
    WaiverPolicySet waiver;
    waiver.pool = "*";
    waiver.tenant = tenant;
    EXPECT_THAT(CheckWaiver(waiver), IsError(ErrorCode::kBadRow, "tenant"));
  }
  WaiverPolicySet waiver;
  for (const char* pool : {"", "aws//x", "/aws", "aw*"}) {
    waiver.pool = pool;
    EXPECT_THAT(CheckWaiver(waiver), IsError(ErrorCode::kBadRow, "pool"));
  }
  waiver.pool = "aws/*";
  EXPECT_THAT(CheckWaiver(waiver), IsOk());
}

TEST(WaiversTest, DeepestTenantThenLiteralPoolThenLatestThenNewest) {
  const auto waiver = [](const char* tenant, const char* pool, int64_t from_us,
                         int64_t num) {
    return StoredWaiver{
        tenant, pool, StopReason::kFailed, from_us, Ratio{num, 1'000}, {}};
  };
  const WaiverList waivers = {waiver("", "*", 0, 1),
                              waiver("acme", "*", 0, 3),
                              waiver("acme", "aws/x", 0, 7),
                              waiver("acme", "aws/x", 50, 9),
                              waiver("acme", "aws/x", 50, 11),
                              waiver("acme", "aws/x", 200, 13),
                              waiver("acme/chat/deep", "*", 0, 17)};
  const struct {
    const char* tenant;
    const char* pool;
    int64_t stop_us;
    int64_t num;
  } kCases[] = {
      {"other", "aws/x", 100, 1},    {"acme/chat", "gcp/x", 100, 3},
      {"acme/chat", "aws/x", 49, 7}, {"acme/chat", "aws/x", 50, 11},
      {"acme", "aws/x", 200, 13},    {"acme/chat/deep", "aws/x", 200, 17}};
  for (const auto& one : kCases) {
    const auto run = Ended(StopReason::kFailed, {{0, one.stop_us, 1}});
    const StoredWaiver* const found =
        WaiverFor(waivers, run, one.tenant, one.pool);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->share.num, one.num) << one.tenant << " " << one.stop_us;
  }
  const auto done = Ended(StopReason::kDone, {{0, 9, 1}});
  EXPECT_EQ(WaiverFor(waivers, done, "acme", "aws/x"), nullptr);
}

// Whatever is waived, no stretch of time has more of it than was used, and the
// stretches sum to the whole.
TEST(WaiversTest, NoStretchHasMoreWaivedThanUsed) {
  Random random;
  for (int round = 0; round < 300; ++round) {
    auto run = Ended(StopReason::kFailed, {});
    int64_t at_us = 0;
    for (int i = 0; i < 4; ++i) {
      const int64_t start_us = at_us + random.Between(0, 2);
      at_us = start_us + random.Between(0, 39);
      run.segments.push_back({start_us, at_us, random.Between(0, 3'000'000)});
    }
    StoredWaiver waiver;
    waiver.share = {random.Between(0, 3), 3};
    if (random.OneIn(2)) waiver.last_us = random.Between(1, 90);
    const GpuTime refunds(random.Between(0, 200));
    const auto usage =
        WaivedUsage::Of(run, random.OneIn(5) ? nullptr : &waiver, refunds);
    ASSERT_THAT(usage, IsOk());
    GpuTime sum;
    int64_t from_us = -1;
    while (from_us < at_us + 1) {
      const int64_t to_us = from_us + 1 + random.Between(0, 8);
      const GpuTime waived = *usage->Until(to_us) - *usage->Until(from_us);
      EXPECT_LE(GpuTime(), waived);
      EXPECT_LE(waived, UsedUntil(run, to_us) - UsedUntil(run, from_us));
      sum += waived;
      from_us = to_us;
    }
    EXPECT_EQ(sum, usage->by_policy() + usage->refunded());
    EXPECT_LE(sum, usage->metered());
  }
}

}  // namespace
}  // namespace drawdown
