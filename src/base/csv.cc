#include "base/csv.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/aligned_buffer.h"
#include "base/check.h"
#include "base/csv_scan.h"
#include "base/csv_split.h"
#include "base/csv_text.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

using Step = CsvText::Step;

}  // namespace

// The text that has been read, and how more of it comes.
struct CsvReader::State : CsvText {
  State(Source* source_in, const CsvLimits& limits_in)
      : CsvText(source_in->name(), limits_in),
        source(source_in),
        front(RoundUpToPage(limits_in.max_row_bytes + 2)) {
    CHECK(memory_size() < kCsvQuoted);
  }

  absl::Status Fill();
  absl::Status SplitRows(CsvBatch* batch);
  void SplitPlainRows(CsvBatch* batch);
  bool TakePlainRow(const CsvSplitRow& row, CsvBatch* batch);
  void AddTriedRow(CsvBatch* batch);
  size_t memory_size() const { return front + kBlockBytes + kScanBytes; }
  uint32_t OffsetOf(const char* at) const {
    return static_cast<uint32_t>(at - memory.get());
  }
  absl::Status CheckDataRow() const;
  absl::Status CheckEncodingMarks();
  absl::Status CheckNames() const;
  void KeepUnfinished();

  Source* source;
  // Blocks are always read at `front`, a page boundary; the start of a row that
  // the block before left unfinished is put just before it.
  size_t front;
  AlignedBuffer memory;
  std::string unfinished;
  uint64_t rows = 0;
  bool have_header = false;
  std::vector<std::string> names;
  absl::Status failure;

  std::vector<CsvSplitRow> plain_rows;  // of the splitter

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
  // Whole blocks are looked at.
  if (memory == nullptr) memory = MakeAlignedBuffer(memory_size());
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
  into->Begin(memory.get(), memory_size(), names.size());
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
      AddTriedRow(into);
    }
    Pass(row_end, row_lines);
  }
  return absl::OkStatus();
}

void CsvReader::State::SplitPlainRows(CsvBatch* into) {
  plain_rows.clear();
  SplitCsv({memory.get(), OffsetOf(begin), OffsetOf(end), names.size(),
            line_end, into->next_stops()},
           &plain_rows);
  for (const CsvSplitRow& row : plain_rows) {
    if (!TakePlainRow(row, into)) return;
  }
}

bool CsvReader::State::TakePlainRow(const CsvSplitRow& row, CsvBatch* into) {
  char* const next = memory.get() + row.next;
  const std::string_view text(begin, static_cast<size_t>(next - begin));
  const bool sure = text.size() <= limits.max_field_bytes &&
                    text.size() <= limits.max_row_bytes &&
                    rows < limits.max_rows &&
                    (row.ascii || Utf8ValidPrefix(text) == text.size());
  if (!sure) return false;
  ++rows;
  into->Add(OffsetOf(begin), row, next_line);
  Pass(next, row.line_feeds);
  return true;
}

void CsvReader::State::AddTriedRow(CsvBatch* into) {
  CsvStop* out = into->next_stops();
  const char* field = begin;
  for (const char* const stop : stops) {
    const bool quoted = field < stop && *field == '"';
    *out++ = OffsetOf(stop) | (quoted ? kCsvQuoted : 0);
    field = stop + 1;
  }
  CsvSplitRow row;
  row.quoted = row.doubled = row.null_ending = true;  // for all that is known
  into->Add(OffsetOf(begin), row, next_line);
}

void CsvReader::State::KeepUnfinished() {
  unfinished.assign(begin, end);
  begin = end;
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
  state.batch.Begin(state.memory.get(), state.memory_size(),
                    state.stops.size());
  state.AddTriedRow(&state.batch);
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
  state_->fields.resize(state_->batch.width());
  state_->batch.GetFields(row, state_->fields);
}

std::span<const std::string_view> CsvReader::fields() const {
  return state_->fields;
}

bool CsvReader::quoted(size_t i) const {
  return state_->batch.quoted(state_->next_row - 1, i);
}

uint64_t CsvReader::line() const { return state_->line; }

uint64_t CsvReader::row() const { return state_->row; }

std::string CsvReader::Where() const {
  return absl::StrCat(state_->source->name(), ":", state_->line);
}

}  // namespace drawdown
