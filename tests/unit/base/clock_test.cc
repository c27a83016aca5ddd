#include "base/clock.h"

#include <chrono>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

int64_t ChronoNowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(SystemClock, TellsRealTimeInMicroseconds) {
  // A clock that is set while this runs spoils one try, not ten.
  bool between = false;
  for (int i = 0; i < 10 && !between; ++i) {
    const int64_t before = ChronoNowUs();
    const int64_t now = SystemClock().NowUs();
    between = before <= now && now <= ChronoNowUs();
  }
  EXPECT_TRUE(between);
}

TEST(SystemClock, IsOneObject) { EXPECT_EQ(&SystemClock(), &SystemClock()); }

}  // namespace
}  // namespace drawdown
