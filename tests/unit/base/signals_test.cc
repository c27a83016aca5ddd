#include "base/signals.h"

#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

bool Blocked(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

TEST(AllSignalsBlockedTest, IsForThreadsThatAreStartedMeanwhile) {
  std::thread inside;
  std::optional<bool> blocked;
  {
    const AllSignalsBlocked all;
    inside =
        std::thread([&] { blocked = Blocked(SIGTERM) && Blocked(SIGALRM); });
  }
  inside.join();
  EXPECT_EQ(blocked, true);
  EXPECT_FALSE(Blocked(SIGTERM));
}

TEST(AllSignalsBlockedTest, LeavesWhatWasBlockedBefore) {
  sigset_t one;
  sigset_t before;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, &before);
  { const AllSignalsBlocked all; }
  EXPECT_TRUE(Blocked(SIGUSR1));
  EXPECT_FALSE(Blocked(SIGUSR2));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace drawdown
