#include "engine/group_commit.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fork.h"

namespace drawdown {

namespace {

// Caps the work that one failure makes to be done again.
constexpr size_t kMaxGroup = 1'024;

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
void WakeAll(const std::atomic<int>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

using Duration = std::chrono::steady_clock::duration;

// How long a leader waits for those who are about to ask again: half of what
// that spares them, the commit without its operations. Less where the
// operations are what takes time, which can go on while others come back.
Duration PatienceOf(Duration operated, Duration committed) {
  constexpr int kPart = 2;
  return std::max(committed - operated / 2, Duration(0)) / kPart;
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

// Whoever founds a group leads it; the others sleep until it is done, and are
// then woken by one system call.
struct GroupCommit::Group {
  std::vector<Caller*> members;
  // 0, then 1 once their results are there. The leader writes it and members
  // read it; its release makes their results visible.
  std::atomic<int> done = 0;
};

struct GroupCommit::State {
  // For whoever asked together with those of this group, or while it was
  // committed: who has just been answered asks again in a moment, and would
  // wait for this commit and for his own if it began without him.
  void WaitForOthers(std::unique_lock<std::mutex>* lock, const Group& group) {
    joined.wait_for(*lock, patience,
                    [&] { return group.members.size() >= expected; });
  }

  std::mutex mutex;              // guards what follows
  std::condition_variable turn;  // of leaders: nobody leads
  bool leading = false;          // somebody commits for a group
  std::shared_ptr<Group> open;   // that callers still may join

  std::condition_variable joined;  // of a leader: as many as he waits for
  size_t expected = 0;             // who asked when the last commit ended
  Clock::duration patience{0};     // of the next leader
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
  std::shared_ptr<Group> group = state.open;
  const bool founds = group == nullptr || group->members.size() == kMaxGroup;
  if (founds) group = std::make_shared<Group>();
  group->members.push_back(&self);
  // Nothing is thrown from here on: who joins may rely on a leader.
  if (founds) state.open = group;
  if (!founds) {
    const bool enough = group->members.size() == state.expected;
    lock.unlock();
    if (enough) state.joined.notify_one();
    SleepWhileZero(group->done);
    return self.Result();
  }
  state.turn.wait(lock, [&] { return !state.leading; });
  state.leading = true;
  state.WaitForOthers(&lock, *group);
  if (state.open == group) state.open = nullptr;
  lock.unlock();
  const Clock::duration patience = RunGroup(*group);
  lock.lock();
  state.patience = patience;
  state.expected = group->members.size() +
                   (state.open != nullptr ? state.open->members.size() : 0);
  state.leading = false;
  lock.unlock();
  state.turn.notify_one();
  group->done.store(1, std::memory_order_release);
  if (group->members.size() > 1) WakeAll(group->done);
  return self.Result();
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
  Clock::time_point begun;
  Clock::time_point operated;
  bool of_one = false;  // it is an operation that has failed
  const auto together = [&](Posting* posting) -> absl::Status {
    begun = Clock::now();
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
          ? PatienceOf(operated - begun, Clock::now() - operated)
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
