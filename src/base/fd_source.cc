#include "base/fd_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/temp_file.h"

namespace drawdown {
namespace {

absl::Status ReadError(ErrorCode code, const std::string& what, int error) {
  return MakeError(code, absl::StrCat(what, ": ", std::strerror(error)));
}

class Spool final : public Source {
 public:
  Spool(std::unique_ptr<Source> inner, TempFile file)
      : inner_(std::move(inner)), file_(std::move(file)) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (offset_ < file_.size()) return ReadSpooled(buffer, capacity);
    if (complete_) return 0;
    ASSIGN_OR_RETURN(const size_t count, inner_->Read(buffer, capacity));
    complete_ = count == 0 && capacity > 0;
    const absl::Status spooled = file_.Append({buffer, count});
    if (!spooled.ok()) return WithContext(spooled, name());
    offset_ = file_.size();
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
    return complete_ ? file_.size() : inner_->size();
  }

 private:
  absl::StatusOr<size_t> ReadSpooled(char* buffer, size_t capacity) {
    const size_t count = std::min<uint64_t>(capacity, file_.size() - offset_);
    const absl::Status read = file_.ReadAt(offset_, buffer, count);
    if (!read.ok()) return WithContext(read, name());
    offset_ += count;
    return count;
  }

  std::unique_ptr<Source> inner_;
  TempFile file_;
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
    return ReadError(ErrorCode::kBadInput,
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
    return ReadError(ErrorCode::kBadInput,
                     absl::StrCat(name_, ": byte ", position_), errno);
  }
  return static_cast<size_t>(count);
}

absl::StatusOr<std::unique_ptr<Source>> SpooledSource(
    std::unique_ptr<Source> inner) {
  ASSIGN_OR_RETURN(TempFile file, TempFile::Create());
  return std::make_unique<Spool>(std::move(inner), std::move(file));
}

}  // namespace drawdown
