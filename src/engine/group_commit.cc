#include "engine/group_commit.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fork.h"

namespace drawdown {

// Caps the work that one failure makes to be done again.
constexpr size_t kMaxGroup = 1'024;

struct GroupCommit::State {
  struct Caller {
    const Operation* operation;
    absl::Status result;
    bool done = false;
  };

  std::mutex mutex;
  std::condition_variable changed;
  bool leading = false;  // somebody commits for others
  std::vector<Caller*> waiting;
  std::vector<Caller*> group;  // the leader's alone
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
  State::Caller self{&operation, absl::OkStatus()};
  std::unique_lock<std::mutex> lock(state.mutex);
  state.waiting.push_back(&self);
  state.changed.wait(lock, [&] { return self.done || !state.leading; });
  if (self.done) return self.result;
  state.leading = true;
  const auto last =
      state.waiting.begin() + std::min(state.waiting.size(), kMaxGroup);
  state.group.assign(state.waiting.begin(), last);
  state.waiting.erase(state.waiting.begin(), last);
  // The leader goes with its group even where it came too late to be among its
  // first, so that it need not lead twice.
  if (std::erase(state.waiting, &self) > 0) state.group.push_back(&self);
  lock.unlock();
  RunGroup(&state);
  lock.lock();
  for (State::Caller* const caller : state.group) caller->done = true;
  state.leading = false;
  state.changed.notify_all();
  return self.result;
}

void GroupCommit::RunGroup(State* state) const {
  const auto together = [&](Posting* posting) -> absl::Status {
    for (const State::Caller* const caller : state->group) {
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
  for (State::Caller* const caller : state->group) {
    const bool final = same_for_all || state->group.size() == 1;
    caller->result = final ? status : RunAlone(*caller->operation);
  }
}

}  // namespace drawdown
