// Rows of a CSV file, in memory of their own.
#ifndef DRAWDOWN_SRC_BASE_CSV_BATCH_H_
#define DRAWDOWN_SRC_BASE_CSV_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/csv_split.h"

namespace drawdown {

// Filled by CsvReader; one thread at a time.
class CsvBatch {
 public:
  size_t rows() const { return rows_.size(); }

  // Every field, each followed by a NUL, which no field can hold: equal exactly
  // when all fields are equal.
  std::string_view raw(size_t row) const {
    return {rows_[row].text, rows_[row].size};
  }

  // Where the fields end in raw(row); each starts after the NUL of the one
  // before.
  std::span<const uint32_t> ends(size_t row) const {
    return {ends_.data() + row * width_, width_};
  }

  // By field, whether it was written in quotes.
  std::span<const uint8_t> quoted(size_t row) const {
    return {quoted_.data() + row * width_, width_};
  }

  // 1-based physical line on which the row starts.
  uint64_t line(size_t row) const { return rows_[row].line; }

 private:
  friend class CsvReader;

  struct Row {
    const char* text = nullptr;
    uint32_t size = 0;
    uint64_t line = 0;
  };

  void Clear() {
    rows_.clear();
    ends_.clear();
    quoted_.clear();
  }

  // Takes the quotes off the fields of `row`, in place.
  void Add(const CsvRowSpan& row, uint64_t line);
  size_t Undouble(std::string_view field, char* out, const char* limit);

  AlignedBuffer memory_;  // what the rows point into
  size_t width_ = 0;      // fields of each row
  std::vector<Row> rows_;
  std::vector<uint32_t> ends_;
  std::vector<uint8_t> quoted_;
  std::vector<char> scratch_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_BATCH_H_
