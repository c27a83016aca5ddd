// More records than memory holds, in the order in which they came; what does
// not fit is in a temporary file.
#ifndef DRAWDOWN_SRC_BASE_RECORD_LOG_H_
#define DRAWDOWN_SRC_BASE_RECORD_LOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"
#include "base/aligned_buffer.h"
#include "base/error.h"
#include "base/temp_file.h"

namespace drawdown {

// Not thread-safe.
template <typename Record>
class RecordLog {
  static_assert(std::is_trivially_copyable_v<Record> &&
                std::is_aggregate_v<Record>);

 public:
  // Holds at most `memory_bytes` of records, but at least one.
  explicit RecordLog(size_t memory_bytes)
      : capacity_(std::max<size_t>(1, memory_bytes / sizeof(Record))) {}

  // kIo, kDiskFull: of the temporary file.
  absl::Status Add(const Record& record) {
    if (held_ == capacity_) RETURN_IF_ERROR(Write());
    // At once, because growing would hold the records twice; what is never
    // written to costs no memory.
    if (memory_ == nullptr) {
      memory_ = MakeAlignedBuffer(capacity_ * sizeof(Record));
    }
    records()[held_++] = record;
    return absl::OkStatus();
  }

  // Calls `visit`, which takes some of them as a std::span and returns
  // absl::Status, with all records in order. Call once, after the last Add.
  template <typename Visit>
  absl::Status ForEach(Visit visit) {
    // Reading needs the memory that those held take.
    if (written_ > 0) RETURN_IF_ERROR(Write());
    if (held_ > 0) return visit(std::span<const Record>(records(), held_));
    for (uint64_t next = 0; next < written_;) {
      const auto count =
          static_cast<size_t>(std::min<uint64_t>(capacity_, written_ - next));
      RETURN_IF_ERROR(file_->ReadAt(next * sizeof(Record), memory_.get(),
                                    count * sizeof(Record)));
      RETURN_IF_ERROR(visit(std::span<const Record>(records(), count)));
      next += count;
    }
    return absl::OkStatus();
  }

 private:
  Record* records() { return reinterpret_cast<Record*>(memory_.get()); }

  absl::Status Write() {
    if (!file_.has_value()) {
      ASSIGN_OR_RETURN(file_, TempFile::Create());
    }
    RETURN_IF_ERROR(
        file_->Append(std::string_view(memory_.get(), held_ * sizeof(Record))));
    written_ += held_;
    held_ = 0;
    return absl::OkStatus();
  }

  size_t capacity_;
  AlignedBuffer memory_;  // for capacity_ records
  size_t held_ = 0;       // in it: those after what is in the file
  std::optional<TempFile> file_;
  uint64_t written_ = 0;  // records in the file
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_RECORD_LOG_H_
