// The arithmetic of one meter's watermark.
#include "settle/file_drain.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr MeterIds kIds = {3, 4};

class FileDrainTest : public testing::Test {
 protected:
  FileDrain Drain(bool last = false) {
    return FileDrain(epoch_, last, &leaving_);
  }
  GpuTime Leaving(uint32_t bank) { return leaving_[{3, 4}][bank]; }

  LiveEpoch epoch_ = {.buckets = {10, 9}, .active = 0};
  OpenUsage leaving_;
  Watermark mark_;
};

TEST_F(FileDrainTest, TheActiveBankIsOnlyNoted) {
  FileDrain drain = Drain();
  drain.Advance({70, 0}, kIds, &mark_);
  EXPECT_EQ(mark_, (Watermark{3, 4, {0, 0}, {70, 0}}));
  EXPECT_EQ(drain.news(), GpuTime(70));
  EXPECT_EQ(drain.meters(), 1u);
  EXPECT_TRUE(leaving_.empty());
}

TEST_F(FileDrainTest, TheOtherBankLeavesWhole) {
  FileDrain drain = Drain();
  drain.Advance({70, 5}, kIds, &mark_);
  EXPECT_EQ(mark_, (Watermark{3, 4, {0, 5}, {70, 5}}));
  EXPECT_EQ(Leaving(1), GpuTime(5));
}

TEST_F(FileDrainTest, WhatWasDrainedBeforeLeavesWithTheRest) {
  mark_ = {3, 4, {0, 5}, {0, 8}};
  FileDrain drain = Drain();
  drain.Advance({0, 10}, kIds, &mark_);
  EXPECT_EQ(Leaving(1), GpuTime(5));
  EXPECT_EQ(drain.news(), GpuTime(2));
}

TEST_F(FileDrainTest, TheLastDrainLeavesNothingBehind) {
  FileDrain drain = Drain(true);
  drain.Advance({70, 5}, kIds, &mark_);
  EXPECT_EQ(Leaving(0), GpuTime(70));
  EXPECT_EQ(Leaving(1), GpuTime(5));
  EXPECT_EQ(mark_.base, mark_.drained);
}

TEST_F(FileDrainTest, ACounterBehindIsALossAndNeverNegative) {
  mark_ = {3, 4, {10, 0}, {100, 0}};
  FileDrain drain = Drain();
  drain.Advance({60, 0}, kIds, &mark_);
  EXPECT_EQ(drain.loss().meters, 1u);
  EXPECT_EQ(drain.loss().behind, GpuTime(40));
  EXPECT_EQ(Leaving(0), GpuTime(90));  // what the books had
  // From there on it counts again, at once.
  drain.Advance({61, 0}, kIds, &mark_);
  EXPECT_EQ(drain.news(), GpuTime(1));
}

TEST_F(FileDrainTest, AMeterWithoutANameIsALossOfWhatItCounted) {
  FileDrain drain = Drain();
  drain.Advance({7, 2}, std::nullopt, &mark_);
  EXPECT_EQ(drain.loss().meters, 1u);
  EXPECT_EQ(drain.loss().uncounted, GpuTime(9));
  EXPECT_EQ(mark_, Watermark{});
  Watermark unused;
  FileDrain other = Drain();
  other.Advance({0, 0}, std::nullopt, &unused);
  EXPECT_FALSE(other.loss().any());
}

TEST_F(FileDrainTest, ANameTheBooksHaveIsEnough) {
  mark_ = {3, 4, {0, 0}, {1, 0}};
  FileDrain drain = Drain();
  drain.Advance({7, 0}, std::nullopt, &mark_);
  EXPECT_FALSE(drain.loss().any());
  EXPECT_EQ(mark_.drained[0], 7u);
}

TEST_F(FileDrainTest, CountersThatCannotBeReadLeaveWhatTheBooksHave) {
  mark_ = {3, 4, {10, 0}, {100, 5}};
  FileDrain drain = Drain(true);
  drain.AdvanceUnread(&mark_);
  EXPECT_EQ(Leaving(0), GpuTime(90));
  EXPECT_EQ(Leaving(1), GpuTime(5));
  EXPECT_EQ(drain.loss().meters, 1u);
}

}  // namespace
}  // namespace drawdown
