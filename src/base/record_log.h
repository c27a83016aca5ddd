// More records than memory holds, in the order in which they came; what does
// not fit is in a temporary file.
#ifndef DRAWDOWN_SRC_BASE_RECORD_LOG_H_
#define DRAWDOWN_SRC_BASE_RECORD_LOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/temp_file.h"

namespace drawdown {

// Not thread-safe.
template <typename Record>
class RecordLog {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  // Holds at most `memory_bytes` of records, but at least one.
  explicit RecordLog(size_t memory_bytes)
      : capacity_(std::max<size_t>(1, memory_bytes / sizeof(Record))) {}

  // kIo, kDiskFull: of the temporary file.
  absl::Status Add(const Record& record) {
    if (held_.size() == capacity_) RETURN_IF_ERROR(Write());
    // At once, because growing would hold the records twice; what is never
    // written to costs no memory.
    if (held_.empty()) held_.reserve(capacity_);
    held_.push_back(record);
    return absl::OkStatus();
  }

  // Calls `visit`, which returns absl::Status, with each record in order. Call
  // once, after the last Add.
  template <typename Visit>
  absl::Status ForEach(Visit visit) {
    // Reading needs the memory that those held take.
    if (written_ > 0) RETURN_IF_ERROR(Write());
    for (const Record& record : held_) RETURN_IF_ERROR(visit(record));
    for (uint64_t next = 0; next < written_; next += held_.size()) {
      held_.resize(std::min<uint64_t>(capacity_, written_ - next));
      RETURN_IF_ERROR(file_->ReadAt(next * sizeof(Record),
                                    reinterpret_cast<char*>(held_.data()),
                                    held_.size() * sizeof(Record)));
      for (const Record& record : held_) RETURN_IF_ERROR(visit(record));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Write() {
    if (!file_.has_value()) {
      ASSIGN_OR_RETURN(file_, TempFile::Create());
    }
    RETURN_IF_ERROR(file_->Append(
        std::string_view(reinterpret_cast<const char*>(held_.data()),
                         held_.size() * sizeof(Record))));
    written_ += held_.size();
    held_.clear();
    return absl::OkStatus();
  }

  size_t capacity_;
  std::vector<Record> held_;  // those after what is in the file
  std::optional<TempFile> file_;
  uint64_t written_ = 0;  // records in the file
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_RECORD_LOG_H_
