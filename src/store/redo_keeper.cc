#include "store/redo_keeper.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/signals.h"

namespace drawdown {

struct RedoKeeper::State {
  State(std::chrono::milliseconds every, Work what)
      : interval(every), work(std::move(what)), thread([this] { Run(); }) {}
  ~State() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stop = true;
    }
    changed.notify_all();
    thread.join();
  }

  void Run() {
    uint64_t seen = 0;
    std::unique_lock<std::mutex> lock(mutex);
    while (!stop) {
      if (!work.owned()) {
        changed.wait(lock, [this] { return stop || work.owned(); });
        seen = work.count();
        continue;
      }
      changed.wait_for(lock, interval, [this] { return stop || write_back; });
      if (stop) return;
      const bool asked = std::exchange(write_back, false);
      lock.unlock();
      if (asked) {
        work.write_back();
        lock.lock();
        continue;
      }
      const uint64_t count = work.count();
      work.look(/*idle=*/count == seen);
      seen = count;
      lock.lock();
    }
  }

  const std::chrono::milliseconds interval;
  const Work work;
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  bool write_back = false;
  std::thread thread;  // last: it uses the others
};

RedoKeeper::RedoKeeper(std::chrono::milliseconds interval, Work work) {
  const AllSignalsBlocked blocked;
  state_ = std::make_unique<State>(interval, std::move(work));
}

RedoKeeper::~RedoKeeper() = default;

void RedoKeeper::WriteBack() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->write_back = true;
  }
  state_->changed.notify_all();
}

void RedoKeeper::Wake() {
  { std::lock_guard<std::mutex> lock(state_->mutex); }
  state_->changed.notify_all();
}

}  // namespace drawdown
