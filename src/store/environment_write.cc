// The writing half of Environment: room before, doubt after.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/error.h"
#include "store/environment.h"
#include "store/lmdb_error.h"
#include "store/table_writer.h"

namespace drawdown {
namespace {

constexpr uint32_t kWritesPerReaderCheck = 64;
// File room a small transaction never has to ask for at its commit.
constexpr uint64_t kReadyBytes = uint64_t{1} << 20;
// Small transactions find this much file room that was written before, when it
// falls below the lesser.
constexpr uint64_t kLeastWrittenAhead = kReadyBytes / 4;
constexpr uint64_t kWrittenAhead = kReadyBytes;
// How long growing the map may hold new transactions off. Short, because a
// thread that keeps one open may be about to begin another.
constexpr std::chrono::milliseconds kGrowWait{200};

// Zeros over [from, to), as far as they go: nothing depends on them.
void WriteZeros(int fd, uint64_t from, uint64_t to) {
  static constexpr char kZeros[64 << 10] = {};
  while (from < to) {
    const ssize_t written =
        pwrite(fd, kZeros, std::min<uint64_t>(sizeof kZeros, to - from),
               static_cast<off_t>(from));
    if (written <= 0) return;
    from += static_cast<uint64_t>(written);
  }
}

bool NoSpaceLeft(int fd) {
  struct statvfs info;
  return fstatvfs(fd, &info) == 0 && info.f_bavail < 2;
}

}  // namespace

absl::StatusOr<MDB_txn*> Environment::BeginWrite(Deadline deadline) {
  RETURN_IF_ERROR(CheckNotForked());
  RETURN_IF_ERROR(writer_->Acquire(deadline));
  WriterHold held(writer_.get());
  absl::StatusOr<MDB_txn*> txn = StartWriter(deadline);
  if (txn.ok()) held.Keep();
  return txn;
}

absl::StatusOr<MDB_txn*> Environment::StartWriter(Deadline deadline) {
  for (int attempt = 0;; ++attempt) {
    RETURN_IF_ERROR(EnsureMapHeadroom(deadline));
    RETURN_IF_ERROR(EnterShared(deadline));
    GatePass shared(&gate_, GatePass::Kind::kShared);
    if (writes_until_check_ == 0) {
      int dead = 0;
      mdb_reader_check(env_, &dead);
      writes_until_check_ = kWritesPerReaderCheck;
    }
    --writes_until_check_;
    RETURN_IF_ERROR(PrepareLog());
    MDB_txn* txn = nullptr;
    const int rc = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (rc == MDB_SUCCESS) {
      std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> open(txn,
                                                              mdb_txn_abort);
      // Only to save the commit from asking; there it is decided.
      EnsureFileRoom(kReadyBytes).IgnoreError();
      if (small_commits_ && !log_.owned()) WriteAhead();
      shared.Keep();
      return open.release();
    }
    shared.Leave();
    RETURN_IF_ERROR(Recover(rc, "write", deadline));
    if (attempt == 3) return LmdbError(rc, "begin a write");
  }
}

uint64_t Environment::UsedBytes() const {
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  return (info.me_last_pgno + 1) * page_size_;
}

absl::Status Environment::EnsureMapHeadroom(Deadline deadline) {
  RETURN_IF_ERROR(EnterShared(deadline));
  GatePass shared(&gate_, GatePass::Kind::kShared);
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  const bool must_grow = map_full_.load(std::memory_order_relaxed);
  if (must_grow) ClearDeadReaders().IgnoreError();
  const uint64_t size = MapSizeFor(info.me_mapsize, UsedBytes(), must_grow);
  // The log's pin would be in the way of the map.
  if (size != info.me_mapsize && log_.owned()) RETURN_IF_ERROR(CloseLog());
  shared.Leave();
  if (size == info.me_mapsize) return absl::OkStatus();
  if (!gate_.EnterExclusive(std::min(deadline, After(kGrowWait)))) {
    // Readers of this process are in the way. What room is left may do.
    return absl::OkStatus();
  }
  const GatePass alone(&gate_, GatePass::Kind::kAlone);
  const absl::Status status = ResizeMap(size);
  if (status.ok()) map_full_.store(false, std::memory_order_relaxed);
  return status;
}

// Makes sure that `extra_bytes` past the pages in use have blocks on disk.
absl::Status Environment::EnsureFileRoom(uint64_t extra_bytes) {
  mdb_filehandle_t fd;
  RETURN_IF_ERROR(LmdbError(mdb_env_get_fd(env_, &fd), data_path_));
  const uint64_t wanted = UsedBytes() + extra_bytes;
  // Not by fstat: a file that was asked for its times since it was written last
  // notes the next write's time to the nanosecond (Linux 6.13 and later), and
  // no write after it in the system has an earlier one. So the redo log's inode
  // has a new time at each commit, and without a journal ext4 writes it as part
  // of the sync that the commit waits for.
  const off_t end = lseek(fd, 0, SEEK_END);
  if (end < 0) return ErrnoError(errno, data_path_);
  const auto size = static_cast<uint64_t>(end);
  if (size >= wanted) return absl::OkStatus();
  const uint64_t step = PreallocationStep(size);
  if (Preallocate(fd, wanted + step, data_path_).ok()) return absl::OkStatus();
  return Preallocate(fd, wanted, data_path_);
}

// A filesystem notes in its journal when a preallocated block is first written,
// and the sync that follows waits for the journal too: that made one small
// commit in five take a multiple of the others. So the blocks they will need
// are written ahead, many at a time; where that fails they are only slower.
// Bulk commits would write everything twice and gain nothing.
//
// REQUIRES: the writer's locks are held, so that nobody uses what lies past the
// pages in use.
void Environment::WriteAhead() {
  const uint64_t used = UsedBytes();
  if (written_until_ >= used + kLeastWrittenAhead) return;
  mdb_filehandle_t fd;
  if (mdb_env_get_fd(env_, &fd) != MDB_SUCCESS) return;
  // Blocks never written are a hole to ext4 and xfs. Where others say that
  // there is none before the file's end, nothing is written.
  const off_t hole = lseek(fd, static_cast<off_t>(used), SEEK_HOLE);
  if (hole < 0) return;
  written_until_ = std::max(used, static_cast<uint64_t>(hole));
  struct stat info;
  if (written_until_ >= used + kLeastWrittenAhead || fstat(fd, &info) != 0) {
    return;
  }
  const uint64_t until =
      std::min(used + kWrittenAhead, static_cast<uint64_t>(info.st_size));
  WriteZeros(fd, written_until_, until);
  written_until_ = std::max(written_until_, until);
}

absl::Status Environment::EnsureRoomFor(MDB_txn* txn, const WriteLoad& load) {
  std::array<TableShape, kTableCount> after{};
  for (int i = 0; i < kTableCount; ++i) {
    if (!load[i].changed) continue;
    MDB_stat stat;
    const int rc = mdb_stat(txn, dbis_[i], &stat);
    RETURN_IF_ERROR(CallError(rc, "commit"));
    after[i] = {
        stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages,
        stat.ms_depth};
  }
  const uint64_t bound = PageBound(load, after) * page_size_;
  small_commits_ = bound <= kReadyBytes;
  return EnsureFileRoom(bound);
}

// All that a commit needs but LMDB's own.
absl::Status Environment::FinishWrites(MDB_txn* txn, TableWriter* writes) {
  RETURN_IF_ERROR(writes->FinishLate());
  return EnsureRoomFor(txn, writes->load());
}

absl::Status Environment::CommitWrite(MDB_txn* txn, TableWriter* writes) {
  const auto abort = [this](MDB_txn* open) { AbortWrite(open); };
  std::unique_ptr<MDB_txn, decltype(abort)> open(txn, abort);
  const RedoRecord& record = *writes->record();
  if (record.empty()) return absl::OkStatus();  // Nothing to commit.
  const absl::StatusOr<bool> logged = LogCommit(txn, writes);
  if (!logged.ok()) {
    open.reset();
    if (GetErrorCode(logged.status()) == ErrorCode::kUncertain) {
      return logged.status();
    }
    return WithContext(logged.status(), "nothing was written");
  }
  const uint64_t transaction = mdb_txn_id(txn);
  // LMDB frees the transaction whatever it returns.
  const int rc =
      *logged ? CommitLogged(open.release()) : mdb_txn_commit(open.release());
  const WriterHold held(writer_.get());
  const GatePass shared(&gate_, GatePass::Kind::kShared);
  if (rc != MDB_SUCCESS) {
    return *logged ? FailedLoggedCommit(rc) : FailedCommit(rc);
  }
  log_.Committed(transaction, record);
  if (*logged && log_.FilledAnEighth() && keeper_ != nullptr) {
    keeper_->WriteBack();
  }
  return absl::OkStatus();
}

// LMDB writes data pages, syncs, then writes a meta page. Where the meta page
// failed it refuses every later transaction (MDB_PANIC), and only there can the
// outcome be in doubt. After any other I/O error nothing changed, but the file
// is read anew before it is used again: the kernel reports a failed write-back
// once and then takes the pages for clean.
absl::Status Environment::FailedCommit(int rc) {
  MDB_txn* probe = nullptr;
  const int probe_rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &probe);
  if (probe_rc == MDB_SUCCESS) mdb_txn_abort(probe);
  if (probe_rc == MDB_PANIC || rc == MDB_PANIC) {
    poisoned_.store(true, std::memory_order_relaxed);
    return MakeError(ErrorCode::kUncertain,
                     absl::StrCat("commit to ", directory_,
                                  " failed halfway: ", mdb_strerror(rc)));
  }
  if (rc == EIO) poisoned_.store(true, std::memory_order_relaxed);
  // A short write is how a full disk looks to LMDB.
  if (rc == EIO && NoSpaceLeft(directory_fd_.get())) rc = ENOSPC;
  return CallError(rc, absl::StrCat("commit to ", directory_));
}

void Environment::AbortWrite(MDB_txn* txn) {
  if (forked()) return;
  mdb_txn_abort(txn);
  gate_.LeaveShared();
  writer_->Release();
}

}  // namespace drawdown
