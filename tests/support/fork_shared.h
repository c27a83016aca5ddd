// Memory that a test shares with the processes it forks.
#ifndef DRAWDOWN_TESTS_SUPPORT_FORK_SHARED_H_
#define DRAWDOWN_TESTS_SUPPORT_FORK_SHARED_H_

#include <sys/mman.h>

#include <new>

#include "base/check.h"

namespace drawdown {

// One value in memory that forked children share.
template <typename T>
class ForkShared {
 public:
  ForkShared() {
    void* const map = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED);
    value_ = new (map) T;
  }
  ~ForkShared() { munmap(value_, sizeof(T)); }
  ForkShared(const ForkShared&) = delete;  // Owns a mapping.
  ForkShared& operator=(const ForkShared&) = delete;

  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_FORK_SHARED_H_
