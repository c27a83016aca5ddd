#include "store/environment.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/error.h"
#include "store/checks.h"
#include "store/lmdb_error.h"
#include "store/peers.h"

namespace drawdown {
namespace {

constexpr mode_t kEnvironmentMode = 0664;
constexpr int kOpenAttempts = 10;
constexpr size_t kPooledReaders = 16;
constexpr int kMetaReadAttempts = 3;

// Unlocks the directory also when a forked child holds a copy of the
// descriptor.
struct DirectoryUnlock {
  explicit DirectoryUnlock(int directory_fd) : fd(directory_fd) {}
  ~DirectoryUnlock() { flock(fd, LOCK_UN); }
  DirectoryUnlock(const DirectoryUnlock&) = delete;  // Unlocks once.
  DirectoryUnlock& operator=(const DirectoryUnlock&) = delete;
  const int fd;
};

// Leaves the peers again unless the ledger is open. Before the directory is
// unlocked: whoever opens it next may be the one who has to recover it.
class PeersHold {
 public:
  explicit PeersHold(LockFd* peers) : peers_(peers) {}
  ~PeersHold() {
    if (peers_ != nullptr) *peers_ = LockFd();
  }
  PeersHold(const PeersHold&) = delete;  // Leaves once.
  PeersHold& operator=(const PeersHold&) = delete;
  void Keep() { peers_ = nullptr; }

 private:
  LockFd* peers_;
};

absl::StatusOr<MetaPage> ReadMetaPages(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) {
    return MakeError(ErrorCode::kNotALedger,
                     absl::StrCat("not a ledger: there is no ", path));
  }
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("open ", path));
  std::string head(kMetaBytes, '\0');
  const ssize_t size = pread(fd.get(), head.data(), head.size(), 0);
  if (size < 0) return ErrnoError(errno, absl::StrCat("read ", path));
  head.resize(static_cast<size_t>(size));
  struct stat info;  // After the read: the file only grows.
  if (fstat(fd.get(), &info) != 0) return ErrnoError(errno, path);
  return ParseMetaPages(head, static_cast<uint64_t>(info.st_size), path);
}

// A meta page may be read while its writer is halfway: look again.
absl::Status CheckMetaPages(const std::string& path) {
  absl::Status status;
  for (int attempt = 0; attempt < kMetaReadAttempts; ++attempt) {
    status = ReadMetaPages(path).status();
    if (GetErrorCode(status) != ErrorCode::kCorrupt) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return status;
}

bool IsTransient(int rc) {
  return rc == EAGAIN || rc == EBUSY || rc == EINTR || rc == EACCES;
}

// Opening can fail while another program (mdb_stat, say) opens or closes the
// same environment; ours are kept apart by the directory's lock.
int OpenWithRetry(MDB_env* env, const std::string& directory) {
  int rc = 0;
  for (int attempt = 1; attempt <= kOpenAttempts; ++attempt) {
    rc = mdb_env_open(env, directory.c_str(), MDB_NOTLS, kEnvironmentMode);
    if (!IsTransient(rc)) break;
    std::this_thread::sleep_for(
        std::chrono::microseconds(500 * attempt + getpid() % 500));
  }
  return rc;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(
    const std::string& directory, LockFd directory_fd,
    const EnvironmentOptions& options, Deadline deadline) {
  EnvironmentOptions filled = options;
  if (filled.boot_id.empty()) {
    ASSIGN_OR_RETURN(filled.boot_id, BootId());
  }
  std::unique_ptr<Environment> environment(
      new Environment(directory, std::move(directory_fd), filled));
  RETURN_IF_ERROR(environment->OpenAll(deadline));
  return environment;
}

Environment::Environment(std::string directory, LockFd directory_fd,
                         const EnvironmentOptions& options)
    : directory_(std::move(directory)),
      data_path_(directory_ + "/data.mdb"),
      directory_fd_(std::move(directory_fd)),
      options_(options),
      generation_(ForkGeneration()),
      log_(directory_fd_.get(), directory_, options.boot_id,
           options.commits_before_log) {}

Environment::~Environment() {
  keeper_.reset();
  CloseLogAtEnd();
  CloseLmdb();
}

absl::Status Environment::CheckNotForked() const {
  if (!forked()) return absl::OkStatus();
  return MakeError(ErrorCode::kForked,
                   absl::StrCat(directory_,
                                ": opened before fork(); open it "
                                "again in this process"));
}

absl::Status Environment::OpenAll(Deadline deadline) {
  RETURN_IF_ERROR(CheckFiles());
  RETURN_IF_ERROR(LockWithDeadline(
      directory_fd_.get(), LOCK_EX, deadline,
      absl::StrCat(directory_, ": another process is opening the ledger")));
  const DirectoryUnlock unlock(directory_fd_.get());
  PeersHold hold(&peers_);
  ASSIGN_OR_RETURN(peers_, JoinPeers(directory_));
  ASSIGN_OR_RETURN(writer_, WriterLock::Open(directory_, options_.boot_id));
  RETURN_IF_ERROR(OpenLmdb());
  hold.Keep();
  return absl::OkStatus();
}

absl::Status Environment::CheckFiles() const {
  int version[3];
  mdb_version(&version[0], &version[1], &version[2]);
  RETURN_IF_ERROR(CheckLmdbVersion(version[0], version[1], version[2]));
  struct statfs filesystem;
  if (fstatfs(directory_fd_.get(), &filesystem) != 0) {
    return ErrnoError(errno, absl::StrCat("statfs ", directory_));
  }
  RETURN_IF_ERROR(CheckFilesystem(static_cast<uint64_t>(filesystem.f_type),
                                  options_.allow_any_filesystem, directory_));
  // With a redo log open they are judged after the recovery.
  RedoFile redo(directory_fd_.get(), directory_);
  ASSIGN_OR_RETURN(const RedoFile::View view, redo.Look());
  if (!view.header.open) RETURN_IF_ERROR(CheckMetaPages(data_path_));
  struct stat live;
  if (stat((directory_ + "/live").c_str(), &live) == 0 &&
      S_ISDIR(live.st_mode)) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kNotALedger,
                   absl::StrCat(directory_,
                                " has no live folder; if it is a "
                                "copy of a ledger, make an empty "
                                "one"));
}

// LMDB opens its files by the path, which another ledger may have by now.
absl::Status Environment::CheckPlace() const {
  struct stat ours;
  struct stat named;
  if (fstat(directory_fd_.get(), &ours) != 0 ||
      stat(directory_.c_str(), &named) != 0) {
    return ErrnoError(errno, directory_);
  }
  if (ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kIo,
                   absl::StrCat(directory_,
                                ": the ledger that this process has open was "
                                "moved from there; open it anew"));
}

// REQUIRES: the directory is locked.
absl::Status Environment::OpenLmdb() {
  RETURN_IF_ERROR(CheckPlace());
  ASSIGN_OR_RETURN(const std::unique_ptr<RedoRecovery> recovery,
                   BeginRecovery());
  RETURN_IF_ERROR(CheckMetaPages(data_path_));
  MDB_env* env = nullptr;
  RETURN_IF_ERROR(LmdbError(mdb_env_create(&env), "mdb_env_create"));
  std::unique_ptr<MDB_env, decltype(&mdb_env_close)> open(env, mdb_env_close);
  RETURN_IF_ERROR(StartLmdb(env, recovery.get()));
  pool_.reserve(kPooledReaders);  // EndRead must not fail.
  env_ = open.release();
  return absl::OkStatus();
}

absl::Status Environment::StartLmdb(MDB_env* env, RedoRecovery* recovery) {
  const std::string what = absl::StrCat("open ", directory_);
  ASSIGN_OR_RETURN(const MetaPage meta, ReadMetaPages(data_path_));
  page_size_ = meta.page_size;
  RETURN_IF_ERROR(LmdbError(mdb_env_set_maxdbs(env, kTableCount), what));
  RETURN_IF_ERROR(
      LmdbError(mdb_env_set_maxreaders(env, options_.max_readers), what));
  uint64_t map = std::max(options_.map_size_bytes, meta.map_size);
  if (recovery != nullptr) {
    const uint64_t used = (meta.last_page + 1) * page_size_;
    map = MapSizeFor(map, used + RedoRecovery::kMapBytes, /*must_grow=*/false);
  }
  RETURN_IF_ERROR(LmdbError(mdb_env_set_mapsize(env, map), what));
  RETURN_IF_ERROR(LmdbError(OpenWithRetry(env, directory_), what));
  int dead = 0;
  RETURN_IF_ERROR(LmdbError(mdb_reader_check(env, &dead), what));
  RETURN_IF_ERROR(OpenTables(env));
  if (recovery == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(recovery->Replay(env, dbis_));
  log_.Recovered();
  return absl::OkStatus();
}

// All of them once, in one committed transaction, before any other is begun:
// LMDB's handles are not safe otherwise. Build() makes all or none, so a store
// with some of them was a ledger and is damaged.
absl::Status Environment::OpenTables(MDB_env* env) {
  const std::string what = absl::StrCat("open ", directory_);
  MDB_txn* txn = nullptr;
  RETURN_IF_ERROR(
      LmdbError(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), what));
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> open(txn, mdb_txn_abort);
  int found = 0;
  const char* missing = nullptr;
  for (int i = 0; i < kTableCount; ++i) {
    const char* const name = TableName(static_cast<Table>(i));
    const int rc = mdb_dbi_open(txn, name, 0, &dbis_[i]);
    if (rc == MDB_SUCCESS) {
      ++found;
    } else if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE) {
      missing = name;
    } else {
      return LmdbError(rc, absl::StrCat("open ", name));
    }
  }
  if (missing == nullptr) {
    return LmdbError(mdb_txn_commit(open.release()), what);
  }
  return MakeError(found == 0 ? ErrorCode::kNotALedger : ErrorCode::kCorrupt,
                   absl::StrCat(data_path_, " has no table ", missing));
}

void Environment::CloseLmdb() {
  if (env_ == nullptr) return;
  log_.LetGo();
  for (MDB_txn* const txn : pool_) mdb_txn_abort(txn);
  pool_.clear();
  mdb_env_close(env_);
  env_ = nullptr;
}

absl::Status Environment::CallError(int rc, std::string_view context) {
  if (rc == MDB_MAP_FULL) map_full_.store(true, std::memory_order_relaxed);
  if (rc == MDB_PANIC) poisoned_.store(true, std::memory_order_relaxed);
  return LmdbError(rc, context);
}

absl::Status Environment::EnterShared(Deadline deadline) {
  RETURN_IF_ERROR(CheckNotForked());
  for (;;) {
    if (poisoned_.load(std::memory_order_relaxed)) {
      RETURN_IF_ERROR(Reopen(deadline));
    }
    if (!gate_.EnterShared(deadline)) {
      return MakeError(ErrorCode::kBusy,
                       absl::StrCat(directory_,
                                    ": the memory map is being "
                                    "changed"));
    }
    if (env_ != nullptr && !poisoned_.load(std::memory_order_relaxed)) {
      return absl::OkStatus();
    }
    gate_.LeaveShared();
  }
}

// After a failure that leaves LMDB's idea of the file in doubt: read it anew.
absl::Status Environment::Reopen(Deadline deadline) {
  if (!gate_.EnterExclusive(deadline)) {
    return MakeError(
        ErrorCode::kUncertain,
        absl::StrCat(directory_,
                     ": a write failed halfway; the ledger reopens "
                     "when the transactions of this process end"));
  }
  const GatePass alone(&gate_, GatePass::Kind::kAlone);
  absl::Status status;
  if (poisoned_.load(std::memory_order_relaxed)) {
    status = LockWithDeadline(directory_fd_.get(), LOCK_EX, deadline,
                              absl::StrCat("reopen ", directory_));
    if (status.ok()) {
      const DirectoryUnlock unlock(directory_fd_.get());
      CloseLmdb();
      status = OpenLmdb();
      if (status.ok()) poisoned_.store(false, std::memory_order_relaxed);
    }
  }
  return status;
}

// Undoes what kept a transaction from beginning, so that a second try may work.
absl::Status Environment::Recover(int rc, std::string_view what,
                                  Deadline deadline) {
  switch (rc) {
    case MDB_READERS_FULL:
      return ClearDeadReaders();
    case MDB_MAP_RESIZED:
      return AdoptGrownMap(deadline);
    case MDB_PANIC:
      poisoned_.store(true, std::memory_order_relaxed);
      return absl::OkStatus();
    default:
      return LmdbError(rc, absl::StrCat(std::string(what), " ", directory_));
  }
}

absl::Status Environment::AdoptGrownMap(Deadline deadline) {
  if (!gate_.EnterExclusive(deadline)) {
    return MakeError(ErrorCode::kBusy,
                     absl::StrCat(directory_,
                                  ": another process grew the memory map; this "
                                  "one follows when its transactions end"));
  }
  const GatePass alone(&gate_, GatePass::Kind::kAlone);
  return ResizeMap(0);
}

// REQUIRES: the gate is held alone. 0 is the size another process gave it.
absl::Status Environment::ResizeMap(uint64_t size) {
  if (env_ == nullptr) return absl::OkStatus();
  // The pin is a transaction too. A writer has closed the log; who follows a
  // map that another process grew has lost it to that one.
  log_.LetGo();
  const int rc = mdb_env_set_mapsize(env_, size);
  // A failure leaves LMDB without a map at all.
  if (rc != MDB_SUCCESS) poisoned_.store(true, std::memory_order_relaxed);
  return LmdbError(rc, absl::StrCat("resize the map of ", directory_, " to ",
                                    size, " bytes"));
}

absl::Status Environment::ClearDeadReaders() {
  int dead = 0;
  RETURN_IF_ERROR(LmdbError(mdb_reader_check(env_, &dead),
                            absl::StrCat("check readers of ", directory_)));
  if (dead > 0) return absl::OkStatus();
  return MakeError(ErrorCode::kBusy,
                   absl::StrCat(directory_,
                                ": all reader slots are taken by "
                                "live processes"));
}

int Environment::StartReader(MDB_txn** txn) {
  {
    std::lock_guard<std::mutex> lock(pool_mutex_);
    if (!pool_.empty()) {
      *txn = pool_.back();
      pool_.pop_back();
    }
  }
  if (*txn == nullptr) return mdb_txn_begin(env_, nullptr, MDB_RDONLY, txn);
  const int rc = mdb_txn_renew(*txn);
  if (rc != MDB_SUCCESS) {
    mdb_txn_abort(*txn);
    *txn = nullptr;
  }
  return rc;
}

absl::StatusOr<MDB_txn*> Environment::BeginRead(Deadline deadline) {
  for (int attempt = 0;; ++attempt) {
    RETURN_IF_ERROR(EnterShared(deadline));
    GatePass shared(&gate_, GatePass::Kind::kShared);
    MDB_txn* txn = nullptr;
    const int rc = StartReader(&txn);
    if (rc == MDB_SUCCESS) {
      shared.Keep();
      return txn;
    }
    absl::Status status;
    if (rc == MDB_READERS_FULL) status = Recover(rc, "read", deadline);
    shared.Leave();
    if (rc != MDB_READERS_FULL) status = Recover(rc, "read", deadline);
    RETURN_IF_ERROR(status);
    if (attempt == kOpenAttempts) return LmdbError(rc, "begin a read");
  }
}

void Environment::EndRead(MDB_txn* txn) {
  if (forked()) return;
  {
    std::lock_guard<std::mutex> lock(pool_mutex_);
    if (pool_.size() < kPooledReaders) {
      mdb_txn_reset(txn);
      pool_.push_back(txn);
      txn = nullptr;
    }
  }
  if (txn != nullptr) mdb_txn_abort(txn);
  gate_.LeaveShared();
}

absl::Status Environment::CopyTo(int fd, Deadline deadline) {
  RETURN_IF_ERROR(EnterShared(deadline));
  const int rc = mdb_env_copyfd2(env_, fd, MDB_CP_COMPACT);
  gate_.LeaveShared();
  return LmdbError(rc, absl::StrCat("copy ", directory_));
}

}  // namespace drawdown
