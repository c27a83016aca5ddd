// The background thread that drains.
#ifndef DRAWDOWN_SRC_SETTLE_SETTLER_H_
#define DRAWDOWN_SRC_SETTLE_SETTLER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace drawdown {

class Settler {
 public:
  struct Work {
    // Drains unless another process has just done so. Failures are its own to
    // remember: the next round tries again.
    std::function<void()> round;
    // How long until the next bucket begins, so that the flip is on time.
    std::function<std::chrono::microseconds()> until_next_bucket;
  };

  // Throws std::system_error where no thread can be made. Runs a round every
  // `interval` and at every bucket's start, until destroyed.
  Settler(std::chrono::milliseconds interval, Work work);
  // Waits for the round that runs. In a forked child the thread does not exist,
  // and nothing is waited for.
  ~Settler();
  Settler(const Settler&) = delete;  // Owns a thread.
  Settler& operator=(const Settler&) = delete;

 private:
  struct State;

  const uint64_t generation_;
  std::unique_ptr<State> state_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_SETTLER_H_
