#include "store/gate.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace drawdown {
namespace {

using std::chrono::milliseconds;

TEST(Gate, KeepsTheOneAloneApart) {
  Gate gate;
  ASSERT_TRUE(gate.EnterShared(After(milliseconds(0))));
  ASSERT_TRUE(gate.EnterShared(After(milliseconds(0))));
  EXPECT_FALSE(gate.EnterExclusive(After(milliseconds(1))));
  gate.LeaveShared();
  EXPECT_FALSE(gate.EnterExclusive(After(milliseconds(1))));
  gate.LeaveShared();
  ASSERT_TRUE(gate.EnterExclusive(After(milliseconds(1))));
  EXPECT_FALSE(gate.EnterShared(After(milliseconds(1))));
  EXPECT_FALSE(gate.EnterExclusive(After(milliseconds(1))));
  gate.LeaveExclusive();
  EXPECT_TRUE(gate.EnterShared(After(milliseconds(1))));
}

TEST(Gate, OneThatGaveUpHoldsNobodyOff) {
  Gate gate;
  ASSERT_TRUE(gate.EnterShared(After(milliseconds(0))));
  EXPECT_FALSE(gate.EnterExclusive(After(milliseconds(1))));
  EXPECT_TRUE(gate.EnterShared(After(milliseconds(0))));
}

TEST(Gate, LeavingOnAnotherThreadIsFine) {
  Gate gate;
  ASSERT_TRUE(gate.EnterShared(After(milliseconds(0))));
  std::thread([&gate] { gate.LeaveShared(); }).join();
  EXPECT_TRUE(gate.EnterExclusive(After(milliseconds(0))));
}

TEST(Gate, ManyThreadsNeverMeetTheOneAlone) {
  Gate gate;
  int guarded = 0;  // TSan watches it.
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        if (t == 0) {
          ASSERT_TRUE(gate.EnterExclusive(After(milliseconds(10'000))));
          ++guarded;
          gate.LeaveExclusive();
        } else {
          ASSERT_TRUE(gate.EnterShared(After(milliseconds(10'000))));
          ASSERT_GE(guarded, 0);
          gate.LeaveShared();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(guarded, 300);
}

}  // namespace
}  // namespace drawdown
