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

// All but the budgets; under the lock.
struct BudgetsState {
  // Counts the times everything was made anew; 0: never.
  uint64_t generation = 0;
  // Counts the changes of which quotas are above what, so that processes know
  // when to ask the books for chains again.
  uint64_t layout = 0;
  // Commits that may change budgets, begun and published since the generation.
  // While they differ, budgets may be too low, never too high.
  uint64_t begun = 0;
  uint64_t published = 0;
  uint64_t last_ticket = 0;    // of commits, in their order
  int32_t bucket = 0;          // that counted when the books were read
  int64_t valid_until_us = 0;  // the earliest of all budgets
  uint32_t end = 0;            // past the highest quota number
  uint32_t capacity = 0;       // budgets that have room in the file
  uint32_t guarantees = 0;     // whether any budget has one
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

  // Under the lock.
  BudgetsState& state();
  Budget& at(uint32_t quota);
  void ClearTorn();
  // Makes room for budgets below `end`. kDiskFull, kIo; kInvalidArgument past
  // kMaxBudgets.
  absl::Status Reserve(uint32_t end);

 private:
  struct Shared;

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
