// What is left under each quota of a ledger, for all its processes: one file
// per boot of the kernel (live/budgets.<boot id>), a mutex and an array of
// budgets by quota number.
//
// All of it is derived from the books and the lanes files, and can be made anew
// from them (settle/budget_keeper.h). Whoever finds that the last owner of the
// mutex was killed, or that it could not be told of a commit, notes that it is
// torn: then nothing is taken until it has been made anew.
#ifndef DRAWDOWN_SRC_METER_BUDGETS_FILE_H_
#define DRAWDOWN_SRC_METER_BUDGETS_FILE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "meter/budget_rules.h"

namespace drawdown {

// Numbers of quotas are below this.
inline constexpr uint32_t kMaxBudgets = 1u << 18;

// The end of a list.
inline constexpr uint32_t kNoneFalling = kMaxBudgets;

// All but the budgets; under the lock.
struct BudgetsState {
  // Counts the times everything was made anew; 0: never.
  uint64_t generation = 0;
  // Commits that may change budgets, begun and published since the generation.
  // While they differ, budgets may be too low, never too high.
  uint64_t begun = 0;
  uint64_t published = 0;
  uint64_t last_ticket = 0;    // of commits, in their order
  int32_t bucket = 0;          // that counted when the books were read
  int64_t valid_until_us = 0;  // the earliest of all budgets
  int64_t latest_us = 0;       // the clock, as the last admission went by it
  uint32_t end = 0;            // past the highest quota number
  // The first of the budgets whose claims fall (Budget::next_falling), and of
  // some that did; kNoneFalling and 0: there is none.
  uint32_t falling = 0;
  // Of those together no less than what claims lose: so many, by so many
  // micro-GPUs from that instant on.
  uint32_t falling_count = 0;
  Int128 falling_rate = 0;
  int64_t fallen_until_us = 0;
};

class BudgetsFile {
 public:
  // Opens the file of this boot, or makes it, torn. Those of other boots are
  // removed when one is made. One that is damaged or of another ABI is made
  // anew, unless some process counts by it: kCorrupt. kDiskFull, kIo.
  static absl::StatusOr<std::unique_ptr<BudgetsFile>> Open(
      const std::string& live_directory, const std::string& boot_id);
  // Whether some process has made that of this boot.
  static bool Exists(const std::string& live_directory,
                     const std::string& boot_id);
  ~BudgetsFile();
  BudgetsFile(const BudgetsFile&) = delete;  // Owns a mapping.
  BudgetsFile& operator=(const BudgetsFile&) = delete;

  // Nobody here counts by it from now on: others may make it anew.
  void LetGo();

  // False when somebody has held the lock for so long.
  bool Lock(std::chrono::milliseconds patience);
  void Unlock();
  // Whose process has it, as far as known; 0: nobody's.
  int32_t holder() const;
  // What to say when it could not be had.
  absl::Status BusyError() const;

  // Whether budgets may be wrong in either direction. SetTorn needs no lock.
  bool torn() const;
  void SetTorn();

  // Counts whatever may give a quota more room than it had: a commit that
  // changes budgets, before it; SetTorn; everything made anew. Taking, spending
  // and recalling do not. Never 0. Without the lock.
  uint64_t changes() const;
  // Counts the changes of which quotas are above what, so that processes know
  // when to ask the books for chains again. Without the lock.
  uint64_t layout() const;
  // Until when it is known that less is left than asked for, under the quota or
  // one above it; 0: it is not known. That is an answer: at an instant during
  // the call it does not fit, if the clock is before that. `layout` is the one
  // that the quota is of; `quota` becomes the one that has too little. Without
  // the lock.
  int64_t FullUntil(uint64_t layout, int64_t gpu_us, uint32_t* quota) const;
  // Whether that may be known of any quota. Without the lock.
  bool AnyFull() const;

  // A hint to the processor that the budget is going to be changed.
  void Prefetch(uint32_t quota) const;

  // Under the lock.
  BudgetsState& state();
  Budget& at(uint32_t quota);
  void ClearTorn();
  // Before a commit that changes budgets, and before all are made anew.
  void NoteChange();
  void NoteLayout();
  // For FullUntil: that `above` is the next of the quota's chain, 0: none.
  void NoteAbove(uint32_t quota, uint32_t above);
  // That no more than `most_us` is left under the quota, slices included, until
  // state().valid_until_us or a change. `changes` is what changes() was before
  // anything was looked at, torn() included.
  void NoteFull(uint32_t quota, int64_t most_us, uint64_t changes);
  // Makes room for budgets below `end`. kDiskFull, kIo; kInvalidArgument past
  // kMaxBudgets.
  absl::Status Reserve(uint32_t end);

 private:
  struct Shared;
  struct Slot;

  BudgetsFile(std::string path, int fd, Shared* shared);

  const std::string path_;
  const int fd_;
  Shared* const shared_;
  int32_t pid_ = 0;  // of this process; under the lock
  uint64_t fork_generation_ = 0;
};

// Holds the lock, if it could be had.
class BudgetsLock {
 public:
  BudgetsLock(BudgetsFile* file, std::chrono::milliseconds patience)
      : file_(file->Lock(patience) ? file : nullptr) {}
  ~BudgetsLock() {
    if (file_ != nullptr) file_->Unlock();
  }
  BudgetsLock(const BudgetsLock&) = delete;  // Owns a lock.
  BudgetsLock& operator=(const BudgetsLock&) = delete;

  bool held() const { return file_ != nullptr; }

 private:
  BudgetsFile* const file_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_BUDGETS_FILE_H_
