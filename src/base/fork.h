// What becomes of a ledger in a forked child: every handle opened before is
// dead there (kForked), and the child lets go of the parent's locks.
#ifndef DRAWDOWN_SRC_BASE_FORK_H_
#define DRAWDOWN_SRC_BASE_FORK_H_

#include <cstdint>

#include "base/files.h"

namespace drawdown {

// Counts the forks between the process that loaded the library and this one.
// What was made under another number belongs to an ancestor.
uint64_t ForkGeneration();

// A descriptor whose lock must not live on in a forked child: the child closes
// it before fork() returns there.
class LockFd {
 public:
  LockFd() = default;
  explicit LockFd(Fd fd);
  ~LockFd();
  LockFd(LockFd&& other) noexcept;
  LockFd& operator=(LockFd&& other) noexcept;

  int get() const { return fd_.get(); }

 private:
  void Forget();

  Fd fd_;
  uint64_t generation_ = 0;
};

// Registers the handlers behind this header, if nothing has yet. A module with
// handlers of its own, whose lock it holds while it makes a LockFd, calls this
// before it registers them: they run in reverse, so its lock is taken first.
void RegisterForkHandlers();

// Runs `hook` in every forked child, before fork() returns there.
void AddForkChildHook(void (*hook)());

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_FORK_H_
