// Sorts more records than memory holds: what does not fit is written to a
// temporary file as sorted runs, which are merged at the end. Without a run the
// records in memory are the only thing to merge.
#ifndef DRAWDOWN_SRC_BASE_SORTED_RUNS_H_
#define DRAWDOWN_SRC_BASE_SORTED_RUNS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/temp_file.h"

namespace drawdown {

// Record is compared with <. Not thread-safe.
template <typename Record>
class SortedRuns {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  // Holds at most `memory_bytes` of records, but at least one.
  explicit SortedRuns(size_t memory_bytes)
      : capacity_(std::max<size_t>(1, memory_bytes / sizeof(Record))) {}

  // kIo, kDiskFull: of the temporary file.
  absl::Status Add(const Record& record) {
    if (records_.size() == capacity_) RETURN_IF_ERROR(WriteRun());
    // At once, because growing would hold the records twice; what is never
    // written to costs no memory.
    if (records_.empty()) records_.reserve(capacity_);
    records_.push_back(record);
    return absl::OkStatus();
  }

  // Calls `visit`, which returns absl::Status, with each record in order. Call
  // after the last Add, any number of times.
  template <typename Visit>
  absl::Status ForEach(Visit visit) {
    // Merging needs the memory that the last run takes.
    if (runs() > 0 && !records_.empty()) RETURN_IF_ERROR(WriteRun());
    std::sort(records_.begin(), records_.end());
    std::vector<Cursor> cursors;
    RETURN_IF_ERROR(OpenCursors(&cursors));
    // A heap: the cursor with the least record first.
    const auto later = [](const Cursor& a, const Cursor& b) {
      return *b.at < *a.at;
    };
    std::make_heap(cursors.begin(), cursors.end(), later);
    while (!cursors.empty()) {
      std::pop_heap(cursors.begin(), cursors.end(), later);
      Cursor& least = cursors.back();
      RETURN_IF_ERROR(visit(*least.at));
      if (++least.at == least.end) RETURN_IF_ERROR(Refill(&least));
      if (least.at == least.end) {
        cursors.pop_back();
      } else {
        std::push_heap(cursors.begin(), cursors.end(), later);
      }
    }
    return absl::OkStatus();
  }

  // Written so far.
  size_t runs() const { return run_sizes_.size(); }

 private:
  // Walks a run: what of it is in memory, and what is still to be read.
  struct Cursor {
    std::vector<Record> buffer;  // empty: of the records that stayed in memory
    const Record* at = nullptr;
    const Record* end = nullptr;
    uint64_t next_record = 0;  // in the file
    uint64_t left = 0;         // of the run, in the file
  };

  absl::Status WriteRun() {
    if (!file_.has_value()) {
      ASSIGN_OR_RETURN(file_, TempFile::Create());
    }
    std::sort(records_.begin(), records_.end());
    RETURN_IF_ERROR(file_->Append(
        std::string_view(reinterpret_cast<const char*>(records_.data()),
                         records_.size() * sizeof(Record))));
    run_sizes_.push_back(records_.size());
    // Gives the memory back, which an assignment would keep.
    std::vector<Record>().swap(records_);
    return absl::OkStatus();
  }

  absl::Status OpenCursors(std::vector<Cursor>* cursors) {
    uint64_t next = 0;
    for (const size_t size : run_sizes_) {
      Cursor& cursor = cursors->emplace_back();
      cursor.next_record = next;
      cursor.left = size;
      next += size;
      RETURN_IF_ERROR(Refill(&cursor));
    }
    if (records_.empty()) return absl::OkStatus();
    Cursor& held = cursors->emplace_back();
    held.at = records_.data();
    held.end = held.at + records_.size();
    return absl::OkStatus();
  }

  absl::Status Refill(Cursor* cursor) {
    if (cursor->left == 0) return absl::OkStatus();
    // All runs together take what one took before.
    const size_t share = std::max<size_t>(kLeastBytes / sizeof(Record) + 1,
                                          capacity_ / run_sizes_.size());
    const auto count =
        static_cast<size_t>(std::min<uint64_t>({cursor->left, share, kMost}));
    cursor->buffer.resize(count);
    RETURN_IF_ERROR(
        file_->ReadAt(cursor->next_record * sizeof(Record),
                      reinterpret_cast<char*>(cursor->buffer.data()),
                      count * sizeof(Record)));
    cursor->next_record += count;
    cursor->left -= count;
    cursor->at = cursor->buffer.data();
    cursor->end = cursor->at + count;
    return absl::OkStatus();
  }

  static constexpr size_t kLeastBytes = 4096;  // of one read
  static constexpr uint64_t kMost = 16'384;    // records of one read

  size_t capacity_;
  std::vector<Record> records_;  // of the run being gathered
  std::optional<TempFile> file_;
  std::vector<size_t> run_sizes_;  // in records, in the order of the file
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SORTED_RUNS_H_
