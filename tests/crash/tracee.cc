#include "tests/crash/tracee.h"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace drawdown {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD
constexpr int kMark = SIGUSR2;
// A child that waits for something for ever is ended by its own alarm, and its
// status says so.
constexpr unsigned kHungSeconds = 120;

}  // namespace

Tracee::Tracee(const std::function<void()>& body) {
  child_ = fork();
  if (child_ == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    alarm(kHungSeconds);
    raise(SIGSTOP);
    body();
    _exit(0);
  }
  waitpid(child_, &status_, 0);
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  if (!WIFSTOPPED(status_) ||
      ptrace(PTRACE_SETOPTIONS, child_, nullptr, options) != 0) {
    if (WIFSTOPPED(status_)) {
      kill(child_, SIGKILL);
      waitpid(child_, &status_, 0);
    }
    ended_ = true;
    child_ = -1;
  }
}

Tracee::~Tracee() {
  if (!ended_) Kill();
}

bool Tracee::Resume(int request, int wanted_signal) {
  long deliver = 0;
  while (!ended_) {
    ptrace(static_cast<__ptrace_request>(request), child_, nullptr, deliver);
    waitpid(child_, &status_, 0);
    if (!WIFSTOPPED(status_)) {
      ended_ = true;
      break;
    }
    const int signal = WSTOPSIG(status_);
    if (signal == wanted_signal) return true;
    // What is ours is not for the child; anything else is.
    deliver = signal == kMark || (signal & ~0x80) == SIGTRAP ? 0 : signal;
  }
  return false;
}

bool Tracee::ToNextSyscallStop() {
  return Resume(PTRACE_SYSCALL, kSyscallStop);
}
bool Tracee::ToNextInstruction() { return Resume(PTRACE_SINGLESTEP, SIGTRAP); }
bool Tracee::ToMark() { return Resume(PTRACE_CONT, kMark); }

void Tracee::Kill() {
  kill(child_, SIGKILL);
  while (!ended_) {
    waitpid(child_, &status_, 0);
    ended_ = !WIFSTOPPED(status_);
  }
}

void Tracee::Mark() { raise(kMark); }

}  // namespace drawdown
