// One LMDB environment, shared by every store handle of this process on one
// ledger directory: its map, its locks, its tables, and what happens to them
// when something goes wrong.
//
// Thread-safe. The handles it gives out (MDB_txn) are for one thread at a time.
#ifndef DRAWDOWN_SRC_STORE_ENVIRONMENT_H_
#define DRAWDOWN_SRC_STORE_ENVIRONMENT_H_

#include <lmdb.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/files.h"
#include "base/fork.h"
#include "ledger/store.h"
#include "store/gate.h"
#include "store/redo_keeper.h"
#include "store/redo_log.h"
#include "store/redo_recovery.h"
#include "store/space.h"
#include "store/writer_lock.h"

namespace drawdown {

class TableWriter;

inline constexpr unsigned kMaxReaders = 2048;

struct EnvironmentOptions {
  uint64_t map_size_bytes = 0;  // 0: as the file says
  unsigned max_readers = kMaxReaders;
  bool allow_any_filesystem = false;
  std::string boot_id;  // "": the system's
  // The redo log is opened after so many small commits in a row, and closed
  // after so long without one; 0: never by itself.
  uint32_t commits_before_log = 8;
  std::chrono::milliseconds log_idle{500};
};

class Environment {
 public:
  // `directory` is absolute and names what `directory_fd` holds open. REQUIRES:
  // no other Environment of this process is open on it (registry.h sees to
  // that).
  static absl::StatusOr<std::unique_ptr<Environment>> Open(
      const std::string& directory, LockFd directory_fd,
      const EnvironmentOptions& options, Deadline deadline);
  ~Environment();
  Environment(const Environment&) = delete;  // Owns the LMDB environment.
  Environment& operator=(const Environment&) = delete;

  // True in a child of the process that opened it: nothing may be touched then.
  bool forked() const { return generation_ != ForkGeneration(); }
  absl::Status CheckNotForked() const;

  // A transaction from Begin... ends in exactly one End..., Commit... or
  // Abort..., which also lets go of the locks.
  absl::StatusOr<MDB_txn*> BeginRead(Deadline deadline);
  void EndRead(MDB_txn* txn);
  absl::StatusOr<MDB_txn*> BeginWrite(Deadline deadline);
  // With what `writes` has put late.
  absl::Status CommitWrite(MDB_txn* txn, TableWriter* writes);
  void AbortWrite(MDB_txn* txn);

  // Whether a small commit is logged. REQUIRES: a write transaction.
  bool logs() const { return log_.owned(); }
  uint64_t page_size() const { return page_size_; }
  MDB_dbi dbi(Table table) const { return dbis_[static_cast<int>(table)]; }

  // The status of a failed call inside a transaction. A full map is remembered
  // and grown before the next write.
  absl::Status CallError(int rc, std::string_view context);

  // A consistent compacted copy of the data file into `fd`.
  absl::Status CopyTo(int fd, Deadline deadline);

 private:
  Environment(std::string directory, LockFd directory_fd,
              const EnvironmentOptions& options);

  absl::Status OpenAll(Deadline deadline);
  absl::Status CheckPlace() const;
  absl::Status CheckFiles() const;
  absl::Status OpenLmdb();
  absl::StatusOr<std::unique_ptr<RedoRecovery>> BeginRecovery();
  absl::Status StartLmdb(MDB_env* env, RedoRecovery* recovery);
  absl::Status OpenTables(MDB_env* env);
  void CloseLmdb();

  absl::Status EnterShared(Deadline deadline);
  absl::Status Reopen(Deadline deadline);
  absl::Status Recover(int rc, std::string_view what, Deadline deadline);
  absl::Status AdoptGrownMap(Deadline deadline);
  absl::Status ResizeMap(uint64_t size);
  absl::Status ClearDeadReaders();
  int StartReader(MDB_txn** txn);

  absl::StatusOr<MDB_txn*> StartWriter(Deadline deadline);
  absl::Status EnsureMapHeadroom(Deadline deadline);
  absl::Status EnsureFileRoom(uint64_t extra_bytes);
  void WriteAhead();
  absl::Status EnsureRoomFor(MDB_txn* txn, const WriteLoad& load);
  absl::Status FinishWrites(MDB_txn* txn, TableWriter* writes);
  absl::Status FailedCommit(int rc);
  uint64_t UsedBytes() const;

  // The redo log (environment_redo.cc).
  absl::Status PrepareLog();
  absl::StatusOr<bool> LogCommit(MDB_txn* txn, TableWriter* writes);
  absl::Status AppendToLog(MDB_txn* txn, TableWriter* writes, bool beside);
  int CommitLogged(MDB_txn* txn);
  absl::Status FailedLoggedCommit(int rc);
  absl::Status CloseLog();
  void CloseLogAtEnd();
  void KeepLog(bool idle);
  void WriteBack();

  const std::string directory_;
  const std::string data_path_;
  const LockFd directory_fd_;
  const EnvironmentOptions options_;
  const uint64_t generation_;

  LockFd peers_;
  std::unique_ptr<WriterLock> writer_;
  RedoLog log_;

  // Changed only while the gate is held alone.
  Gate gate_;
  MDB_env* env_ = nullptr;
  uint64_t page_size_ = 0;
  std::array<MDB_dbi, kTableCount> dbis_{};

  std::mutex pool_mutex_;
  std::vector<MDB_txn*> pool_;  // reset readers, which keep their slots

  // Flags between threads, tied to no other data: what they ask for is done
  // under the gate, which orders everything. Relaxed.
  std::atomic<bool> poisoned_{false};
  std::atomic<bool> map_full_{false};
  // Guarded by the writer lock.
  uint32_t writes_until_check_ = 0;
  bool small_commits_ = true;   // as far as the last one tells
  uint64_t written_until_ = 0;  // up to there blocks were written before
  std::unique_ptr<RedoKeeper> keeper_;  // once the log has been open
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_ENVIRONMENT_H_
