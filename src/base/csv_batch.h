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
#include "base/csv_blocks.h"
#include "base/csv_split.h"

namespace drawdown {

// Columns next to each other.
struct CsvRun {
  size_t first = 0;
  size_t last = 0;
};

// A row that those of later batches may be like, in memory of its own.
class CsvModel {
 public:
  // As CsvBatch::Run.
  std::string_view Run(size_t first, size_t last) const {
    const uint32_t begin = BeginOf(first);
    return {text_.data() + begin, (stops_[last] & ~kCsvQuoted) - begin};
  }

 private:
  friend class CsvBatch;

  uint32_t BeginOf(size_t i) const {
    return i == 0 ? 0 : (stops_[i - 1] & ~kCsvQuoted) + 1;
  }

  std::string text_;            // as in the file, with its end; blanks follow
  std::vector<CsvStop> stops_;  // counted from its start
  bool doubled_ = false;        // as CsvBatch::Row
  bool plain_ = false;          // on one line that ends with a line feed
};

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

  // The text of field `i`, valid until a field of another row is asked for.
  std::string_view field(size_t row, size_t i) const;

  // The bytes of the file from where field `first` starts to where `last` ends,
  // quotes included: where they are equal, all these fields are.
  std::string_view Run(size_t row, size_t first, size_t last) const {
    const uint32_t begin = BeginOf(row, first);
    return {bytes() + begin, PlaceOf(stops(row)[last]) - begin};
  }

  // The same of each field of the row, into `fields`, which has one for each.
  void GetFields(size_t row, std::span<std::string_view> fields) const;

  // Whether field `i` was written in quotes.
  bool quoted(size_t row, size_t i) const {
    return (stops_[row * width_ + i] & kCsvQuoted) != 0;
  }

  // Whether some field may end in L, l or N; errs toward true, but says nothing
  // of the fields that are those of a row like it.
  bool null_ending(size_t row) const { return rows_[row].null_ending; }

  // 1-based physical line on which the row starts.
  uint64_t line(size_t row) const { return first_line_ + rows_[row].line; }

  // Fields of each row.
  size_t width() const { return width_; }

  // What rows may be like that are split after it, of any batch as wide.
  CsvModel ModelOf(size_t row) const;

  // raw() with the fields in another order, into `line`.
  void GetReordered(size_t row, std::span<const uint32_t> order,
                    std::string* line) const;

 private:
  friend class CsvReader;

  static constexpr size_t kNoRow = ~size_t{0};

  struct Row {
    const char* text = nullptr;  // of raw()
    uint32_t size = 0;
    uint32_t begin = 0;  // offset of its bytes
    uint32_t line = 0;   // counted from the batch's first
    bool null_ending = false;
    bool doubled = false;  // of CsvSplitRow
  };

  // The text of a field that two quotes stand for one in.
  struct Text {
    uint32_t field = 0;
    uint32_t size = 0;
    const char* text = nullptr;
  };

  // Makes it the rows of the block, of `width` fields, none of them yet.
  void Begin(size_t width);
  uint32_t OffsetOf(const char* at) const {
    return static_cast<uint32_t>(at - block_.memory.get());
  }
  // Where the next row's stops go.
  CsvStop* next_stops() { return stops_.get() + rows_.size() * width_; }
  // Takes the row at rest_, whose stops are there.
  void Add(const CsvSplitRow& row);
  // Takes the row at rest_ where it has at most so many bytes, its columns in
  // `runs` are, byte by byte, those of `like`, and nothing is doubtful about
  // the others; else false. All lanes do the same.
  bool AddLike(const CsvModel& like, std::span<const CsvRun> runs,
               size_t max_bytes, CsvLanes lanes);
  bool IsPlain(size_t row) const;
  bool HasNeedlessQuotes() const;
  void Rewrite();  // raw() of the last row, in spare_
  std::span<const CsvStop> stops(size_t row) const {
    return {stops_.get() + row * width_, width_};
  }
  const char* bytes() const { return block_.memory.get(); }
  static constexpr uint32_t PlaceOf(CsvStop stop) { return stop & ~kCsvQuoted; }
  uint32_t BeginOf(size_t row, size_t i) const {
    return i == 0 ? rows_[row].begin : PlaceOf(stops(row)[i - 1]) + 1;
  }
  // Those of the row.
  std::span<const Text> Texts(size_t row) const;
  void AddText(size_t row, size_t i) const;
  // The bytes of field `i` in raw().
  std::string_view RawField(size_t row, size_t i) const;
  CsvBlock block_;          // where the rows lie
  char* rest_ = nullptr;    // what of it is in no row yet
  uint32_t rest_line_ = 0;  // on which that starts, counted as Row::line
  uint64_t first_line_ = 0;
  size_t width_ = 0;  // fields of each row
  std::unique_ptr<CsvStop[]> stops_;
  size_t stops_size_ = 0;
  std::vector<Row> rows_;
  std::vector<CsvSplitRow> split_;  // of the splitter
  AlignedBuffer spare_;             // for rows that are written anew
  size_t spare_size_ = 0;
  size_t spare_used_ = 0;
  // Made when they are asked for: most rows are read without. Of one thread.
  mutable std::vector<Text> texts_;
  mutable size_t texts_row_ = kNoRow;  // whose they are
  mutable std::string undoubled_;      // where they lie
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_BATCH_H_
