#include "engine/group_commit.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fork.h"

namespace drawdown {

// Caps the work that one failure makes to be done again.
constexpr size_t kMaxGroup = 1'024;

struct GroupCommit::Caller {
  const Operation* operation;
  absl::Status result;
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
  std::mutex mutex;              // guards what follows
  std::condition_variable turn;  // of leaders: nobody leads
  bool leading = false;          // somebody commits for a group
  std::shared_ptr<Group> open;   // that callers still may join
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
  Caller self{&operation, absl::OkStatus()};
  std::unique_lock<std::mutex> lock(state.mutex);
  const bool founds =
      state.open == nullptr || state.open->members.size() == kMaxGroup;
  if (founds) state.open = std::make_shared<Group>();
  const std::shared_ptr<Group> group = state.open;
  group->members.push_back(&self);
  if (!founds) {
    lock.unlock();
    group->done.wait(0, std::memory_order_acquire);
    return self.result;
  }
  state.turn.wait(lock, [&] { return !state.leading; });
  state.leading = true;
  if (state.open == group) state.open = nullptr;
  lock.unlock();
  RunGroup(*group);
  lock.lock();
  state.leading = false;
  lock.unlock();
  state.turn.notify_one();
  group->done.store(1, std::memory_order_release);
  group->done.notify_all();
  return self.result;
}

void GroupCommit::RunGroup(const Group& group) const {
  const auto together = [&](Posting* posting) -> absl::Status {
    for (const Caller* const caller : group.members) {
      RETURN_IF_ERROR((*caller->operation)(posting));
    }
    return absl::OkStatus();
  };
  const absl::Status status = RunAlone(together);
  const ErrorCode code = GetErrorCode(status);
  // What kept the group from beginning keeps each from it; and who does not
  // know whether a commit happened must not be told the outcome of another.
  const bool same_for_all = status.ok() || code == ErrorCode::kBusy ||
                            code == ErrorCode::kUncertain ||
                            code == ErrorCode::kForked;
  for (Caller* const caller : group.members) {
    const bool final = same_for_all || group.members.size() == 1;
    caller->result = final ? status : RunAlone(*caller->operation);
  }
}

}  // namespace drawdown
