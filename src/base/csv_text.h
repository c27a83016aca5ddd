// CSV text from its next row on, read byte by byte: rows that a splitter is not
// sure of, and all that is said of what is wrong with them.
#ifndef DRAWDOWN_SRC_BASE_CSV_TEXT_H_
#define DRAWDOWN_SRC_BASE_CSV_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/csv.h"
#include "base/csv_split.h"

namespace drawdown {

struct CsvText {
  // What one attempt to read a row came to.
  enum class Step : uint8_t { kRow, kBlank, kNeedMore };

  // `name_in` is of the input.
  CsvText(std::string name_in, const CsvLimits& limits_in)
      : name(std::move(name_in)), limits(limits_in) {}

  // The row at `begin`, into `stops`, `row_lines` and `row_end`. kBadCsv. Not
  // checked: how many fields it has.
  absl::StatusOr<Step> TryRow();

  // Goes on at `next`, after a row with so many line feeds within quotes.
  void Pass(char* next, uint64_t line_feeds);

  // "file:line" of the row at `begin`.
  std::string Where() const;
  // kBadCsv, naming that and the byte in the input.
  absl::Status Bad(const char* at, std::string_view what) const;

  const std::string name;
  const CsvLimits limits;
  char* begin = nullptr;      // First byte not yet consumed.
  char* end = nullptr;        // After the last byte read.
  uint64_t begin_offset = 0;  // Of *begin in the input.
  bool at_end = false;        // The source has no more.
  LineEnd line_end = LineEnd::kUnknown;
  uint64_t next_line = 1;  // On which the row at `begin` starts.

  std::vector<char*> stops;  // where each field's bytes end, with quotes
  uint64_t row_lines = 0;
  char* row_end = nullptr;  // After the row's line end.

 private:
  absl::StatusOr<Step> ReadFields();
  absl::StatusOr<char*> ReadField(char* start);
  absl::StatusOr<char*> ReadQuoted(char* start);
  absl::Status EndRow(char* at);
  absl::Status AddField(const char* first, size_t size, char* stop);
  absl::Status CheckRow() const;
  bool Missing(const char* at) const { return at >= end && !at_end; }
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_TEXT_H_
