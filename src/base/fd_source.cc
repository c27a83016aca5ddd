#include "base/fd_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace drawdown {
namespace {

absl::Status ErrnoError(ErrorCode code, const std::string& what, int error) {
  return MakeError(code, absl::StrCat(what, ": ", std::strerror(error)));
}

std::string SpoolDirectory() {
  const char* directory = std::getenv("TMPDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/tmp";
}

absl::StatusOr<int> OpenSpool() {
  const std::string directory = SpoolDirectory();
  int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  // Some filesystems lack O_TMPFILE.
  std::string path = absl::StrCat(directory, "/drawdown-spool-XXXXXX");
  fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    return ErrnoError(ErrorCode::kIo,
                      absl::StrCat("cannot create a temporary file in ",
                                   directory, " (set TMPDIR)"),
                      errno);
  }
  unlink(path.c_str());
  return fd;
}

class Spool final : public Source {
 public:
  Spool(std::unique_ptr<Source> inner, int fd)
      : inner_(std::move(inner)), fd_(fd) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (offset_ < spooled_) return ReadSpooled(buffer, capacity);
    if (complete_) return 0;
    ASSIGN_OR_RETURN(const size_t count, inner_->Read(buffer, capacity));
    complete_ = count == 0 && capacity > 0;
    RETURN_IF_ERROR(Append(buffer, count));
    offset_ = spooled_;
    return count;
  }

  absl::Status Rewind() override {
    offset_ = 0;
    return absl::OkStatus();
  }

  const std::string& name() const override { return inner_->name(); }
  // Progress is told in the inner source's bytes while there are any left.
  uint64_t position() const override {
    return complete_ ? offset_ : inner_->position();
  }
  uint64_t size() const override {
    return complete_ ? spooled_ : inner_->size();
  }

 private:
  absl::StatusOr<size_t> ReadSpooled(char* buffer, size_t capacity) {
    const size_t wanted = std::min<uint64_t>(capacity, spooled_ - offset_);
    ssize_t count = 0;
    do {
      count = pread(fd_.get(), buffer, wanted, static_cast<off_t>(offset_));
    } while (count < 0 && errno == EINTR);
    if (count < 0 || (count == 0 && wanted > 0)) {
      return ErrnoError(ErrorCode::kIo,
                        absl::StrCat(name(), ": spooled copy, byte ", offset_),
                        count < 0 ? errno : EIO);
    }
    offset_ += static_cast<uint64_t>(count);
    return static_cast<size_t>(count);
  }

  absl::Status Append(const char* bytes, size_t count) {
    while (count > 0) {
      const ssize_t written =
          pwrite(fd_.get(), bytes, count, static_cast<off_t>(spooled_));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return WriteError(errno);
      bytes += written;
      count -= static_cast<size_t>(written);
      spooled_ += static_cast<uint64_t>(written);
    }
    return absl::OkStatus();
  }

  absl::Status WriteError(int error) const {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return ErrnoError(full ? ErrorCode::kDiskFull : ErrorCode::kIo,
                      absl::StrCat(name(), ": spooling to ", SpoolDirectory(),
                                   " (set TMPDIR) at byte ", spooled_),
                      error);
  }

  std::unique_ptr<Source> inner_;
  UniqueFd fd_;
  uint64_t spooled_ = 0;   // Bytes in the spool.
  uint64_t offset_ = 0;    // Of the next byte to hand out.
  bool complete_ = false;  // The inner source has ended.
};

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

FdSource::FdSource(int fd, std::string name, uint64_t size, uint64_t max_bytes)
    : fd_(fd), name_(std::move(name)), size_(size), max_bytes_(max_bytes) {}

absl::StatusOr<size_t> FdSource::Read(char* buffer, size_t capacity) {
  size_t count = std::min(capacity, pushed_back_.size());
  if (count > 0) {
    std::memcpy(buffer, pushed_back_.data(), count);
    pushed_back_.erase(0, count);
  } else {
    ASSIGN_OR_RETURN(count, ReadFd(buffer, capacity));
  }
  position_ += count;
  if (position_ > max_bytes_) {
    return MakeError(ErrorCode::kBadInput,
                     absl::StrCat(name_, ": larger than the limit of ",
                                  max_bytes_, " bytes"));
  }
  return count;
}

absl::Status FdSource::Rewind() {
  if (lseek(fd_.get(), 0, SEEK_SET) != 0) {
    return ErrnoError(ErrorCode::kBadInput,
                      absl::StrCat(name_, ": cannot be read twice"), errno);
  }
  pushed_back_.clear();
  position_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<bool> FdSource::StartsWithGzipMagic() {
  while (pushed_back_.size() < 2) {
    char bytes[2];
    ASSIGN_OR_RETURN(const size_t count,
                     ReadFd(bytes, 2 - pushed_back_.size()));
    if (count == 0) return false;
    pushed_back_.append(bytes, count);
  }
  return pushed_back_ == "\x1f\x8b";
}

absl::StatusOr<size_t> FdSource::ReadFd(char* buffer, size_t capacity) {
  ssize_t count = 0;
  do {
    count = read(fd_.get(), buffer, capacity);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return ErrnoError(ErrorCode::kBadInput,
                      absl::StrCat(name_, ": byte ", position_), errno);
  }
  return static_cast<size_t>(count);
}

absl::StatusOr<std::unique_ptr<Source>> SpooledSource(
    std::unique_ptr<Source> inner) {
  ASSIGN_OR_RETURN(const int fd, OpenSpool());
  return std::make_unique<Spool>(std::move(inner), fd);
}

}  // namespace drawdown
