#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <random>
#include <system_error>
#include <thread>

#include "base/error.h"

namespace drawdown {
namespace {

constexpr size_t kBootIdBytes = 36;
constexpr std::chrono::milliseconds kPollMax{8};

// A filesystem that cannot allocate ahead (zfs) still gets the length, so that
// the size check at open holds. Nobody else writes there: the caller holds the
// writer lock and the bytes are past every page in use.
absl::Status ExtendByWriting(int fd, uint64_t size, const std::string& path) {
  const char zero = 0;
  while (pwrite(fd, &zero, 1, static_cast<off_t>(size - 1)) != 1) {
    if (errno != EINTR) return ErrnoError(errno, absl::StrCat("grow ", path));
  }
  return absl::OkStatus();
}

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::kDiskFull;
    case EAGAIN:
    case EBUSY:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

void Fd::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::Status ErrnoError(int error, std::string_view context) {
  return MakeError(CodeOf(error),
                   absl::StrCat(std::string(context), ": ",
                                std::generic_category().message(error)));
}

absl::StatusOr<Fd> OpenDirectory(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) return fd;
  if (errno == ENOENT || errno == ENOTDIR) {
    return MakeError(ErrorCode::kNotALedger,
                     absl::StrCat(path, ": no such directory"));
  }
  return ErrnoError(errno, absl::StrCat("open ", path));
}

void RemoveOthers(const std::string& directory, std::string_view prefix,
                  std::string_view keep) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()),
                                                closedir);
  if (dir == nullptr) return;
  while (const dirent* const entry = readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with(prefix) && !name.starts_with(keep)) {
      unlink((directory + "/" + name).c_str());
    }
  }
}

absl::Status SyncDirectory(const std::string& path) {
  ASSIGN_OR_RETURN(const Fd fd, OpenDirectory(path));
  if (fsync(fd.get()) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("fsync ", path));
}

absl::Status LockWithDeadline(int fd, int operation, Deadline deadline,
                              std::string_view what) {
  // Jitter, so that processes started together do not poll together.
  std::minstd_rand random(static_cast<unsigned>(getpid()));
  std::chrono::microseconds pause{500};
  while (flock(fd, operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return ErrnoError(errno, what);
    if (std::chrono::steady_clock::now() >= deadline) {
      return MakeError(ErrorCode::kBusy, what);
    }
    const auto jitter = static_cast<int64_t>(random() % 500);
    std::this_thread::sleep_for(pause + std::chrono::microseconds(jitter));
    pause = std::min<std::chrono::microseconds>(pause * 2, kPollMax);
  }
  return absl::OkStatus();
}

absl::Status Preallocate(int fd, uint64_t size, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoError(errno, path);
  const auto old_size = static_cast<uint64_t>(info.st_size);
  if (old_size >= size) return absl::OkStatus();
  // Not posix_fallocate: where the filesystem has no fallocate it would write
  // into every block.
  while (fallocate(fd, 0, static_cast<off_t>(old_size),
                   static_cast<off_t>(size - old_size)) != 0) {
    if (errno == EINTR) continue;
    if (errno == EOPNOTSUPP) return ExtendByWriting(fd, size, path);
    return ErrnoError(
        errno, absl::StrCat("reserve ", size - old_size, " bytes for ", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> BootId() {
  constexpr char kPath[] = "/proc/sys/kernel/random/boot_id";
  const Fd fd(open(kPath, O_RDONLY | O_CLOEXEC));
  std::string id(kBootIdBytes, '\0');
  if (fd.get() < 0 ||
      read(fd.get(), id.data(), id.size()) != static_cast<ssize_t>(id.size())) {
    return ErrnoError(errno, kPath);
  }
  return id;
}

absl::StatusOr<uint64_t> PidNamespace() {
  constexpr char kPath[] = "/proc/self/ns/pid";
  struct stat info;
  if (stat(kPath, &info) != 0) return ErrnoError(errno, kPath);
  return static_cast<uint64_t>(info.st_ino);
}

}  // namespace drawdown
