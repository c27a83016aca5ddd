// Reads tables whose fields are separated by '|', as schedulers print them.
//
// There are no quotes and no escapes, so a field that holds '|' or a line end
// makes a row of another width: an error, never a guess. LF or CRLF, an
// optional UTF-8 byte order mark; a '|' after the last column is accepted if
// the header has one. A last row without a line end is an error, because what
// was cut off a field cannot be seen otherwise. So are NUL, bytes that are not
// UTF-8, a lone CR, and fields, rows or files over a limit.
#ifndef DRAWDOWN_SRC_BASE_PIPE_READER_H_
#define DRAWDOWN_SRC_BASE_PIPE_READER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/csv.h"
#include "base/source.h"

namespace drawdown {

class PipeReader {
 public:
  // `source` must outlive the reader and stand at its first byte.
  explicit PipeReader(Source* source, const CsvLimits& limits = {});
  PipeReader(const PipeReader&) = delete;  // Holds views into its own buffer.
  PipeReader& operator=(const PipeReader&) = delete;

  // kBadCsv: empty file, or column names that are empty or stand twice (in any
  // case). Must be called once, before Next().
  absl::Status ReadHeader();
  const std::vector<std::string>& header() const { return header_; }
  // Index of a column, in any case; -1 if absent.
  int Column(std::string_view name) const;

  // The next row into fields(); false at the end. Blank lines are skipped.
  absl::StatusOr<bool> Next();
  // Of the current row, valid until the next call of Next().
  std::span<const std::string_view> fields() const { return fields_; }
  // "file:line" of the current row; the header is line 1.
  std::string Where() const;

 private:
  absl::Status Fill();
  absl::StatusOr<bool> NextLine(std::string_view* line);
  absl::Status CheckLine(std::string_view line) const;
  absl::Status Split(std::string_view line);
  absl::Status Bad(std::string_view what) const;

  Source* source_;
  const CsvLimits limits_;
  std::string buffer_;
  size_t begin_ = 0;  // first byte of buffer_ that is not consumed
  bool at_end_ = false;
  uint64_t line_ = 0;
  uint64_t rows_ = 0;
  bool closed_ = false;  // each row ends with a '|'
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_PIPE_READER_H_
