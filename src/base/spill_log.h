// Texts to be read again later, by where they are. What does not fit the memory
// given is in a temporary file.
#ifndef DRAWDOWN_SRC_BASE_SPILL_LOG_H_
#define DRAWDOWN_SRC_BASE_SPILL_LOG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/temp_file.h"

namespace drawdown {

// Not thread-safe.
class SpillLog {
 public:
  explicit SpillLog(size_t memory_bytes) : capacity_(memory_bytes) {}

  // Returns where it is. kIo, kDiskFull: of the temporary file.
  absl::StatusOr<uint64_t> Append(std::string_view text);

  // The text that Append returned `place` for.
  absl::Status Read(uint64_t place, std::string* text) const;

 private:
  absl::Status ReadBytes(uint64_t place, char* buffer, size_t count) const;
  uint64_t written() const { return file_.has_value() ? file_->size() : 0; }

  size_t capacity_;
  std::string held_;  // after what is in the file
  std::optional<TempFile> file_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SPILL_LOG_H_
