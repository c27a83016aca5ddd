#include "base/fork.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace drawdown {
namespace {

// Relaxed is enough: it changes only in the child of a fork, while that child
// has one thread; threads the child makes later see it through their creation.
std::atomic<uint64_t> fork_generation{0};

struct ForkState {
  std::mutex mutex;
  std::vector<int> lock_fds;
  std::vector<void (*)()> hooks;
};

// Never destroyed: a fork may come after static destructors have begun.
ForkState& State();

void BeforeFork() { State().mutex.lock(); }
void AfterForkInParent() { State().mutex.unlock(); }
void AfterForkInChild() {
  ForkState& state = State();
  fork_generation.fetch_add(1, std::memory_order_relaxed);
  for (const int fd : state.lock_fds) close(fd);
  state.lock_fds.clear();
  for (void (*hook)() : state.hooks) hook();
  state.mutex.unlock();
}

ForkState& State() {
  static ForkState* const state = [] {
    pthread_atfork(BeforeFork, AfterForkInParent, AfterForkInChild);
    return new ForkState;
  }();
  return *state;
}

}  // namespace

uint64_t ForkGeneration() {
  return fork_generation.load(std::memory_order_relaxed);
}

void AddForkChildHook(void (*hook)()) {
  ForkState& state = State();
  std::lock_guard<std::mutex> lock(state.mutex);
  state.hooks.push_back(hook);
}

void RegisterForkHandlers() { State(); }

LockFd::LockFd(Fd fd) : fd_(std::move(fd)), generation_(ForkGeneration()) {
  if (fd_.get() < 0) return;
  ForkState& state = State();
  std::lock_guard<std::mutex> lock(state.mutex);
  state.lock_fds.push_back(fd_.get());
}

LockFd::~LockFd() { Forget(); }

LockFd::LockFd(LockFd&& other) noexcept
    : fd_(std::move(other.fd_)), generation_(other.generation_) {}

LockFd& LockFd::operator=(LockFd&& other) noexcept {
  if (this != &other) {
    Forget();
    fd_ = std::move(other.fd_);
    generation_ = other.generation_;
  }
  return *this;
}

void LockFd::Forget() {
  if (fd_.get() < 0) return;
  if (generation_ != ForkGeneration()) {
    // Closed by the child handler; the number may be another file's by now.
    fd_.Release();
    return;
  }
  ForkState& state = State();
  std::lock_guard<std::mutex> lock(state.mutex);
  std::erase(state.lock_fds, fd_.get());
  fd_ = Fd();
}

}  // namespace drawdown
