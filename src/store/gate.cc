#include "store/gate.h"

#include "base/check.h"

namespace drawdown {

bool Gate::EnterShared(Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_until(lock, deadline,
                           [this] { return !alone_ && wanting_alone_ == 0; })) {
    return false;
  }
  ++inside_;
  return true;
}

void Gate::LeaveShared() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    CHECK(inside_ > 0);
    if (--inside_ > 0) return;
  }
  changed_.notify_all();
}

bool Gate::EnterExclusive(Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++wanting_alone_;
  const bool entered = changed_.wait_until(
      lock, deadline, [this] { return !alone_ && inside_ == 0; });
  --wanting_alone_;
  alone_ = alone_ || entered;
  if (!entered) {
    lock.unlock();
    changed_.notify_all();
  }
  return entered;
}

void Gate::LeaveExclusive() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    CHECK(alone_);
    alone_ = false;
  }
  changed_.notify_all();
}

}  // namespace drawdown
