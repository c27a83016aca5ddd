// What HistoryChecker explains and what it finds, in histories of a few calls.
#include "drawdown/units.h"
#include "gtest/gtest.h"
#include "tests/support/quota_history.h"

namespace drawdown {
namespace {

constexpr int64_t kStart = 495'000 * kMicrosPerHour;

QuotaHistory SmallHistory() {
  QuotaHistory history;
  history.bucket_us = kMicrosPerHour;
  history.start_us = kStart;
  history.quotas = {{0b1, 1, 100}};
  return history;
}
AskedCall UsageOf(CallSpan span, int64_t amount, bool admitted) {
  AskedCall call;
  call.span = span;
  call.amount = amount;
  call.admitted = admitted;
  return call;
}
AskedCall HoldOf(CallSpan span, int64_t amount) {
  AskedCall call = UsageOf(span, amount, true);
  call.hold = true;
  call.ttl_us = 2 * kMicrosPerHour;
  return call;
}
bool Explained(const QuotaHistory& history) {
  return HistoryChecker(history).Check().empty();
}

TEST(HistoryChecker, FindsWhatIsOver) {
  QuotaHistory history = SmallHistory();
  history.calls = {UsageOf({1, 2}, 60, true), HoldOf({3, 4}, 40)};
  EXPECT_TRUE(Explained(history));
  history.calls.push_back(UsageOf({5, 6}, 1, true));
  EXPECT_FALSE(Explained(history));
  // Two that overlap: one of them came last.
  history.calls = {UsageOf({1, 4}, 60, true), HoldOf({2, 3}, 41)};
  EXPECT_FALSE(Explained(history));
}

TEST(HistoryChecker, WhatEndedMakesRoom) {
  QuotaHistory history = SmallHistory();
  AskedCall hold = HoldOf({1, 2}, 100);
  hold.end = {3, 6};
  hold.settled = 30;
  history.calls = {hold, UsageOf({4, 5}, 70, true)};
  EXPECT_TRUE(Explained(history));
  history.calls[1].amount = 71;
  EXPECT_FALSE(Explained(history));
  history.calls[0].end = {6, 7};
  history.calls[1].amount = 1;
  EXPECT_FALSE(Explained(history));
}

TEST(HistoryChecker, FindsWhatIsRefusedFalsely) {
  QuotaHistory history = SmallHistory();
  history.calls = {UsageOf({1, 2}, 60, true), UsageOf({3, 4}, 40, false)};
  EXPECT_FALSE(Explained(history));
  history.calls[1].amount = 41;
  EXPECT_TRUE(Explained(history));
  // What was only asked for may have been there.
  history.calls = {UsageOf({1, 6}, 60, true), UsageOf({2, 3}, 41, false)};
  EXPECT_TRUE(Explained(history));
  // A hold that had ended before was not.
  AskedCall hold = HoldOf({1, 2}, 100);
  hold.end = {3, 4};
  history.calls = {hold, UsageOf({5, 6}, 1, false)};
  EXPECT_FALSE(Explained(history));
  history.calls[0].end = {3, 6};
  history.calls[1].span = {5, 7};
  EXPECT_TRUE(Explained(history));
}

// A quota of 100 over tenants 0 and 1, of which a slice keeps 60 for tenant 1.
TEST(HistoryChecker, WhatASliceKeepsIsThere) {
  QuotaHistory history = SmallHistory();
  history.quotas = {{0b11, 1, 100, false, 0b10, 60}};
  const auto of_slice = [](AskedCall call) {
    call.tenant = 1;
    return call;
  };
  // 40 are left to others, however little the slice uses; not 41.
  history.calls = {UsageOf({1, 2}, 40, true), UsageOf({3, 4}, 1, false)};
  EXPECT_TRUE(Explained(history));
  history.calls[0].amount = 39;
  EXPECT_FALSE(Explained(history));
  history.calls = {UsageOf({1, 2}, 41, true)};
  EXPECT_FALSE(Explained(history));
  // What the slice keeps it gets.
  history.calls = {UsageOf({1, 2}, 40, true),
                   of_slice(UsageOf({3, 4}, 60, true))};
  EXPECT_TRUE(Explained(history));
  history.calls[1].admitted = false;
  EXPECT_FALSE(Explained(history));
  // Beyond it there may be no room.
  history.calls[1].amount = 61;
  EXPECT_TRUE(Explained(history));
  history.calls[0].amount = 39;
  EXPECT_FALSE(Explained(history));
}

// Of GPUs at once only those count that are there: of usage none, of a hold
// until it ends, whatever it is settled with.
TEST(HistoryChecker, GpusAtOnce) {
  QuotaHistory history = SmallHistory();
  history.quotas.push_back({0b1, 1, 8, true});
  const auto gpus_of = [](CallSpan span, int64_t gpus) {
    AskedCall call = HoldOf(span, 0);
    call.gpus = gpus;
    return call;
  };
  history.calls = {gpus_of({1, 2}, 5), UsageOf({3, 4}, 100, true),
                   gpus_of({5, 6}, 3)};
  EXPECT_TRUE(Explained(history));
  history.calls[2].gpus = 4;
  EXPECT_FALSE(Explained(history));
  history.calls[0].end = {3, 4};
  history.calls[0].settled = 1;
  history.calls[1].amount = 99;
  EXPECT_TRUE(Explained(history));
  // Refused falsely, though GPU time has room too.
  history.calls[2].admitted = false;
  EXPECT_FALSE(Explained(history));
  history.calls[0].end = {6, 7};
  EXPECT_TRUE(Explained(history));
}

TEST(HistoryChecker, ABatchIsRefusedForAllOfIt) {
  QuotaHistory history = SmallHistory();
  history.quotas.push_back({0b10, 1, 50});
  AskedCall batch = UsageOf({3, 4}, 40, false);
  batch.beside = 50;
  batch.beside_tenant = 1;
  history.calls = {UsageOf({1, 2}, 60, true), batch};
  EXPECT_FALSE(Explained(history));
  history.calls[1].beside = 51;
  EXPECT_TRUE(Explained(history));
  history.calls[1].beside = 10;
  history.calls[1].beside_tenant = 0;
  EXPECT_TRUE(Explained(history));
  // It has held nothing for others meanwhile.
  history.calls = {batch, UsageOf({3, 5}, 61, false)};
  history.calls[0].beside = 51;
  history.calls[0].span = {1, 6};
  EXPECT_FALSE(Explained(history));
}

TEST(HistoryChecker, LimitsAndWindowsMove) {
  QuotaHistory history = SmallHistory();
  history.limits = {{{3, 4}, 0, 50}};
  history.calls = {UsageOf({1, 2}, 40, true), UsageOf({5, 6}, 11, true)};
  EXPECT_FALSE(Explained(history));
  history.calls[1].span = {3, 6};
  EXPECT_TRUE(Explained(history));
  history = SmallHistory();
  history.clock = {{{3, 4}, kStart + kMicrosPerHour}};
  history.calls = {UsageOf({1, 2}, 100, true), UsageOf({5, 6}, 100, true)};
  EXPECT_TRUE(Explained(history));
  history.calls[1].admitted = false;
  EXPECT_FALSE(Explained(history));
  // A hold is in every window until it ends or expires.
  history.calls = {HoldOf({1, 2}, 100), UsageOf({5, 6}, 1, true)};
  EXPECT_FALSE(Explained(history));
  history.clock = {{{3, 4}, kStart + 2 * kMicrosPerHour}};
  EXPECT_TRUE(Explained(history));
  history.calls[1].admitted = false;
  EXPECT_FALSE(Explained(history));
}

}  // namespace
}  // namespace drawdown
