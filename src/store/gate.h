// Lets transactions of this process in together, and a change of the memory map
// in alone: LMDB forbids to move the map under a live transaction.
//
// Not a std::shared_mutex: a read transaction may end on another thread than it
// began on, and one thread may hold several.
#ifndef DRAWDOWN_SRC_STORE_GATE_H_
#define DRAWDOWN_SRC_STORE_GATE_H_

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/files.h"

namespace drawdown {

class Gate {
 public:
  // False at the deadline.
  bool EnterShared(Deadline deadline);
  void LeaveShared();

  // Holds new transactions off while it waits, so keep the wait short where a
  // thread that holds one may begin another. False at the deadline.
  bool EnterExclusive(Deadline deadline);
  void LeaveExclusive();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  int wanting_alone_ = 0;
  bool alone_ = false;
};

// Leaves what has been entered, also where memory runs out for an error: else
// nobody could change the map, or begin anything, ever again.
class GatePass {
 public:
  enum class Kind { kShared, kAlone };
  GatePass(Gate* gate, Kind kind) : gate_(gate), kind_(kind) {}
  GatePass(const GatePass&) = delete;  // Leaves once.
  GatePass& operator=(const GatePass&) = delete;
  ~GatePass() { Leave(); }

  void Leave() {
    Gate* const gate = std::exchange(gate_, nullptr);
    if (gate == nullptr) return;
    if (kind_ == Kind::kShared) {
      gate->LeaveShared();
    } else {
      gate->LeaveExclusive();
    }
  }
  // It is left later, by whoever ends the transaction.
  void Keep() { gate_ = nullptr; }

 private:
  Gate* gate_;
  const Kind kind_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_GATE_H_
