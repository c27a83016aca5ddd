// The redo log as Environment uses it (redo_log.h has its rules).
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <exception>
#include <string>

#include "base/error.h"
#include "store/environment.h"
#include "store/lmdb_error.h"
#include "store/peers.h"
#include "store/table_writer.h"

namespace drawdown {
namespace {

// How long the end of an environment, or its keeper, waits for other writers. A
// log that is left open is closed by whoever writes next.
constexpr std::chrono::milliseconds kCloseWait{1'000};
constexpr std::chrono::milliseconds kKeeperWait{50};
// So many late puts, of half a microsecond and more each, are worth a system
// call that has the disk begin while they are done.
constexpr size_t kWorthBeginning = 32;

}  // namespace

// Null when there is nothing to recover. The page cache that the log was opened
// in has all that was committed, unless a sync has failed. Who has others about
// is in it: the first of them has recovered what was another's, or has left.
absl::StatusOr<std::unique_ptr<RedoRecovery>> Environment::BeginRecovery() {
  ASSIGN_OR_RETURN(const RedoFile::View view, log_.file().Look());
  if (!view.header.open) return nullptr;
  struct stat data;
  if (stat(data_path_.c_str(), &data) != 0) {
    return ErrnoError(errno, data_path_);
  }
  const bool must =
      log_.must_recover() || view.state == RedoFile::State::kMustRecover;
  const bool same_cache = view.header.cache == log_.CacheIdOf(data);
  ASSIGN_OR_RETURN(const bool alone, IsAlone(peers_));
  if (alone && (must || !same_cache)) {
    return RedoRecovery::Begin(directory_, &log_.file());
  }
  if (alone) {
    RETURN_IF_ERROR(RedoRecovery::CheckTogether(directory_, &log_.file()));
  }
  if (!must) return nullptr;
  RETURN_IF_ERROR(log_.file().MarkMustRecover(view.header.generation));
  return MakeError(ErrorCode::kIo,
                   absl::StrCat(directory_,
                                ": data.mdb may lack what was acknowledged; "
                                "the ledger is recovered when every other "
                                "process that has it open has ended"));
}

// REQUIRES: the writer's lock and the gate, shared; no write transaction.
absl::Status Environment::PrepareLog() {
  const bool owned = log_.owned();
  const absl::Status status = log_.BeforeWrite(env_);
  if (log_.must_recover()) poisoned_.store(true, std::memory_order_relaxed);
  RETURN_IF_ERROR(status);
  if (owned || !log_.owned() || options_.log_idle.count() == 0) return status;
  if (keeper_ == nullptr) {
    RedoKeeper::Work work;
    work.count = [this] { return log_.logged(); };
    work.owned = [this] { return log_.owned(); };
    work.look = [this](bool idle) { KeepLog(idle); };
    work.write_back = [this] { WriteBack(); };
    try {
      keeper_ =
          std::make_unique<RedoKeeper>(options_.log_idle, std::move(work));
    } catch (const std::exception&) {
      return CloseLog();  // Nobody would look after it.
    }
  }
  keeper_->Wake();
  return status;
}

absl::Status Environment::CloseLog() {
  const absl::Status status = log_.Close(env_);
  if (!status.ok()) poisoned_.store(true, std::memory_order_relaxed);
  return status;
}

// After an error, or an exception, the record may be there.
absl::Status Environment::AppendToLog(MDB_txn* txn, TableWriter* writes,
                                      bool beside) {
  RETURN_IF_ERROR(log_.Append(writes->record(), mdb_txn_id(txn)));
  if (beside) {
    RETURN_IF_ERROR(log_.BeginSync());
    RETURN_IF_ERROR(FinishWrites(txn, writes));
  }
  return log_.Sync();
}

// True when the commit is in the log, and LMDB need not wait for the disk. What
// was put late is done while the disk writes its record; where that fails, the
// record must not count.
absl::StatusOr<bool> Environment::LogCommit(MDB_txn* txn, TableWriter* writes) {
  if (!log_.owned() || !log_.Takes(*writes->record(), mdb_txn_id(txn))) {
    RETURN_IF_ERROR(FinishWrites(txn, writes));
    if (log_.owned()) RETURN_IF_ERROR(CloseLog());
    return false;
  }
  const bool beside = writes->late() >= kWorthBeginning;
  if (!beside) RETURN_IF_ERROR(FinishWrites(txn, writes));
  absl::Status appended;
  try {
    appended = AppendToLog(txn, writes, beside);
  } catch (const std::exception&) {  // no memory to tell what failed
    if (CloseLog().ok()) throw;
    appended = absl::ResourceExhaustedError("no memory");
  }
  if (appended.ok()) return true;
  // The record may be there until the log is closed.
  if (CloseLog().ok()) return appended;
  return MakeError(ErrorCode::kUncertain,
                   absl::StrCat("commit to ", directory_,
                                " failed halfway: ", appended.message()));
}

int Environment::CommitLogged(MDB_txn* txn) {
  mdb_env_set_flags(env_, MDB_NOSYNC, 1);
  const int rc = mdb_txn_commit(txn);
  mdb_env_set_flags(env_, MDB_NOSYNC, 0);
  return rc;
}

// The record says that it happened and LMDB's file that it did not; with the
// log closed it did not.
absl::Status Environment::FailedLoggedCommit(int rc) {
  const absl::Status closed = CloseLog();
  const absl::Status failed = FailedCommit(rc);
  if (closed.ok()) return failed;
  return MakeError(ErrorCode::kUncertain, std::string(failed.message()));
}

// So that a clean end leaves nothing to recover.
void Environment::CloseLogAtEnd() {
  if (env_ == nullptr || !log_.owned() ||
      poisoned_.load(std::memory_order_relaxed)) {
    return;
  }
  if (!writer_->Acquire(After(kCloseWait)).ok()) return;
  const WriterHold held(writer_.get());
  if (!log_.TakenOver()) CloseLog().IgnoreError();
}

// By the keeper's thread.
void Environment::KeepLog(bool idle) {
  try {
    if (!idle) return;
    if (!writer_->Acquire(After(kKeeperWait)).ok()) return;
    const WriterHold held(writer_.get());
    if (poisoned_.load(std::memory_order_relaxed)) return;
    if (!gate_.EnterShared(After(kKeeperWait))) return;
    const GatePass shared(&gate_, GatePass::Kind::kShared);
    if (env_ == nullptr || !log_.owned()) return;
    if (log_.TakenOver()) {
      log_.LetGo();
    } else {
      CloseLog().IgnoreError();
    }
  } catch (const std::exception&) {
    // No memory for an error: the next look tries again.
  }
}

// By the keeper's thread: LMDB's pages begin to go to the disk while the log is
// being filled, so that the checkpoint finds few of them left to wait for. It
// waits for none and decides nothing: the errors of writes that have begun stay
// for the checkpoint's own sync to find. One of beginning them is passed over,
// as it is where the kernel begins them by itself.
void Environment::WriteBack() {
  if (!gate_.EnterShared(After(kKeeperWait))) return;
  const GatePass shared(&gate_, GatePass::Kind::kShared);
  mdb_filehandle_t fd;
  if (env_ == nullptr || mdb_env_get_fd(env_, &fd) != MDB_SUCCESS) return;
  sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

}  // namespace drawdown
