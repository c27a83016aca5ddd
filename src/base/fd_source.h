// A file descriptor as a Source, and the unlinked file that spools another
// source so that it can be read again.
#ifndef DRAWDOWN_SRC_BASE_FD_SOURCE_H_
#define DRAWDOWN_SRC_BASE_FD_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/source.h"

namespace drawdown {

// Closes what it holds, except stdin.
class UniqueFd {
 public:
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd();
  UniqueFd(const UniqueFd&) = delete;  // Owns the descriptor.
  UniqueFd& operator=(const UniqueFd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Bytes as they are in the file.
class FdSource final : public Source {
 public:
  FdSource(int fd, std::string name, uint64_t size, uint64_t max_bytes);

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override;
  absl::Status Rewind() override;
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return size_; }

  // Whether the next bytes are gzip's magic; they stay unread.
  absl::StatusOr<bool> StartsWithGzipMagic();

 private:
  absl::StatusOr<size_t> ReadFd(char* buffer, size_t capacity);

  UniqueFd fd_;
  std::string name_;
  uint64_t size_;
  uint64_t max_bytes_;
  uint64_t position_ = 0;
  std::string pushed_back_;  // Read ahead, to be handed out first.
};

// Writes through to an unlinked temporary file what it reads for the first
// time, and reads that file afterwards.
absl::StatusOr<std::unique_ptr<Source>> SpooledSource(
    std::unique_ptr<Source> inner);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_FD_SOURCE_H_
