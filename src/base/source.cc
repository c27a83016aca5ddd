#include "base/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/aligned_buffer.h"
#include "base/error.h"
#include "base/fd_source.h"
#include "base/gzip_source.h"

namespace drawdown {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

class Memory final : public Source {
 public:
  Memory(std::string name, std::string bytes)
      : name_(std::move(name)), bytes_(std::move(bytes)) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    const size_t count = std::min(capacity, bytes_.size() - position_);
    if (count > 0) std::memcpy(buffer, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  absl::Status Rewind() override {
    position_ = 0;
    return absl::OkStatus();
  }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return bytes_.size(); }

 private:
  std::string name_;
  std::string bytes_;
  size_t position_ = 0;
};

// An opened input before it is known whether it needs a spool.
struct Opened {
  std::unique_ptr<Source> source;
  bool rewindable = false;
};

absl::Status Unreadable(const std::string& path, int error) {
  return MakeError(ErrorCode::kBadInput,
                   absl::StrCat(path, ": ", std::strerror(error)));
}

absl::StatusOr<Opened> OpenUnspooled(const std::string& path,
                                     const SourceLimits& limits) {
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? STDIN_FILENO
                          : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return Unreadable(path, errno);
  struct stat status = {};
  const int stat_error = fstat(fd, &status) == 0 ? 0 : errno;
  const bool regular = S_ISREG(status.st_mode);
  auto file = std::make_unique<FdSource>(
      fd, is_stdin ? "<stdin>" : path,
      regular ? static_cast<uint64_t>(status.st_size) : 0, limits.max_bytes);
  if (stat_error != 0) return Unreadable(path, stat_error);
  if (S_ISDIR(status.st_mode)) return Unreadable(path, EISDIR);
  ASSIGN_OR_RETURN(const bool gzip, file->StartsWithGzipMagic());
  if (gzip) return Opened{GzipSource(std::move(file), limits), false};
  const bool rewindable = regular && !is_stdin;
  // Also puts the first read of a plain file back on a page boundary.
  if (rewindable) RETURN_IF_ERROR(file->Rewind());
  return Opened{std::move(file), rewindable};
}

class WhenRead final : public Source {
 public:
  WhenRead(std::string path, const SourceLimits& limits, uint64_t size)
      : path_(std::move(path)), limits_(limits), size_(size) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (ended_) return size_t{0};
    if (source_ == nullptr) {
      ASSIGN_OR_RETURN(Opened opened, OpenUnspooled(path_, limits_));
      source_ = std::move(opened.source);
    }
    ASSIGN_OR_RETURN(const size_t count, source_->Read(buffer, capacity));
    position_ = source_->position();
    if (count == 0) {
      ended_ = true;
      source_.reset();
    }
    return count;
  }
  absl::Status Rewind() override {
    source_.reset();
    ended_ = false;
    position_ = 0;
    return absl::OkStatus();
  }
  const std::string& name() const override { return path_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return size_; }

 private:
  const std::string path_;
  const SourceLimits limits_;
  const uint64_t size_;
  std::unique_ptr<Source> source_;  // while it is read
  bool ended_ = false;
  uint64_t position_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Source>> OpenSource(const std::string& path,
                                                   const SourceLimits& limits) {
  ASSIGN_OR_RETURN(Opened opened, OpenUnspooled(path, limits));
  if (opened.rewindable) return std::move(opened.source);
  return SpooledSource(std::move(opened.source));
}

absl::StatusOr<std::unique_ptr<Source>> OpenSourceWhenRead(
    const std::string& path, const SourceLimits& limits) {
  struct stat status = {};
  const bool regular = path != "-" && stat(path.c_str(), &status) == 0 &&
                       S_ISREG(status.st_mode);
  if (!regular) return OpenSource(path, limits);
  RETURN_IF_ERROR(OpenUnspooled(path, limits).status());
  return std::make_unique<WhenRead>(path, limits,
                                    static_cast<uint64_t>(status.st_size));
}

std::unique_ptr<Source> MemorySource(std::string name, std::string bytes) {
  return std::make_unique<Memory>(std::move(name), std::move(bytes));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t max_bytes) {
  SourceLimits limits;
  limits.max_bytes = max_bytes;
  ASSIGN_OR_RETURN(Opened opened, OpenUnspooled(path, limits));
  const AlignedBuffer buffer = MakeAlignedBuffer(kReadBytes);
  std::string bytes;
  while (true) {
    ASSIGN_OR_RETURN(const size_t count,
                     opened.source->Read(buffer.get(), kReadBytes));
    if (count == 0) return bytes;
    bytes.append(buffer.get(), count);
  }
}

}  // namespace drawdown
