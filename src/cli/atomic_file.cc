#include "cli/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/output.h"

namespace drawdown {
namespace {

constexpr int kNameAttempts = 100;

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status FileError(const std::string& path, std::string_view doing,
                       int error) {
  const ErrorCode code = error == ENOSPC || error == EDQUOT
                             ? ErrorCode::kDiskFull
                             : ErrorCode::kIo;
  return MakeError(code, absl::StrCat(path, ": cannot ", std::string(doing),
                                      ": ", std::strerror(error)));
}

// A rename would put a file in the place of a device or a pipe.
absl::Status CheckReplaceable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat(path, ": is there and is not a regular file"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path) {
  RETURN_IF_ERROR(CheckReplaceable(path));
  for (int i = 0; i < kNameAttempts; ++i) {
    const std::string temporary =
        absl::StrCat(path, ".", getpid(), ".", i, ".tmp");
    const int descriptor =
        open(temporary.c_str(),
             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      return absl::WrapUnique(new AtomicFile(path, temporary, descriptor));
    }
    if (errno != EEXIST) return FileError(path, "create the file", errno);
  }
  return FileError(path, "create the file", EEXIST);
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::Write(std::string_view text) {
  if (error_ != 0) return;
  if (!WriteAll(descriptor_, text)) error_ = errno;
}

absl::Status AtomicFile::Error(std::string_view doing, int error) const {
  return FileError(path_, doing, error);
}

absl::Status AtomicFile::Commit() {
  if (error_ != 0) return Error("write", error_);
  if (fsync(descriptor_) != 0) return Error("sync", errno);
  const int closed = close(std::exchange(descriptor_, -1));
  if (closed != 0) return Error("close", errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) {
    return Error("rename", errno);
  }
  temporary_.clear();
  return SyncDirectory();
}

absl::Status AtomicFile::SyncDirectory() const {
  const int directory =
      open(DirectoryOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return Error("open the directory", errno);
  const int synced = fsync(directory);
  const int error = errno;
  close(directory);
  return synced == 0 ? absl::OkStatus() : Error("sync the directory", error);
}

}  // namespace drawdown
