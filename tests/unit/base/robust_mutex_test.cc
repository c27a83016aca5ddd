#include "base/robust_mutex.h"

#include <linux/futex.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/sanitized.h"

namespace drawdown {
namespace {

Deadline In(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

class RobustMutex : public testing::Test {
 protected:
  void SetUp() override { InitializeRobust(&mutex_); }
  void TearDown() override { pthread_mutex_destroy(&mutex_); }

  // The mutex as processes see it that wait for it in the kernel.
  std::atomic_ref<int> word() { return std::atomic_ref(mutex_.__data.__lock); }

  pthread_mutex_t mutex_;
};

TEST_F(RobustMutex, WaitsNoLongerThanTheDeadline) {
  ASSERT_EQ(LockRobust(&mutex_, In(std::chrono::seconds(10))), 0);
  int other = 0;
  const Deadline deadline = In(std::chrono::milliseconds(50));
  std::thread([&] { other = LockRobust(&mutex_, deadline); }).join();
  EXPECT_EQ(other, ETIMEDOUT);
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
  EXPECT_EQ(pthread_mutex_unlock(&mutex_), 0);
}

TEST_F(RobustMutex, IsUsableAfterItsOwnerDied) {
  std::thread([&] {
    EXPECT_EQ(LockRobust(&mutex_, In(std::chrono::seconds(10))), 0);
  }).join();
  EXPECT_EQ(LockRobust(&mutex_, In(std::chrono::seconds(10))), EOWNERDEAD);
  EXPECT_EQ(pthread_mutex_unlock(&mutex_), 0);
  EXPECT_EQ(LockRobust(&mutex_, In(std::chrono::seconds(10))), 0);
  EXPECT_EQ(pthread_mutex_unlock(&mutex_), 0);
}

// What is left when the waiter that was woken is killed, and another has locked
// the mutex meanwhile: nobody knows any more that somebody waits.
TEST_F(RobustMutex, AWakeUpThatIsLostCostsNoDeadline) {
  if (kUnderThreadSanitizer) {
    GTEST_SKIP() << "under ThreadSanitizer waiters do not sleep";
  }
  ASSERT_EQ(LockRobust(&mutex_, In(std::chrono::seconds(10))), 0);
  const int waited_for_by_nobody = word().load();
  int other = -1;
  std::thread waiter([&] {
    other = LockRobust(&mutex_, In(std::chrono::seconds(20)));
    if (other == 0) pthread_mutex_unlock(&mutex_);
  });
  while ((word().load() & static_cast<int>(FUTEX_WAITERS)) == 0) {
    std::this_thread::yield();
  }
  // It sleeps by now, or will see the word that it waits for change.
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  word().store(waited_for_by_nobody);
  EXPECT_EQ(pthread_mutex_unlock(&mutex_), 0);
  waiter.join();
  EXPECT_EQ(other, 0);
}

}  // namespace
}  // namespace drawdown
