#include "store/build.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/fork.h"

namespace drawdown {
namespace {

constexpr mode_t kDirectoryMode = 0775;
constexpr char kSuffix[] = ".creating";
constexpr char kInside[] = "/.creating";

// What a killed creation inside an existing directory leaves, and what a fresh
// ext4 volume has.
bool IsIgnorable(std::string_view name) {
  return name == "." || name == ".." || name == ".creating" || name == "live" ||
         name == "lost+found";
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string WithoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

absl::Status CheckUsable(const std::string& target) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(target.c_str()),
                                                      closedir);
  if (directory == nullptr && errno == ENOTDIR) {
    return MakeError(ErrorCode::kNotALedger,
                     absl::StrCat(target, " is not a directory"));
  }
  if (directory == nullptr) return ErrnoError(errno, target);
  std::optional<std::string> found;
  while (const dirent* const entry = readdir(directory.get())) {
    if (IsIgnorable(entry->d_name)) continue;
    found = entry->d_name;
    if (*found == "data.mdb") break;
  }
  if (!found.has_value()) return absl::OkStatus();
  if (*found == "data.mdb") {
    return MakeError(ErrorCode::kLedgerExists,
                     absl::StrCat(target, " is already a ledger"));
  }
  return MakeError(ErrorCode::kNotALedger,
                   absl::StrCat(target, " is not empty: it holds ", *found));
}

// The place to build in, held by this process alone. Its name is fixed, so that
// what a killed creator left is found and used again.
absl::StatusOr<LockFd> ClaimStaging(const std::string& staging) {
  if (mkdir(staging.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return ErrnoError(errno, absl::StrCat("create ", staging));
  }
  ASSIGN_OR_RETURN(Fd opened, OpenDirectory(staging));
  LockFd fd(std::move(opened));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return MakeError(ErrorCode::kBusy,
                     absl::StrCat(staging,
                                  ": another process is building "
                                  "there"));
  }
  // Its last owner may have finished and moved it away.
  struct stat held;
  struct stat named;
  if (fstat(fd.get(), &held) != 0 || stat(staging.c_str(), &named) != 0 ||
      held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
    return MakeError(ErrorCode::kBusy,
                     absl::StrCat(staging,
                                  ": another process has just built "
                                  "there"));
  }
  return fd;
}

// The place to build in, which is removed unless it has been moved away.
class Staging {
 public:
  explicit Staging(const std::string& path)
      : path_(path),
        data_(path + "/data.mdb"),
        lock_(path + "/lock.mdb"),
        live_(path + "/live") {}
  Staging(const Staging&) = delete;  // Removes once.
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    if (kept_) return;
    Clear();
    rmdir(path_.c_str());
  }

  const std::string& data() const { return data_; }
  const std::string& lock() const { return lock_; }
  const std::string& live() const { return live_; }
  void Keep() { kept_ = true; }
  void Clear() const {
    unlink(data_.c_str());
    unlink(lock_.c_str());
    rmdir(live_.c_str());
  }

 private:
  // Made at first, so that removing needs no memory.
  const std::string path_;
  const std::string data_;
  const std::string lock_;
  const std::string live_;
  bool kept_ = false;
};

absl::Status SyncFile(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() >= 0 && fsync(fd.get()) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("fsync ", path));
}

absl::Status Fill(const std::string& path, const Staging& staging,
                  const std::function<absl::Status(const std::string&)>& fill) {
  staging.Clear();
  RETURN_IF_ERROR(fill(path));
  // Nobody has the environment open any more.
  unlink(staging.lock().c_str());
  if (mkdir(staging.live().c_str(), kDirectoryMode) != 0) {
    return ErrnoError(errno, absl::StrCat("create ", staging.live()));
  }
  RETURN_IF_ERROR(SyncFile(staging.data()));
  return SyncDirectory(path);
}

absl::Status Rename(const std::string& from, const std::string& to,
                    unsigned flags) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) {
    return absl::OkStatus();
  }
  if (errno == EINVAL && flags != 0) return Rename(from, to, 0);
  if (errno == EEXIST || errno == ENOTEMPTY) {
    return MakeError(ErrorCode::kLedgerExists,
                     absl::StrCat(to, " has come into being meanwhile"));
  }
  return ErrnoError(errno, absl::StrCat("rename ", from, " to ", to));
}

// data.mdb comes last: without it the directory is not a ledger.
absl::Status MoveInside(const Staging& staging, const std::string& target) {
  const std::string data = target + "/data.mdb";
  RETURN_IF_ERROR(Rename(staging.live(), target + "/live", 0));
  RETURN_IF_ERROR(SyncDirectory(target));
  RETURN_IF_ERROR(Rename(staging.data(), data, RENAME_NOREPLACE));
  return SyncDirectory(target);
}

absl::Status MoveBeside(const std::string& staging, const std::string& target) {
  // Made before: where memory runs out nothing has happened yet.
  const std::string parent = ParentOf(target);
  RETURN_IF_ERROR(Rename(staging, target, RENAME_NOREPLACE));
  return SyncDirectory(parent);
}

}  // namespace

absl::Status BuildLedgerDirectory(
    const std::string& given, bool may_exist,
    const std::function<absl::Status(const std::string&)>& fill) {
  const std::string target = WithoutTrailingSlashes(given);
  struct stat info;
  const bool exists = lstat(target.c_str(), &info) == 0;
  if (exists && !may_exist) {
    return MakeError(ErrorCode::kLedgerExists,
                     absl::StrCat(target, " exists already"));
  }
  if (exists) RETURN_IF_ERROR(CheckUsable(target));
  const std::string path = target + (exists ? kInside : kSuffix);
  ASSIGN_OR_RETURN(const LockFd claim, ClaimStaging(path));
  Staging staging(path);
  RETURN_IF_ERROR(Fill(path, staging, fill));
  if (exists) return MoveInside(staging, target);
  const absl::Status moved = MoveBeside(path, target);
  if (moved.ok()) staging.Keep();
  return moved;
}

}  // namespace drawdown
