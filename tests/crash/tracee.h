// A forked child under ptrace, to be killed at a chosen system call or
// instruction.
#ifndef DRAWDOWN_TESTS_CRASH_TRACEE_H_
#define DRAWDOWN_TESTS_CRASH_TRACEE_H_

#include <sys/types.h>

#include <functional>

namespace drawdown {

class Tracee {
 public:
  // Forks a child that waits to be stepped through `body` and then ends. It
  // must stay single-threaded.
  explicit Tracee(const std::function<void()>& body);
  // Kills it if it still runs.
  ~Tracee();
  Tracee(const Tracee&) = delete;  // Owns a process.
  Tracee& operator=(const Tracee&) = delete;

  // Where the kernel lets nobody trace, no child is there.
  bool traced() const { return child_ > 0; }

  // Each goes on to the next stop of its kind; false when the child has ended.
  bool ToNextSyscallStop();  // on entry, then on exit, of each system call
  bool ToNextInstruction();
  bool ToMark();  // the next Mark() of the child

  void Kill();
  // Whether the child ended by itself, with 0.
  bool EndedWell() const { return ended_ && status_ == 0; }
  int status() const { return status_; }

  // Called by the child.
  static void Mark();

 private:
  bool Resume(int request, int wanted_signal);

  pid_t child_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_CRASH_TRACEE_H_
