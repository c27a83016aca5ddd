#include "base/csv.h"

#include <algorithm>
#include <cstring>
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

// What one attempt to read a row came to.
enum class Step : uint8_t { kRow, kBlank, kNeedMore };

bool IsSpecial(char c) {
  return c == ',' || c == '"' || c == '\n' || c == '\r' || c == '\0';
}

}  // namespace

struct CsvReader::State {
  State(Source* source_in, const CsvLimits& limits_in)
      : source(source_in),
        limits(limits_in),
        front(RoundUpToPage(limits.max_row_bytes + 2)) {}

  absl::Status Fill();
  absl::Status SplitRows(CsvBatch* batch);
  void SplitPlainRows(CsvBatch* batch);
  bool TakePlainRow(const CsvRowSpan& row, CsvBatch* batch);
  absl::StatusOr<Step> TryRow();
  absl::StatusOr<Step> ReadFields();
  absl::StatusOr<char*> ReadField(char* start);
  absl::StatusOr<char*> ReadQuoted(char* start);
  absl::Status EndRow(char* at);
  absl::Status AddField(const char* first, size_t size, char* stop);
  absl::Status CheckRow(const char* last) const;
  absl::Status CheckDataRow() const;
  absl::Status CheckEncodingMarks();
  absl::Status CheckNames() const;
  void KeepUnfinished();
  void Pass(char* next, uint64_t line_feeds);
  CsvRowSpan RowSpan() { return {begin, row_end, stops, row_lines, false}; }
  bool Missing(const char* at) const { return at >= end && !at_end; }

  std::string Where() const {
    return absl::StrCat(source->name(), ":", next_line);
  }
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
  // the block before left unfinished is put just before it.
  size_t front;
  AlignedBuffer memory;
  std::string unfinished;
  char* begin = nullptr;      // First byte not yet consumed.
  char* end = nullptr;        // After the last byte read.
  uint64_t begin_offset = 0;  // Of *begin in the input.
  bool at_end = false;        // The source has no more.

  LineEnd line_end = LineEnd::kUnknown;
  uint64_t next_line = 1;  // On which the row at `begin` starts.
  uint64_t rows = 0;
  bool have_header = false;
  std::vector<std::string> names;
  absl::Status failure;

  std::vector<char*> plain_stops;  // for the splitter

  // The row at `begin`.
  std::vector<char*> stops;  // as of CsvRowSpan
  uint64_t row_lines = 0;
  char* row_end = nullptr;  // After the row's line end.

  // What Next() walks.
  CsvBatch batch;
  size_t next_row = 0;  // of the batch
  uint64_t row = 0;
  uint64_t line = 1;
  std::vector<std::string_view> fields;
};

// Reads until the block is full: a pipe's short reads must not make what is
// unfinished be read once per read.
absl::Status CsvReader::State::Fill() {
  if (unfinished.size() > limits.max_row_bytes) {
    return Bad(begin,
               absl::StrCat("row over the limit of ", limits.max_row_bytes,
                            " bytes (is a quote never closed?)"));
  }
  // The last row's end may be written to, whole blocks are looked at.
  if (memory == nullptr) {
    memory = MakeAlignedBuffer(front + kBlockBytes + kScanBytes);
  }
  char* const block = memory.get() + front;
  begin = block - unfinished.size();
  std::memcpy(begin, unfinished.data(), unfinished.size());
  unfinished.clear();
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
  return absl::OkStatus();
}

// Nearly all rows are plain. Those that may be at fault, or are not whole, are
// read byte by byte: that knows what to say of them.
absl::Status CsvReader::State::SplitRows(CsvBatch* into) {
  while (begin < end) {
    SplitPlainRows(into);
    if (begin == end) break;
    ASSIGN_OR_RETURN(const Step step, TryRow());
    if (step == Step::kNeedMore) {
      KeepUnfinished();
      break;
    }
    if (step == Step::kRow) {
      RETURN_IF_ERROR(CheckDataRow());
      ++rows;
      into->Add(RowSpan(), next_line);
    }
    Pass(row_end, row_lines);
  }
  return absl::OkStatus();
}

void CsvReader::State::SplitPlainRows(CsvBatch* into) {
  plain_stops.resize(names.size());
  CsvSplitter(line_end, plain_stops)
      .Split(begin, end, [this, into](const CsvRowSpan& plain) {
        return TakePlainRow(plain, into);
      });
}

bool CsvReader::State::TakePlainRow(const CsvRowSpan& plain, CsvBatch* into) {
  const std::string_view text(plain.first,
                              static_cast<size_t>(plain.next - plain.first));
  const bool blank =
      plain.stops.size() == 1 && plain.stops.front() == plain.first;
  const bool sure = !blank && text.size() <= limits.max_field_bytes &&
                    text.size() <= limits.max_row_bytes &&
                    rows < limits.max_rows &&
                    (plain.ascii || Utf8ValidPrefix(text) == text.size());
  if (!sure) return false;
  ++rows;
  into->Add(plain, next_line);
  Pass(plain.next, plain.line_feeds);
  return true;
}

void CsvReader::State::KeepUnfinished() {
  unfinished.assign(begin, end);
  begin = end;
}

void CsvReader::State::Pass(char* next, uint64_t line_feeds) {
  next_line += line_feeds + 1;
  begin_offset += static_cast<uint64_t>(next - begin);
  begin = next;
}

absl::StatusOr<Step> CsvReader::State::TryRow() {
  stops.clear();
  row_lines = 0;
  ASSIGN_OR_RETURN(const Step step, ReadFields());
  if (step == Step::kRow) RETURN_IF_ERROR(CheckRow(row_end));
  return step;
}

absl::StatusOr<Step> CsvReader::State::ReadFields() {
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
absl::StatusOr<char*> CsvReader::State::ReadField(char* start) {
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

absl::StatusOr<char*> CsvReader::State::ReadQuoted(char* start) {
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
      return Bad(stop, "text after a closing quote");
    }
    return stop;
  }
}

// Takes the LF or CRLF at `at`, or the end of the input.
absl::Status CsvReader::State::EndRow(char* at) {
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

absl::Status CsvReader::State::AddField(const char* first, size_t size,
                                        char* stop) {
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

absl::Status CsvReader::State::CheckRow(const char* last) const {
  const std::string_view text(begin, static_cast<size_t>(last - begin));
  if (text.size() > limits.max_row_bytes) {
    return Bad(begin,
               absl::StrCat("row of ", text.size(), " bytes, the limit is ",
                            limits.max_row_bytes));
  }
  const size_t valid = Utf8ValidPrefix(text);
  if (valid == text.size()) return absl::OkStatus();
  return Bad(begin + valid, "not UTF-8 (save the file as UTF-8)");
}

absl::Status CsvReader::State::CheckDataRow() const {
  if (stops.size() != names.size()) {
    return Bad(begin, absl::StrCat(stops.size(), " fields, the header has ",
                                   names.size()));
  }
  if (rows < limits.max_rows) return absl::OkStatus();
  return Bad(begin,
             absl::StrCat("more than ", limits.max_rows, " rows, the limit"));
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
  State& state = *state_;
  CHECK(!state.have_header);
  state.have_header = true;
  return state.failure = FindHeader();
}

absl::Status CsvReader::FindHeader() {
  State& state = *state_;
  RETURN_IF_ERROR(state.CheckEncodingMarks());
  while (true) {
    if (state.begin == state.end && state.at_end) {
      return state.Bad(state.begin, "the file is empty: no header row");
    }
    ASSIGN_OR_RETURN(const Step step, state.TryRow());
    if (step == Step::kNeedMore) {
      state.KeepUnfinished();
      RETURN_IF_ERROR(state.Fill());
      continue;
    }
    if (step == Step::kRow) break;
    state.Pass(state.row_end, 0);
  }
  state.batch.Add(state.RowSpan(), state.next_line);
  SetFields(0);
  state.names.assign(state.fields.begin(), state.fields.end());
  state.batch.Clear();
  RETURN_IF_ERROR(state.CheckNames());
  state.line = state.next_line;
  state.Pass(state.row_end, state.row_lines);
  return absl::OkStatus();
}

const std::vector<std::string>& CsvReader::header() const {
  return state_->names;
}

int CsvReader::Column(std::string_view name) const {
  const auto& names = state_->names;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

absl::StatusOr<bool> CsvReader::NextBatch(CsvBatch* batch) {
  State& state = *state_;
  CHECK(state.have_header);
  batch->Clear();
  RETURN_IF_ERROR(state.failure);
  while (true) {
    state.failure = state.SplitRows(batch);
    if (batch->rows() > 0) break;
    RETURN_IF_ERROR(state.failure);
    if (state.at_end) return false;
    RETURN_IF_ERROR(state.failure = state.Fill());
  }
  // The rows take the memory that they lie in with them. After an error what
  // is left is not read.
  std::swap(state.memory, batch->memory_);
  state.begin = state.end;
  return true;
}

absl::StatusOr<bool> CsvReader::Next() {
  State& state = *state_;
  if (state.next_row == state.batch.rows()) {
    state.next_row = 0;
    ASSIGN_OR_RETURN(const bool more, NextBatch(&state.batch));
    if (!more) return false;
  }
  SetFields(state.next_row);
  state.line = state.batch.line(state.next_row);
  ++state.next_row;
  ++state.row;
  return true;
}

void CsvReader::SetFields(size_t row) {
  const std::string_view raw = state_->batch.raw(row);
  std::vector<std::string_view>& fields = state_->fields;
  fields.clear();
  uint32_t begin = 0;
  for (const uint32_t field_end : state_->batch.ends(row)) {
    fields.push_back(raw.substr(begin, field_end - begin));
    begin = field_end + 1;
  }
}

std::span<const std::string_view> CsvReader::fields() const {
  return state_->fields;
}

bool CsvReader::quoted(size_t i) const {
  return state_->batch.quoted(state_->next_row - 1)[i] != 0;
}

uint64_t CsvReader::line() const { return state_->line; }

uint64_t CsvReader::row() const { return state_->row; }

std::string CsvReader::Where() const {
  return absl::StrCat(state_->source->name(), ":", state_->line);
}

}  // namespace drawdown
