#include "engine/group_commit.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <ctime>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <ratio>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/fork.h"

namespace drawdown {

namespace {

// Caps the work that one failure makes to be done again.
constexpr size_t kMaxGroup = 1'024;

constexpr std::chrono::milliseconds kMostPatience{50};

// std::atomic's wait yields the processor four times before it sleeps, and here
// it is a sync of the disk that is waited for: with 64 callers a third of all
// processor time went into the yields.
static_assert(sizeof(std::atomic<int>) == sizeof(int) &&
              std::atomic<int>::is_always_lock_free);
void SleepWhileZero(const std::atomic<int>& word) {
  while (word.load(std::memory_order_acquire) == 0) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
}
// Or until so long has passed.
void SleepWhileZeroFor(const std::atomic<int>& word,
                       std::chrono::steady_clock::duration patience) {
  using std::chrono::nanoseconds;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (word.load(std::memory_order_acquire) == 0) {
    const auto left = std::chrono::duration_cast<nanoseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const timespec timeout = {left.count() / std::nano::den,
                              left.count() % std::nano::den};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &timeout, nullptr, 0);
  }
}
void WakeAll(const std::atomic<int>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

// What was thrown out of an operation or its commit (std::bad_alloc) is given
// to its caller: a leader must not die of it before it has let others go on.
struct GroupCommit::Caller {
  absl::Status Result() const {
    if (thrown != nullptr) std::rethrow_exception(thrown);
    return result;
  }

  const Operation* operation;
  absl::Status result;
  ErrorCode code = ErrorCode::kOk;  // of the result
  std::exception_ptr thrown = nullptr;
};

// Whoever makes a group complete leads it, or who founded it where some do not
// come; the others sleep until it is done, and are then woken by one system
// call.
struct GroupCommit::Group {
  // Guarded by the mutex; the leader's once it is taken.
  std::vector<Caller*> members;
  bool taken = false;  // somebody leads it; guarded by the mutex
  // 0, then 1 once those before it are done, if any were. Their leader writes
  // it and the founder reads it; what it tells is looked at again under the
  // mutex, so any order would do.
  std::atomic<int> turn = 0;
  // 0, then 1 once the members' results are there. The leader writes it and
  // members read it; its release makes their results visible.
  std::atomic<int> done = 0;
};

struct GroupCommit::State {
  // Whether all have come who are expected: who asked together with those of
  // the last group, or while it was committed. Who has just been answered asks
  // again in a moment, and would wait for this commit and for his own if it
  // began without him.
  bool Complete(const Group& group) const {
    return group.members.size() >= std::min(expected, kMaxGroup);
  }
  // Whether a group with a new member can be led, and by this member: then it
  // need not be waited until anybody is woken.
  bool CompletedBy(const std::shared_ptr<Group>& group) const {
    return !leading && waiting.front() == group && Complete(*group);
  }
  // The founder's wait, until the group is complete or has been waited for long
  // enough. False where somebody else leads it.
  bool WaitToLead(const std::shared_ptr<Group>& group,
                  std::unique_lock<std::mutex>* lock) {
    if (leading || waiting.front() != group) {
      lock->unlock();
      SleepWhileZero(group->turn);
      lock->lock();
    }
    if (!group->taken && !Complete(*group)) {
      const Clock::duration wait = patience;
      lock->unlock();
      SleepWhileZeroFor(group->done, wait);
      lock->lock();
    }
    return !group->taken;
  }

  std::mutex mutex;      // guards what follows
  bool leading = false;  // somebody commits for a group
  // Groups that nobody leads yet, the next one first; the last one may be
  // joined while it is not full.
  std::deque<std::shared_ptr<Group>> waiting;

  size_t expected = 0;  // who asked when the last commit ended
  // Of the next founder: as long as a commit takes, which is what it spares
  // those who come in time, but not as long as a disk may stand still.
  Clock::duration patience{};
};

GroupCommit::GroupCommit(BeginPosting begin)
    : begin_(std::move(begin)),
      generation_(ForkGeneration()),
      state_(std::make_unique<State>()) {}

GroupCommit::~GroupCommit() {
  if (generation_ != ForkGeneration()) state_.release();
}

absl::Status GroupCommit::RunAlone(const Operation& operation) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<Posting> posting, begin_());
  RETURN_IF_ERROR(operation(posting.get()));
  return posting->Commit().status();
}

absl::Status GroupCommit::Run(const Operation& operation) {
  if (generation_ != ForkGeneration()) return RunAlone(operation);
  State& state = *state_;
  Caller self{&operation, absl::OkStatus(), ErrorCode::kOk, nullptr};
  std::unique_lock<std::mutex> lock(state.mutex);
  const bool founds = state.waiting.empty() ||
                      state.waiting.back()->members.size() == kMaxGroup;
  const std::shared_ptr<Group> group =
      founds ? std::make_shared<Group>() : state.waiting.back();
  group->members.push_back(&self);
  if (founds) state.waiting.push_back(group);
  // Nothing is thrown from here on: who joins may rely on a leader.
  const bool leads =
      founds ? state.WaitToLead(group, &lock) : state.CompletedBy(group);
  if (leads) {
    Lead(group.get(), &lock);
  } else {
    lock.unlock();
    SleepWhileZero(group->done);
  }
  return self.Result();
}

void GroupCommit::Lead(Group* group,
                       std::unique_lock<std::mutex>* lock) noexcept {
  State& state = *state_;
  CHECK(!state.leading && state.waiting.front().get() == group);
  state.leading = true;
  group->taken = true;
  state.waiting.pop_front();
  lock->unlock();
  const Clock::duration patience = RunGroup(*group);
  lock->lock();
  state.leading = false;
  state.patience = patience;
  state.expected = group->members.size();
  std::shared_ptr<Group> next;
  if (!state.waiting.empty()) {
    next = state.waiting.front();
    state.expected += next->members.size();
  }
  lock->unlock();
  if (next != nullptr) {
    next->turn.store(1, std::memory_order_release);
    WakeAll(next->turn);
  }
  group->done.store(1, std::memory_order_release);
  if (group->members.size() > 1) WakeAll(group->done);
}

void GroupCommit::RunFor(const Operation& operation,
                         Caller* caller) const noexcept {
  try {
    caller->result = RunAlone(operation);
    caller->code = GetErrorCode(caller->result);
  } catch (...) {
    caller->thrown = std::current_exception();
  }
}

GroupCommit::Clock::duration GroupCommit::RunGroup(
    const Group& group) const noexcept {
  Clock::time_point operated;
  bool of_one = false;  // it is an operation that has failed
  const auto together = [&](Posting* posting) -> absl::Status {
    for (const Caller* const caller : group.members) {
      of_one = true;
      RETURN_IF_ERROR((*caller->operation)(posting));
      of_one = false;
    }
    operated = Clock::now();
    return absl::OkStatus();
  };
  Caller all{nullptr, absl::OkStatus(), ErrorCode::kOk, nullptr};
  // By reference, so that nothing is allocated for it.
  RunFor(std::cref(together), &all);
  const Clock::duration patience =
      all.code == ErrorCode::kOk && all.thrown == nullptr
          ? std::min<Clock::duration>(Clock::now() - operated, kMostPatience)
          : Clock::duration(0);
  // What kept the group from beginning keeps each from it, but not what kept
  // one of them from being admitted; and who does not know whether a commit
  // happened must not be told the outcome of another.
  const bool same_for_all =
      all.thrown == nullptr && !of_one &&
      (all.code == ErrorCode::kOk || all.code == ErrorCode::kBusy ||
       all.code == ErrorCode::kUncertain || all.code == ErrorCode::kForked);
  for (Caller* const caller : group.members) {
    if (same_for_all || group.members.size() == 1) {
      caller->result = all.result;
      caller->thrown = all.thrown;
    } else {
      RunFor(*caller->operation, caller);
    }
  }
  return patience;
}

}  // namespace drawdown
