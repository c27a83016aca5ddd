// Rows of a CSV file, in memory of their own.
#ifndef DRAWDOWN_SRC_BASE_CSV_BATCH_H_
#define DRAWDOWN_SRC_BASE_CSV_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/csv_split.h"

namespace drawdown {

// Filled by CsvReader; one thread at a time. The rows stand as in the file:
// what has to be written anew is, elsewhere.
class CsvBatch {
 public:
  size_t rows() const { return rows_.size(); }

  // The row as the CSV line that quotes just the fields that need it, without
  // line end: equal exactly when all fields are equal. Valid as long as the
  // batch keeps the row.
  std::string_view raw(size_t row) const {
    return {rows_[row].text, rows_[row].size};
  }

  // The text of field `i`, valid as raw().
  std::string_view field(size_t row, size_t i) const;

  // The bytes of the file from where field `first` starts to where `last` ends,
  // quotes included: where they are equal, all these fields are.
  std::string_view Run(size_t row, size_t first, size_t last) const {
    const uint32_t begin = BeginOf(row, first);
    return {bytes_ + begin, OffsetOf(stops(row)[last]) - begin};
  }

  // The same of each field of the row, into `fields`, which has one for each.
  void GetFields(size_t row, std::span<std::string_view> fields) const;

  // Whether field `i` was written in quotes.
  bool quoted(size_t row, size_t i) const {
    return (stops_[row * width_ + i] & kCsvQuoted) != 0;
  }

  // Whether some field may end in L, l or N; errs toward true.
  bool null_ending(size_t row) const { return rows_[row].null_ending; }

  // 1-based physical line on which the row starts.
  uint64_t line(size_t row) const { return rows_[row].line; }

  // Fields of each row.
  size_t width() const { return width_; }

  // raw() with the fields in another order, into `line`.
  void GetReordered(size_t row, std::span<const uint32_t> order,
                    std::string* line) const;

 private:
  friend class CsvReader;

  struct Row {
    const char* text = nullptr;  // of raw()
    uint32_t size = 0;
    uint32_t begin = 0;      // offset of its bytes
    uint32_t texts_end = 0;  // after the row's in texts_
    bool null_ending = false;
    uint64_t line = 0;
  };

  // The text of a field that two quotes stand for one in.
  struct Text {
    uint32_t field = 0;
    uint32_t size = 0;
    const char* text = nullptr;
  };

  void Clear() {
    rows_.clear();
    texts_.clear();
    spare_used_ = 0;
  }
  // For rows of `width` fields in `size` bytes at `bytes`, which the batch need
  // not own yet. REQUIRES: it has no rows.
  void Begin(const char* bytes, size_t size, size_t width);
  // Where the next row's stops go.
  CsvStop* next_stops() { return stops_.get() + rows_.size() * width_; }
  // Takes a row that starts at the offset `begin`, whose stops are there.
  void Add(uint32_t begin, const CsvSplitRow& row, uint64_t line);
  bool AddTexts(bool doubled);
  void AddText(uint32_t field, const char* begin, const char* end);
  void Rewrite();  // raw() of the last row, in spare_
  std::span<const CsvStop> stops(size_t row) const {
    return {stops_.get() + row * width_, width_};
  }
  static constexpr uint32_t OffsetOf(CsvStop stop) {
    return stop & ~kCsvQuoted;
  }
  uint32_t BeginOf(size_t row, size_t i) const {
    return i == 0 ? rows_[row].begin : OffsetOf(stops(row)[i - 1]) + 1;
  }
  std::span<const Text> texts(size_t row) const {
    const uint32_t begin = row == 0 ? 0 : rows_[row - 1].texts_end;
    return {texts_.data() + begin, texts_.data() + rows_[row].texts_end};
  }
  // The bytes of field `i` in raw().
  std::string_view RawField(size_t row, size_t i) const;
  char* Spare();  // where there is room

  AlignedBuffer memory_;         // where the rows lie
  const char* bytes_ = nullptr;  // the same, before they are handed over
  size_t size_ = 0;              // of it
  size_t width_ = 0;             // fields of each row
  std::unique_ptr<CsvStop[]> stops_;
  size_t stops_size_ = 0;
  std::vector<Row> rows_;
  std::vector<Text> texts_;
  AlignedBuffer spare_;    // for what is written anew
  size_t spare_size_ = 0;  // of the bytes that it is for
  size_t spare_used_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_BATCH_H_
