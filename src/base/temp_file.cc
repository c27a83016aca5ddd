#include "base/temp_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace drawdown {

absl::StatusOr<TempFile> TempFile::Create() {
  const char* variable = std::getenv("TMPDIR");
  const std::string directory =
      variable != nullptr && *variable != '\0' ? variable : "/tmp";
  int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    // Some filesystems lack O_TMPFILE.
    std::string path = absl::StrCat(directory, "/drawdown-spool-XXXXXX");
    fd = mkostemp(path.data(), O_CLOEXEC);
    if (fd < 0) {
      return MakeError(
          ErrorCode::kIo,
          absl::StrCat("cannot create a temporary file in ", directory,
                       " (set TMPDIR): ", std::strerror(errno)));
    }
    unlink(path.c_str());
  }
  return TempFile(Fd(fd), directory);
}

absl::Status TempFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd_.get(), bytes.data(), bytes.size(),
                                   static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", size_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::Status TempFile::ReadAt(uint64_t offset, char* buffer,
                              size_t count) const {
  while (count > 0) {
    const ssize_t read =
        pread(fd_.get(), buffer, count, static_cast<off_t>(offset));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return Failed("read", offset, read < 0 ? errno : EIO);
    buffer += read;
    offset += static_cast<uint64_t>(read);
    count -= static_cast<size_t>(read);
  }
  return absl::OkStatus();
}

absl::Status TempFile::Failed(std::string_view what, uint64_t offset,
                              int error) const {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return MakeError(
      full ? ErrorCode::kDiskFull : ErrorCode::kIo,
      absl::StrCat("cannot ", std::string(what), " a temporary file in ",
                   directory_, " (set TMPDIR) at byte ", offset, ": ",
                   std::strerror(error)));
}

}  // namespace drawdown
