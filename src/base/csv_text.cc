#include "base/csv_text.h"

#include <algorithm>

#include "base/csv_quotes.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

bool IsSpecial(char c) { return NeedsCsvQuotes(c) || c == '\0'; }

}  // namespace

std::string CsvText::Where() const {
  return absl::StrCat(name, ":", next_line);
}

absl::Status CsvText::Bad(const char* at, std::string_view what) const {
  const uint64_t offset = begin_offset + static_cast<uint64_t>(at - begin);
  return MakeError(ErrorCode::kBadCsv,
                   absl::StrCat(Where(), ": byte ", offset, ": ",
                                absl::string_view(what.data(), what.size())));
}

void CsvText::Pass(char* next, uint64_t line_feeds) {
  next_line += line_feeds + 1;
  begin_offset += static_cast<uint64_t>(next - begin);
  begin = next;
}

absl::StatusOr<CsvText::Step> CsvText::TryRow() {
  stops.clear();
  row_lines = 0;
  ASSIGN_OR_RETURN(const Step step, ReadFields());
  if (step == Step::kRow) RETURN_IF_ERROR(CheckRow());
  return step;
}

absl::StatusOr<CsvText::Step> CsvText::ReadFields() {
  char* start = begin;
  while (true) {
    if (Missing(start)) return Step::kNeedMore;
    ASSIGN_OR_RETURN(char* const stop, ReadField(start));
    if (stop == nullptr) return Step::kNeedMore;
    if (stop < end && *stop == ',') {
      start = stop + 1;
      continue;
    }
    if (stop < end && *stop == '\r' && Missing(stop + 1)) {
      return Step::kNeedMore;
    }
    RETURN_IF_ERROR(EndRow(stop));
    const bool blank = stops.size() == 1 && stop == begin;
    return blank ? Step::kBlank : Step::kRow;
  }
}

// Reads the field at `start`; returns where its separator, line end or the end
// of the input is, null when the buffer ends before that is known.
absl::StatusOr<char*> CsvText::ReadField(char* start) {
  if (start < end && *start == '"') return ReadQuoted(start);
  char* const stop = std::find_if(start, end, IsSpecial);
  if (Missing(stop)) return nullptr;
  if (stop < end && *stop == '"') {
    return Bad(stop, "stray quote in an unquoted field");
  }
  if (stop < end && *stop == '\0') {
    return Bad(stop, "NUL byte (is this UTF-16? save it as UTF-8)");
  }
  RETURN_IF_ERROR(AddField(start, static_cast<size_t>(stop - start), stop));
  return stop;
}

absl::StatusOr<char*> CsvText::ReadQuoted(char* start) {
  for (char* at = start + 1;; ++at) {
    if (Missing(at)) return nullptr;
    if (at == end) return Bad(start, "quote is never closed");
    if (*at == '\0') return Bad(at, "NUL byte");
    if (*at == '\n') ++row_lines;
    if (*at != '"') continue;
    char* const stop = at + 1;
    if (Missing(stop)) return nullptr;
    if (stop < end && *stop == '"') {
      at = stop;
      continue;
    }
    RETURN_IF_ERROR(
        AddField(start + 1, static_cast<size_t>(at - start) - 1, stop));
    if (stop < end && *stop != ',' && *stop != '\n' && *stop != '\r') {
      const bool other = *stop == ';' || *stop == '\t' || *stop == '|';
      return Bad(stop, other ? "a separator after a closing quote that is no "
                               "comma: fields are separated by commas"
                             : "text after a closing quote");
    }
    return stop;
  }
}

// Takes the LF or CRLF at `at`, or the end of the input.
absl::Status CsvText::EndRow(char* at) {
  row_end = at;
  if (at == end) return absl::OkStatus();
  LineEnd kind = LineEnd::kLf;
  if (*at == '\r') {
    if (at + 1 == end || at[1] != '\n') {
      return Bad(at, "carriage return without a line feed");
    }
    kind = LineEnd::kCrLf;
  }
  row_end += kind == LineEnd::kCrLf ? 2 : 1;
  if (line_end == LineEnd::kUnknown) line_end = kind;
  if (line_end != kind) {
    return Bad(at, kind == LineEnd::kLf
                       ? "line ends with LF, the lines before with CRLF"
                       : "line ends with CRLF, the lines before with LF");
  }
  return absl::OkStatus();
}

absl::Status CsvText::AddField(const char* first, size_t size, char* stop) {
  if (size > limits.max_field_bytes) {
    return Bad(first, absl::StrCat("field of ", size, " bytes, the limit is ",
                                   limits.max_field_bytes));
  }
  if (stops.size() == limits.max_columns) {
    return Bad(first, absl::StrCat("more than ", limits.max_columns,
                                   " columns, the limit"));
  }
  stops.push_back(stop);
  return absl::OkStatus();
}

absl::Status CsvText::CheckRow() const {
  const std::string_view text(begin, static_cast<size_t>(row_end - begin));
  if (text.size() > limits.max_row_bytes) {
    return Bad(begin,
               absl::StrCat("row of ", text.size(), " bytes, the limit is ",
                            limits.max_row_bytes));
  }
  const size_t valid = Utf8ValidPrefix(text);
  if (valid == text.size()) return absl::OkStatus();
  return Bad(begin + valid, "not UTF-8 (save the file as UTF-8)");
}

}  // namespace drawdown
