#include "base/robust_mutex.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <thread>

#include "base/check.h"

#if defined(__SANITIZE_THREAD__)
#define DRAWDOWN_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DRAWDOWN_TSAN 1
#endif
#endif

namespace drawdown {
namespace {

// glibc wakes one waiter, who is to wake the next. One that is killed before it
// has the lock, which a third has taken meanwhile, takes the wake-up along: the
// others would sleep on until their deadline beside a lock that is free. So
// they look at it again this often.
constexpr std::chrono::milliseconds kLookAgain(20);

int LockUntil(pthread_mutex_t* mutex, Deadline deadline) {
#ifdef DRAWDOWN_TSAN
  // TSan does not know pthread_mutex_clocklock and would take the unlock for
  // one of a mutex that was never locked.
  for (;;) {
    const int rc = pthread_mutex_trylock(mutex);
    if (rc != EBUSY) return rc;
    if (std::chrono::steady_clock::now() >= deadline) return ETIMEDOUT;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
#else
  for (;;) {
    const Deadline next = std::min<Deadline>(
        deadline, std::chrono::steady_clock::now() + kLookAgain);
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        next.time_since_epoch())
                        .count();
    const timespec until{static_cast<time_t>(ns / 1'000'000'000),
                         static_cast<long>(ns % 1'000'000'000)};
    const int rc = pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
    if (rc != ETIMEDOUT || next == deadline) return rc;
  }
#endif
}

}  // namespace

void InitializeRobust(pthread_mutex_t* mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  CHECK(pthread_mutex_init(mutex, &attributes) == 0);
  pthread_mutexattr_destroy(&attributes);
}

int LockRobust(pthread_mutex_t* mutex, Deadline deadline) {
  const int rc = LockUntil(mutex, deadline);
  if (rc == EOWNERDEAD) pthread_mutex_consistent(mutex);
  return rc;
}

}  // namespace drawdown
