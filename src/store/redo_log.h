// The log of small commits: such a commit waits for the disk once, for its
// record in the file `redo`, where LMDB's own would wait twice. LMDB commits it
// without waiting, and its file is synced now and then, at a checkpoint. After
// a power loss the file goes back to the checkpoint, and the log's records are
// done again (redo_recovery.h).
//
// What makes that safe (docs/design/durable_calls.md):
// - Nobody writes while the log is open but its owner, who holds a read
//   transaction of the checkpoint, the pin: LMDB then leaves the checkpoint's
//   pages alone. Anybody else closes the log first.
// - Opening and closing sync LMDB's file before they write the header.
// - A record is on the disk before its commit can be seen.
//
// Guarded by the writer's lock together with the gate shared, or by the gate
// held alone; only owned() and logged() may be asked without.
#ifndef DRAWDOWN_SRC_STORE_REDO_LOG_H_
#define DRAWDOWN_SRC_STORE_REDO_LOG_H_

#include <lmdb.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "store/redo_file.h"

namespace drawdown {

class RedoLog {
 public:
  // The log is opened after so many small commits in a row.
  // `directory_fd` and `boot_id` as in RedoFile and CacheId.
  RedoLog(int directory_fd, const std::string& directory,
          std::string_view boot_id, uint32_t commits_before);
  ~RedoLog();
  RedoLog(const RedoLog&) = delete;  // Owns the pin.
  RedoLog& operator=(const RedoLog&) = delete;

  // Before a write transaction begins. Closes a log that is not ours; opens or
  // renews ours where it pays. kIo: nothing may be written.
  absl::Status BeforeWrite(MDB_env* env);

  // Whether the log is open and ours.
  bool owned() const { return owned_.load(std::memory_order_relaxed); }
  bool Takes(const RedoRecord& record, uint64_t transaction) const;
  // Writes the record. After an error, here or in what follows, the log must be
  // closed.
  absl::Status Append(RedoRecord* record, uint64_t transaction);
  // Has the disk begin with it. May be left out.
  absl::Status BeginSync();
  // On the disk when OK.
  absl::Status Sync();
  // Of every commit, logged or not.
  void Committed(uint64_t transaction, const RedoRecord& record);

  // Syncs LMDB's file and closes the log, whoever's it is. After an error it is
  // open still, and must_recover() tells whether LMDB's file can be used.
  absl::Status Close(MDB_env* env);
  // Lets go of the pin: the log stays open and is nobody's.
  void LetGo();

  // LMDB's file failed to reach the disk: it has to be recovered.
  bool must_recover() const { return must_recover_; }

  // True once for each eighth of the log that has been filled.
  bool FilledAnEighth();

  // Commits that were logged, ever.
  uint64_t logged() const { return logged_.load(std::memory_order_relaxed); }
  // Whether it is open, ours, and another process has closed it meanwhile.
  bool TakenOver();

  RedoFile& file() { return file_; }
  // Of a data file and this boot.
  CacheId CacheIdOf(const struct stat& data) const;
  // The file was recovered.
  void Recovered() { must_recover_ = false; }

 private:
  absl::Status Wrote(const absl::Status& status);
  absl::Status SyncData(MDB_env* env, const RedoHeader& header);
  absl::Status Open(MDB_env* env, const RedoHeader& before);
  bool Pays(MDB_env* env) const;
  RedoPlaces PlacesWith(const RedoRecord& record) const;
  bool HasOurGeneration(const RedoFile::View& view) const;

  const std::string directory_;
  const std::string boot_id_;
  const uint32_t commits_before_;
  RedoFile file_;
  bool unavailable_ = false;  // no room for the file, or it cannot be written
  bool must_recover_ = false;

  MDB_txn* pin_ = nullptr;
  // Written under the locks above; the keeper looks without. Relaxed: it looks
  // again under the locks.
  std::atomic<bool> owned_{false};
  std::atomic<uint64_t> logged_{0};
  uint64_t generation_ = 0;
  uint64_t next_transaction_ = 0;
  uint64_t used_ = 0;       // bytes of records
  uint64_t largest_ = 0;    // of this generation
  RedoPlaces places_;       // of all its records
  size_t most_places_ = 0;  // of one record of this generation
  uint64_t eighths_ = 0;    // that FilledAnEighth() has told of
  // The record written last has no commit: then nothing follows it.
  bool failed_ = false;

  using Clock = std::chrono::steady_clock;
  uint32_t in_a_row_ = 0;
  uint64_t last_transaction_ = 0;
  Clock::time_point last_at_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REDO_LOG_H_
