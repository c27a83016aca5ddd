// Work that is shared with a second thread, where one can be had.
#ifndef DRAWDOWN_SRC_BASE_TWO_THREADS_H_
#define DRAWDOWN_SRC_BASE_TWO_THREADS_H_

#include <atomic>
#include <cstddef>
#include <future>
#include <system_error>

#include "base/signals.h"

namespace drawdown {

// Calls `work` with each number below `count` once, in whichever order; each
// thread has a `work` of its own from `make_work`. Returns when all is done;
// what either throws is thrown here.
template <typename MakeWork>
void InTwoThreads(size_t count, const MakeWork& make_work) {
  // Each thread takes the next number, so none is taken twice. Nothing else
  // goes by it: what the work wrote is read after the other thread has ended.
  std::atomic<size_t> next{0};
  const auto run = [&] {
    auto work = make_work();
    for (;;) {
      const size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= count) return;
      work(i);
    }
  };
  std::future<void> other;  // Its destructor waits.
  if (count > 1) {
    const AllSignalsBlocked blocked;
    try {
      other = std::async(std::launch::async, run);
    } catch (const std::system_error&) {
    }
  }
  run();
  if (other.valid()) other.get();
}

// Does both, in whichever order; what either throws is thrown here.
template <typename First, typename Second>
void DoBoth(First first, Second second) {
  InTwoThreads(2, [&] {
    return [&](size_t i) {
      if (i == 0) {
        first();
      } else {
        second();
      }
    };
  });
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_TWO_THREADS_H_
