// A temporary file in $TMPDIR, else /tmp, that has no name: nobody else can
// open it, and it is gone with the process however that ends.
#ifndef DRAWDOWN_SRC_BASE_TEMP_FILE_H_
#define DRAWDOWN_SRC_BASE_TEMP_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/files.h"

namespace drawdown {

// Errors are kIo, or kDiskFull, and name the directory and the byte.
class TempFile {
 public:
  static absl::StatusOr<TempFile> Create();

  absl::Status Append(std::string_view bytes);

  // All of [offset, offset + count), which must have been appended.
  absl::Status ReadAt(uint64_t offset, char* buffer, size_t count) const;

  uint64_t size() const { return size_; }

 private:
  TempFile(Fd fd, std::string directory)
      : fd_(std::move(fd)), directory_(std::move(directory)) {}

  absl::Status Failed(std::string_view what, uint64_t offset, int error) const;

  Fd fd_;
  std::string directory_;
  uint64_t size_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_TEMP_FILE_H_
