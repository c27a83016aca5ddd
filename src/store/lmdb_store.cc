#include "store/lmdb_store.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "store/build.h"
#include "store/checks.h"
#include "store/lmdb_error.h"
#include "store/registry.h"
#include "store/transaction.h"

namespace drawdown {
namespace {

constexpr mode_t kFileMode = 0664;

class LmdbStore : public Store {
 public:
  LmdbStore(std::shared_ptr<Environment> environment,
            std::chrono::milliseconds lock_timeout)
      : environment_(std::move(environment)), lock_timeout_(lock_timeout) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return BeginLmdbRead(environment_, After(lock_timeout_));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    return BeginLmdbWrite(environment_, After(lock_timeout_));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWriteBefore(
      Deadline deadline) override {
    return BeginLmdbWrite(environment_,
                          std::min(deadline, After(lock_timeout_)));
  }

 private:
  const std::shared_ptr<Environment> environment_;
  const std::chrono::milliseconds lock_timeout_;
};

EnvironmentOptions ToEnvironment(const LmdbOptions& options) {
  EnvironmentOptions result;
  result.map_size_bytes = options.map_size_bytes;
  result.allow_any_filesystem = options.allow_any_filesystem;
  return result;
}

absl::Status CheckHost(const std::string& directory, bool allow_any) {
  int version[3];
  mdb_version(&version[0], &version[1], &version[2]);
  RETURN_IF_ERROR(CheckLmdbVersion(version[0], version[1], version[2]));
  struct statfs filesystem;
  if (statfs(directory.c_str(), &filesystem) != 0) {
    return ErrnoError(errno, absl::StrCat("statfs ", directory));
  }
  return CheckFilesystem(static_cast<uint64_t>(filesystem.f_type), allow_any,
                         directory);
}

absl::Status PutFirstRecord(MDB_txn* txn, std::string_view key,
                            std::string_view value) {
  for (int i = 0; i < kTableCount; ++i) {
    MDB_dbi dbi;
    const char* const name = TableName(static_cast<Table>(i));
    RETURN_IF_ERROR(LmdbError(mdb_dbi_open(txn, name, MDB_CREATE, &dbi), name));
    if (i != static_cast<int>(Table::kMeta)) continue;
    MDB_val at{key.size(), const_cast<char*>(key.data())};
    MDB_val bytes{value.size(), const_cast<char*>(value.data())};
    RETURN_IF_ERROR(LmdbError(mdb_put(txn, dbi, &at, &bytes, 0), name));
  }
  return absl::OkStatus();
}

absl::Status FillEnvironment(MDB_env* env, const std::string& directory,
                             std::string_view key, std::string_view value,
                             const LmdbOptions& options) {
  const std::string what = absl::StrCat("create ", directory);
  RETURN_IF_ERROR(LmdbError(mdb_env_set_maxdbs(env, kTableCount), what));
  RETURN_IF_ERROR(
      LmdbError(mdb_env_set_mapsize(env, options.map_size_bytes), what));
  RETURN_IF_ERROR(LmdbError(
      mdb_env_open(env, directory.c_str(), MDB_NOTLS, kFileMode), what));
  mdb_filehandle_t fd;
  RETURN_IF_ERROR(LmdbError(mdb_env_get_fd(env, &fd), what));
  RETURN_IF_ERROR(Preallocate(fd, PreallocationStep(0), what));
  MDB_txn* txn = nullptr;
  RETURN_IF_ERROR(LmdbError(mdb_txn_begin(env, nullptr, 0, &txn), what));
  // Also where memory for a name runs out.
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> open(txn, mdb_txn_abort);
  RETURN_IF_ERROR(PutFirstRecord(txn, key, value));
  return LmdbError(mdb_txn_commit(open.release()), what);
}

}  // namespace

absl::Status CreateLmdbStore(const std::string& directory,
                             std::string_view header_key,
                             std::string_view header,
                             const LmdbOptions& options) {
  const auto fill = [&](const std::string& staging) -> absl::Status {
    RETURN_IF_ERROR(CheckHost(staging, options.allow_any_filesystem));
    MDB_env* env = nullptr;
    RETURN_IF_ERROR(LmdbError(mdb_env_create(&env), "mdb_env_create"));
    const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> open(
        env, mdb_env_close);
    return FillEnvironment(env, staging, header_key, header, options);
  };
  return BuildLedgerDirectory(directory, /*may_exist=*/true, fill);
}

absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(
    const std::string& directory, const LmdbOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<Environment> environment,
                   AcquireEnvironment(directory, ToEnvironment(options),
                                      After(options.lock_timeout)));
  return std::make_unique<LmdbStore>(std::move(environment),
                                     options.lock_timeout);
}

absl::Status CopyLmdbStore(const std::string& directory,
                           const LmdbOptions& options,
                           const std::string& destination) {
  const Deadline deadline = After(options.lock_timeout);
  ASSIGN_OR_RETURN(
      const std::shared_ptr<Environment> environment,
      AcquireEnvironment(directory, ToEnvironment(options), deadline));
  const auto fill = [&](const std::string& staging) -> absl::Status {
    const std::string path = staging + "/data.mdb";
    const Fd fd(
        open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("create ", path));
    return environment->CopyTo(fd.get(), deadline);
  };
  return BuildLedgerDirectory(destination, /*may_exist=*/false, fill);
}

}  // namespace drawdown
