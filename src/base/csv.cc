#include "base/csv.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/csv_blocks.h"
#include "base/csv_split.h"
#include "base/csv_text.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr size_t kAllBytes = ~size_t{0};
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

using Step = CsvText::Step;

}  // namespace

// The blocks of the file, and the text of the one that is being finished.
struct CsvReader::State : CsvText {
  State(Source* source_in, const CsvLimits& limits_in)
      : CsvText(source_in->name(), limits_in),
        source(source_in),
        blocks(source_in, limits_in.max_row_bytes) {}

  absl::Status TakeFirstBlock();
  void SplitPlainRows(CsvBatch* batch, size_t bytes) const;
  bool IsSure(const CsvSplitRow& row, const CsvBatch& batch) const;
  absl::Status FinishBlock(CsvBatch* batch);
  void PassPlain(const CsvBatch& batch);
  absl::StatusOr<Step> TryWholeRow();
  void AddTriedRow(CsvBatch* batch);
  absl::Status CheckDataRow() const;
  absl::Status CheckEncodingMarks();
  absl::Status CheckNames() const;

  Source* source;
  CsvBlocks blocks;
  bool broken = false;  // of the block that is being finished
  uint64_t rows = 0;
  bool have_header = false;
  std::vector<std::string> names;
  absl::Status failure;

  // What Next() walks; at first the header's block.
  CsvBatch batch;
  bool have_first_block = false;  // of data, in `batch`
  size_t next_row = 0;            // of the batch
  uint64_t row = 0;
  uint64_t line = 1;
  std::vector<std::string_view> fields;
};

absl::Status CsvReader::State::TakeFirstBlock() {
  RETURN_IF_ERROR(blocks.Next(&batch.block_).status());
  begin = batch.block_.begin;
  end = batch.block_.end;
  at_end = batch.block_.at_end;
  broken = batch.block_.broken;
  return absl::OkStatus();
}

// Those in the next so many bytes.
void CsvReader::State::SplitPlainRows(CsvBatch* into, size_t bytes) const {
  const auto left = static_cast<size_t>(into->block_.end - into->rest_);
  // Whole groups of bytes are looked at, and the blanks at the end are in no
  // row.
  const size_t size = bytes < left ? bytes : left + kScanBytes - 1;
  into->split_.clear();
  SplitCsv({into->bytes(), into->OffsetOf(into->rest_),
            into->OffsetOf(into->rest_ + size), names.size(), line_end,
            into->next_stops()},
           &into->split_);
  for (const CsvSplitRow& row : into->split_) {
    if (!IsSure(row, *into)) return;
    into->Add(row);
  }
}

bool CsvReader::State::IsSure(const CsvSplitRow& row,
                              const CsvBatch& in) const {
  const std::string_view text(
      in.rest_, static_cast<size_t>(in.bytes() + row.next - in.rest_));
  return text.size() <= limits.max_field_bytes &&
         text.size() <= limits.max_row_bytes &&
         (row.ascii || Utf8ValidPrefix(text) == text.size());
}

// Nearly all rows are plain. Those that may be at fault are read byte by byte:
// that knows what to say of them.
absl::Status CsvReader::State::FinishBlock(CsvBatch* into) {
  begin = into->block_.begin;
  end = into->block_.end;
  at_end = into->block_.at_end;
  broken = into->block_.broken;
  into->first_line_ = next_line;
  // Where the limit of rows is near, each is counted before it is taken.
  const bool near_limit =
      limits.max_rows - rows < static_cast<uint64_t>(end - begin);
  if (near_limit) into->Begin(names.size());
  const uint64_t rows_before = rows;
  while (true) {
    PassPlain(*into);
    rows = rows_before + into->rows();
    if (begin == end) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Step step, TryWholeRow());
    if (step == Step::kNeedMore) return absl::OkStatus();
    if (step == Step::kRow) {
      RETURN_IF_ERROR(CheckDataRow());
      AddTriedRow(into);
    }
    into->rest_ = row_end;
    into->rest_line_ =
        static_cast<uint32_t>(next_line + row_lines + 1 - into->first_line_);
    if (!near_limit) SplitPlainRows(into, kAllBytes);
  }
}

// The rows of `into` up to its rest, of which line and byte are not counted
// yet.
void CsvReader::State::PassPlain(const CsvBatch& of) {
  begin_offset += static_cast<uint64_t>(of.rest_ - begin);
  begin = of.rest_;
  next_line = of.first_line_ + of.rest_line_;
}

// kNeedMore where what follows could not be read: nothing is wrong before that.
absl::StatusOr<Step> CsvReader::State::TryWholeRow() {
  ASSIGN_OR_RETURN(const Step step, TryRow());
  const bool too_long = static_cast<size_t>(end - begin) > limits.max_row_bytes;
  if (step != Step::kNeedMore || (broken && !too_long)) return step;
  return Bad(begin, absl::StrCat("row over the limit of ", limits.max_row_bytes,
                                 " bytes (is a quote never closed?)"));
}

// The rest's first row.
void CsvReader::State::AddTriedRow(CsvBatch* into) {
  CsvStop* out = into->next_stops();
  const char* field = begin;
  for (const char* const stop : stops) {
    const bool quoted = field < stop && *field == '"';
    *out++ = into->OffsetOf(stop) | (quoted ? kCsvQuoted : 0);
    field = stop + 1;
  }
  CsvSplitRow row;
  row.next = into->OffsetOf(row_end);
  row.line_feeds = static_cast<uint32_t>(row_lines);
  row.quoted = row.doubled = row.null_ending = true;  // for all that is known
  into->Add(row);
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

// What is not CSV but lies where CSV was to be; empty: nothing that is known.
std::string_view OtherFile(std::string_view text) {
  if (text.starts_with("PK\x03")) return "a ZIP file or a workbook, not CSV";
  if (text.starts_with("PAR1")) return "Parquet, not CSV";
  if (text.starts_with("{")) return "JSON, not CSV";
  if (text.starts_with("<")) {
    return "HTML or XML, not CSV: perhaps what a server said instead of it";
  }
  return "";
}

absl::Status CsvReader::State::CheckEncodingMarks() {
  const std::string_view text(begin, static_cast<size_t>(end - begin));
  if (const std::string_view other = OtherFile(text); !other.empty()) {
    return Bad(begin, other);
  }
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
  RETURN_IF_ERROR(state.TakeFirstBlock());
  RETURN_IF_ERROR(state.CheckEncodingMarks());
  while (true) {
    if (state.begin == state.end) {
      // What is not at the end of the file was blank lines.
      if (!state.at_end) {
        RETURN_IF_ERROR(state.TakeFirstBlock());
        continue;
      }
      return state.Bad(state.begin, "the file is empty: no header row");
    }
    ASSIGN_OR_RETURN(const Step step, state.TryWholeRow());
    if (step == Step::kNeedMore) return state.TakeFirstBlock();
    if (step == Step::kRow) break;
    state.Pass(state.row_end, 0);
  }
  CsvBatch& batch = state.batch;
  batch.block_.begin = state.begin;
  batch.Begin(state.stops.size());
  state.AddTriedRow(&batch);
  SetFields(0);
  state.names.assign(state.fields.begin(), state.fields.end());
  RETURN_IF_ERROR(state.CheckNames());
  state.line = state.next_line;
  state.Pass(state.row_end, state.row_lines);
  batch.block_.begin = state.begin;
  batch.rows_.clear();
  state.have_first_block = true;
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

absl::StatusOr<bool> CsvReader::TakeBlock(CsvBatch* batch) {
  State& state = *state_;
  CHECK(state.have_header);
  if (!std::exchange(state.have_first_block, false)) {
    return state.blocks.Next(&batch->block_);
  }
  std::swap(state.batch.block_, batch->block_);
  return true;
}

void CsvReader::BeginRows(CsvBatch* batch) const {
  batch->Begin(state_->names.size());
}

bool CsvReader::SplitPlain(CsvBatch* batch, size_t bytes) const {
  const size_t before = batch->rows();
  const auto left = static_cast<size_t>(batch->block_.end - batch->rest_);
  while (left > 0) {
    state_->SplitPlainRows(batch, bytes);
    if (batch->rows() > before) return true;
    if (bytes >= left) break;
    bytes = left;  // The row may be longer.
  }
  return false;
}

bool CsvReader::SplitLike(CsvBatch* batch, const CsvModel& like,
                          std::span<const CsvRun> runs, CsvLanes lanes) const {
  const CsvLimits& limits = state_->limits;
  return batch->AddLike(like, runs,
                        std::min(limits.max_field_bytes, limits.max_row_bytes),
                        lanes);
}

absl::Status CsvReader::FinishBlock(CsvBatch* batch) {
  return state_->FinishBlock(batch);
}

// At least one row, into the batch; false at the end.
absl::StatusOr<bool> CsvReader::NextBatch() {
  State& state = *state_;
  state.batch.rows_.clear();
  state.next_row = 0;
  RETURN_IF_ERROR(state.failure);
  while (state.batch.rows() == 0) {
    const absl::StatusOr<bool> more = TakeBlock(&state.batch);
    RETURN_IF_ERROR(state.failure = more.status());
    if (!*more) return false;
    BeginRows(&state.batch);
    SplitPlain(&state.batch, kAllBytes);
    state.failure = FinishBlock(&state.batch);
    if (state.batch.rows() == 0) RETURN_IF_ERROR(state.failure);
  }
  return true;
}

absl::StatusOr<bool> CsvReader::Next() {
  State& state = *state_;
  if (state.next_row == state.batch.rows()) {
    ASSIGN_OR_RETURN(const bool more, NextBatch());
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
