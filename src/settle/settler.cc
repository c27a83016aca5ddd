#include "settle/settler.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/fork.h"
#include "base/signals.h"

namespace drawdown {

struct Settler::State {
  State(std::chrono::milliseconds every, Work what)
      : interval(every), work(std::move(what)), thread([this] { Run(); }) {}
  ~State() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stop = true;
    }
    stopping.notify_all();
    thread.join();
  }

  void Run() {
    std::unique_lock<std::mutex> lock(mutex);
    while (!stop) {
      lock.unlock();
      work.round();
      const auto pause = std::clamp<std::chrono::microseconds>(
          work.until_next_bucket(), std::chrono::microseconds(100), interval);
      lock.lock();
      stopping.wait_for(lock, pause, [this] { return stop; });
    }
  }

  const std::chrono::milliseconds interval;
  const Work work;
  std::mutex mutex;
  std::condition_variable stopping;
  bool stop = false;
  std::thread thread;  // last: it uses the others
};

Settler::Settler(std::chrono::milliseconds interval, Work work)
    : generation_(ForkGeneration()) {
  const AllSignalsBlocked blocked;
  state_ = std::make_unique<State>(interval, std::move(work));
}

Settler::~Settler() {
  // The thread was the parent's: there is nothing to join, and its mutex and
  // condition may have been in the middle of anything. They are left alone.
  if (generation_ != ForkGeneration()) state_.release();
}

}  // namespace drawdown
