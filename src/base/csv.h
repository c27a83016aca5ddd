// A strict, streaming RFC 4180 reader and an inert writer.
//
// Dialect: comma, double quote, LF or CRLF (one kind per file), an optional
// UTF-8 BOM, quoted newlines. Anything doubtful is a named error with the file,
// the row and the byte: NUL, UTF-16, invalid UTF-8, a stray quote, an unclosed
// quote, a lone CR, a row of another width, a field, row or file over a limit.
#ifndef DRAWDOWN_SRC_BASE_CSV_H_
#define DRAWDOWN_SRC_BASE_CSV_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/csv_batch.h"
#include "base/source.h"

namespace drawdown {

struct CsvLimits {
  size_t max_field_bytes = 64 << 10;
  size_t max_row_bytes = 1 << 20;
  size_t max_columns = 1'000;
  uint64_t max_rows = uint64_t{4} << 30;
};

class CsvReader {
 public:
  // `source` must outlive the reader and stand at its first byte.
  explicit CsvReader(Source* source, const CsvLimits& limits = {});
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;  // Holds views into its own buffer.
  CsvReader& operator=(const CsvReader&) = delete;

  // Reads the header row. kBadCsv: empty file, duplicate or empty column names
  // (compared exactly). Must be called once, before Next().
  absl::Status ReadHeader();
  const std::vector<std::string>& header() const;

  // Index of a header column, -1 if absent.
  int Column(std::string_view name) const;

  // The next data row into fields(); false at the end. Blank lines (no bytes)
  // are skipped. A row narrower or wider than the header is kBadCsv.
  absl::StatusOr<bool> Next();

  // What Next() does of many rows at once, for threads that share the work; not
  // to be mixed with it. One after the other, by any thread: the next block of
  // the file into `batch`; false at the end, and errors are the source's.
  absl::StatusOr<bool> TakeBlock(CsvBatch* batch);
  // By any thread, beside all others. First:
  void BeginRows(CsvBatch* batch) const;
  // Then splits the next rows, at least one and of about so many bytes; false
  // at the end, and where what comes is not plain.
  bool SplitPlain(CsvBatch* batch, size_t bytes) const;
  // Or the next row alone, where the columns in `runs`, which are in order, are
  // those of `like`, byte by byte; else false. Of these columns null_ending()
  // tells nothing.
  bool SplitLike(CsvBatch* batch, const CsvModel& like,
                 std::span<const CsvRun> runs,
                 CsvLanes lanes = WidestCsvLanes()) const;
  // In the order in which the blocks were taken, beside all of these: splits
  // what is not plain, and has lines and limits counted. An error comes after
  // the rows before it, which are in the batch, and is the last one.
  absl::Status FinishBlock(CsvBatch* batch);

  // The fields of the current row, valid until the next call of Next().
  std::span<const std::string_view> fields() const;

  // Whether field `i` was written in quotes (a quoted "NULL" is text).
  bool quoted(size_t i) const;

  // 1-based physical line on which the current row starts; the header is 1.
  uint64_t line() const;
  // 1-based number of the current data row.
  uint64_t row() const;
  // "file:line" for messages.
  std::string Where() const;

 private:
  struct State;

  absl::Status FindHeader();
  absl::StatusOr<bool> NextBatch();
  void SetFields(size_t row);

  std::unique_ptr<State> state_;
};

// Appends one field, quoted when it holds , " CR or LF.
void AppendCsvField(std::string_view field, std::string* out);

// The same for text that a person may have chosen (names, ids, reasons): what
// starts with = + - @ TAB CR, or what NFKC makes = + - @ of, gets a leading '
// so that no spreadsheet runs it (CWE-1236). Never used for numbers.
void AppendCsvText(std::string_view text, std::string* out);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_H_
