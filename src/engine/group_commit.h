// One commit for many callers: what threads ask for while a commit is under way
// goes into the next one together. A durable call alone costs a sync of the
// disk; sixty-four at once cost about as much together.
#ifndef DRAWDOWN_SRC_ENGINE_GROUP_COMMIT_H_
#define DRAWDOWN_SRC_ENGINE_GROUP_COMMIT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "ledger/posting.h"

namespace drawdown {

// Thread-safe. Each operation happens wholly or not at all, as if alone: where
// one of a group fails, or their commit, they are all done again one by one.
class GroupCommit {
 public:
  using Operation = std::function<absl::Status(Posting*)>;
  using BeginPosting =
      std::function<absl::StatusOr<std::unique_ptr<Posting>>()>;

  explicit GroupCommit(BeginPosting begin);
  // In a forked child other threads' waits are not waited for.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;  // Callers wait inside it.
  GroupCommit& operator=(const GroupCommit&) = delete;

  // OK when the operation is durable. Throws what the operation threw, and then
  // nothing is posted of it. The operation may be run several times,
  // on any calling thread, each time on books without its effect.
  absl::Status Run(const Operation& operation);

 private:
  using Clock = std::chrono::steady_clock;

  struct Caller;
  struct Group;
  struct State;

  absl::Status RunAlone(const Operation& operation) const;
  // With the mutex locked, which it leaves unlocked. REQUIRES: it is the
  // group's turn.
  void Lead(Group* group, std::unique_lock<std::mutex>* lock) noexcept;
  void RunFor(const Operation& operation, Caller* caller) const noexcept;
  // How long the next founder may wait for others.
  Clock::duration RunGroup(const Group& group) const noexcept;

  const BeginPosting begin_;
  const uint64_t generation_;
  std::unique_ptr<State> state_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_GROUP_COMMIT_H_
