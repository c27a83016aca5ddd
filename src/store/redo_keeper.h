// A thread that looks after an open redo log: an owner that does nothing for a
// while must not keep its pin, which would let the file grow under other
// writers, nor leave LMDB's file unsynced for long.
#ifndef DRAWDOWN_SRC_STORE_REDO_KEEPER_H_
#define DRAWDOWN_SRC_STORE_REDO_KEEPER_H_

#include <chrono>
#include <functional>
#include <memory>

namespace drawdown {

class RedoKeeper {
 public:
  struct Work {
    // Counts logged commits; the log is idle when it stands still.
    std::function<uint64_t()> count;
    std::function<bool()> owned;
    // Every `interval` while the log is owned.
    std::function<void(bool idle)> look;
    std::function<void()> write_back;
  };

  // Throws std::system_error where no thread can be made.
  RedoKeeper(std::chrono::milliseconds interval, Work work);
  // Waits for the look that is under way.
  ~RedoKeeper();
  RedoKeeper(const RedoKeeper&) = delete;  // Owns a thread.
  RedoKeeper& operator=(const RedoKeeper&) = delete;

  // The log has been opened.
  void Wake();
  // Does that work, soon.
  void WriteBack();

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REDO_KEEPER_H_
