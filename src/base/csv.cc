#include "base/csv.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "base/aligned_buffer.h"
#include "base/check.h"
#include "base/csv_scan.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

enum class LineEnd : uint8_t { kUnknown, kLf, kCrLf };

enum class FieldKind : uint8_t { kPlain, kQuoted, kDoubledQuotes };

// What one attempt to read a row came to.
enum class Step : uint8_t { kRow, kBlank, kNeedMore };

}  // namespace

struct CsvReader::State {
  State(Source* source_in, const CsvLimits& limits_in)
      : source(source_in),
        limits(limits_in),
        front(RoundUpToPage(limits.max_row_bytes + 2)),
        buffer(MakeAlignedBuffer(front + kBlockBytes)),
        begin(buffer.get() + front),
        end(begin) {}

  absl::Status Fill();
  absl::StatusOr<bool> NextRow();
  absl::StatusOr<Step> TryRow();
  absl::StatusOr<Step> ReadFields();
  absl::StatusOr<const char*> ReadField(const char* start);
  absl::StatusOr<const char*> ReadQuoted(const char* start);
  absl::StatusOr<bool> EndsField(const char* at);
  absl::Status EndRow(const char* at);
  absl::Status AddField(const char* first, const char* last, FieldKind kind);
  absl::Status CheckRow(const char* last);
  absl::Status CheckEncodingMarks();
  absl::Status CheckNames() const;
  void UndoubleQuotes();
  bool Missing(const char* at) const { return at >= end && !at_end; }

  std::string Where() const { return absl::StrCat(source->name(), ":", line); }
  absl::Status BadAt(uint64_t offset, std::string_view what) const {
    return MakeError(ErrorCode::kBadCsv,
                     absl::StrCat(Where(), ": byte ", offset, ": ",
                                  absl::string_view(what.data(), what.size())));
  }
  absl::Status Bad(const char* at, std::string_view what) const {
    return BadAt(begin_offset + static_cast<uint64_t>(at - begin), what);
  }

  Source* source;
  CsvLimits limits;
  // Blocks are always read at `front`, a page boundary; the start of a row that
  // the block before left unfinished is moved to just before it.
  size_t front;
  AlignedBuffer buffer;
  char* begin;                // First byte not yet consumed.
  char* end;                  // After the last byte read.
  uint64_t begin_offset = 0;  // Of *begin in the input.
  bool at_end = false;        // The source has no more.

  CsvScanner scanner;
  LineEnd line_end = LineEnd::kUnknown;
  uint64_t line = 1;        // On which the current row starts.
  uint64_t row_offset = 0;  // Of the current row in the input.
  uint64_t next_line = 1;   // On which the next one starts.
  uint64_t rows = 0;
  bool have_header = false;
  size_t width = 0;  // Fields of the current row.
  bool any_doubled = false;
  uint64_t row_lines = 0;   // Line ends inside the current row.
  char* row_end = nullptr;  // After the row's line end.
  std::vector<std::string> names;
  std::vector<std::string_view> fields;
  std::vector<FieldKind> kinds;
  absl::Status failure;
};

// Keeps the unconsumed tail and reads until the block is full: a pipe's short
// reads must not make the tail be scanned once per read.
absl::Status CsvReader::State::Fill() {
  const auto tail = static_cast<size_t>(end - begin);
  if (tail > limits.max_row_bytes) {
    return Bad(begin,
               absl::StrCat("row over the limit of ", limits.max_row_bytes,
                            " bytes (is a quote never closed?)"));
  }
  char* const block = buffer.get() + front;
  std::memmove(block - tail, begin, tail);
  begin = block - tail;
  end = block;
  while (end < block + kBlockBytes) {
    ASSIGN_OR_RETURN(
        const size_t count,
        source->Read(end, static_cast<size_t>(block + kBlockBytes - end)));
    if (count == 0) {
      at_end = true;
      break;
    }
    end += count;
  }
  scanner.Reset(begin, end);
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::State::NextRow() {
  while (true) {
    if (begin >= end && !at_end) RETURN_IF_ERROR(Fill());
    if (begin >= end) return false;
    line = next_line;
    row_offset = begin_offset;
    ASSIGN_OR_RETURN(const Step step, TryRow());
    if (step == Step::kNeedMore) {
      RETURN_IF_ERROR(Fill());
      continue;
    }
    next_line = line + row_lines + 1;
    begin_offset += static_cast<uint64_t>(row_end - begin);
    begin = row_end;
    if (step == Step::kRow) return true;
  }
}

absl::StatusOr<Step> CsvReader::State::TryRow() {
  width = 0;
  row_lines = 0;
  any_doubled = false;
  ASSIGN_OR_RETURN(const Step step, ReadFields());
  if (step == Step::kNeedMore) return step;
  RETURN_IF_ERROR(CheckRow(row_end));
  if (any_doubled) UndoubleQuotes();
  return step;
}

absl::StatusOr<Step> CsvReader::State::ReadFields() {
  const char* start = begin;
  while (true) {
    if (Missing(start)) return Step::kNeedMore;
    ASSIGN_OR_RETURN(const char* const stop, ReadField(start));
    if (stop == nullptr) return Step::kNeedMore;
    if (stop < end && *stop == ',') {
      start = stop + 1;
      continue;
    }
    if (stop < end && *stop == '\r' && Missing(stop + 1)) {
      return Step::kNeedMore;
    }
    RETURN_IF_ERROR(EndRow(stop));
    const bool blank = width == 1 && stop == begin;
    return blank ? Step::kBlank : Step::kRow;
  }
}

// Reads the field at `start`; returns where its separator, line end or the end
// of the input is, null when the buffer ends before that is known.
absl::StatusOr<const char*> CsvReader::State::ReadField(const char* start) {
  if (start < end && *start == '"') return ReadQuoted(start);
  const char* const stop = scanner.Next();
  if (Missing(stop)) return nullptr;
  if (stop < end && *stop == '"') {
    return Bad(stop, "stray quote in an unquoted field");
  }
  if (stop < end && *stop == '\0') {
    return Bad(stop, "NUL byte (is this UTF-16? save it as UTF-8)");
  }
  RETURN_IF_ERROR(AddField(start, stop, FieldKind::kPlain));
  return stop;
}

absl::StatusOr<const char*> CsvReader::State::ReadQuoted(const char* start) {
  CHECK(scanner.Next() == start);
  FieldKind kind = FieldKind::kQuoted;
  while (true) {
    const char* at = scanner.Next();
    if (Missing(at)) return nullptr;
    if (at == end) return Bad(start, "quote is never closed");
    if (*at == '\0') return Bad(at, "NUL byte");
    if (*at == '\n') ++row_lines;
    if (*at != '"') continue;
    if (Missing(at + 1)) return nullptr;
    if (at + 1 < end && at[1] == '"') {
      scanner.Next();
      kind = FieldKind::kDoubledQuotes;
      continue;
    }
    RETURN_IF_ERROR(AddField(start + 1, at, kind));
    ASSIGN_OR_RETURN(const bool ends, EndsField(at + 1));
    if (!ends) return Bad(at + 1, "text after a closing quote");
    return at + 1;
  }
}

// Consumes the special byte after a closing quote, if that is one.
absl::StatusOr<bool> CsvReader::State::EndsField(const char* at) {
  if (at == end) return true;
  if (*at != ',' && *at != '\n' && *at != '\r') return false;
  CHECK(scanner.Next() == at);
  return true;
}

// Takes the LF or CRLF at `at`, or the end of the input.
absl::Status CsvReader::State::EndRow(const char* at) {
  row_end = const_cast<char*>(at);
  if (at == end) return absl::OkStatus();
  LineEnd kind = LineEnd::kLf;
  if (*at == '\r') {
    if (at + 1 == end || at[1] != '\n') {
      return Bad(at, "carriage return without a line feed");
    }
    scanner.Next();
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

absl::Status CsvReader::State::AddField(const char* first, const char* last,
                                        FieldKind kind) {
  const auto size = static_cast<size_t>(last - first);
  if (size > limits.max_field_bytes) {
    return Bad(first, absl::StrCat("field of ", size, " bytes, the limit is ",
                                   limits.max_field_bytes));
  }
  if (width == limits.max_columns) {
    return Bad(first, absl::StrCat("more than ", limits.max_columns,
                                   " columns, the limit"));
  }
  if (width == fields.size()) {
    fields.emplace_back();
    kinds.emplace_back();
  }
  fields[width] = std::string_view(first, size);
  kinds[width] = kind;
  any_doubled = any_doubled || kind == FieldKind::kDoubledQuotes;
  ++width;
  return absl::OkStatus();
}

absl::Status CsvReader::State::CheckRow(const char* last) {
  const std::string_view text(begin, static_cast<size_t>(last - begin));
  if (text.size() > limits.max_row_bytes) {
    return Bad(begin,
               absl::StrCat("row of ", text.size(), " bytes, the limit is ",
                            limits.max_row_bytes));
  }
  if (!scanner.TakeSawHigh()) return absl::OkStatus();
  const size_t valid = Utf8ValidPrefix(text);
  if (valid == text.size()) return absl::OkStatus();
  return Bad(begin + valid, "not UTF-8 (save the file as UTF-8)");
}

// In place: the row is complete, so nothing reads these bytes again.
void CsvReader::State::UndoubleQuotes() {
  for (size_t i = 0; i < width; ++i) {
    if (kinds[i] != FieldKind::kDoubledQuotes) continue;
    char* const first = const_cast<char*>(fields[i].data());
    char* out = first;
    const char* in = first;
    const char* const last = first + fields[i].size();
    while (in < last) {
      const auto left = static_cast<size_t>(last - in);
      const void* const quote = std::memchr(in, '"', left);
      if (quote == nullptr) {
        std::memmove(out, in, left);
        out += left;
        break;
      }
      // Up to the first quote of two, and past the second.
      const auto kept =
          static_cast<size_t>(static_cast<const char*>(quote) - in) + 1;
      std::memmove(out, in, kept);
      out += kept;
      in += kept + 1;
    }
    fields[i] = std::string_view(first, static_cast<size_t>(out - first));
  }
}

absl::Status CsvReader::State::CheckEncodingMarks() {
  RETURN_IF_ERROR(Fill());
  const std::string_view text(begin, static_cast<size_t>(end - begin));
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return Bad(begin, "UTF-16 byte order mark: save the file as UTF-8");
  }
  if (text.starts_with(kUtf8Mark)) {
    begin += kUtf8Mark.size();
    begin_offset += kUtf8Mark.size();
    scanner.Reset(begin, end);
  }
  return absl::OkStatus();
}

absl::Status CsvReader::State::CheckNames() const {
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      return MakeError(ErrorCode::kBadCsv,
                       absl::StrCat(Where(), ": column ", i + 1,
                                    " has no name in the header"));
    }
    if (!seen.insert(names[i]).second) {
      return MakeError(ErrorCode::kBadCsv,
                       absl::StrCat(Where(), ": column ", Quoted(names[i]),
                                    " is twice in the header"));
    }
  }
  return absl::OkStatus();
}

CsvReader::CsvReader(Source* source, const CsvLimits& limits)
    : state_(std::make_unique<State>(source, limits)) {}

CsvReader::~CsvReader() = default;

absl::Status CsvReader::ReadHeader() {
  CHECK(!state_->have_header);
  state_->have_header = true;
  RETURN_IF_ERROR(state_->failure = state_->CheckEncodingMarks());
  const absl::StatusOr<bool> row = state_->NextRow();
  RETURN_IF_ERROR(state_->failure = row.status());
  if (!*row) {
    return state_->failure =
               state_->Bad(state_->begin, "the file is empty: no header row");
  }
  for (const std::string_view name : fields()) state_->names.emplace_back(name);
  return state_->failure = state_->CheckNames();
}

const std::vector<std::string>& CsvReader::header() const {
  return state_->names;
}

int CsvReader::Column(std::string_view name) const {
  const auto& names = state_->names;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

absl::StatusOr<bool> CsvReader::Next() {
  State& state = *state_;
  CHECK(state.have_header);
  RETURN_IF_ERROR(state.failure);
  absl::StatusOr<bool> row = state.NextRow();
  if (!row.ok()) return state.failure = row.status();
  if (!*row) return row;
  if (state.width != state.names.size()) {
    return state.failure =
               state.BadAt(state.row_offset,
                           absl::StrCat(state.width, " fields, the header has ",
                                        state.names.size()));
  }
  if (++state.rows > state.limits.max_rows) {
    return state.failure =
               state.BadAt(state.row_offset,
                           absl::StrCat("more than ", state.limits.max_rows,
                                        " rows, the limit"));
  }
  return row;
}

std::span<const std::string_view> CsvReader::fields() const {
  return {state_->fields.data(), state_->width};
}

bool CsvReader::quoted(size_t i) const {
  return state_->kinds[i] != FieldKind::kPlain;
}

uint64_t CsvReader::line() const { return state_->line; }

uint64_t CsvReader::row() const { return state_->rows; }

std::string CsvReader::Where() const { return state_->Where(); }

}  // namespace drawdown
