#include "base/pipe_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool SameName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

}  // namespace

PipeReader::PipeReader(Source* source, const CsvLimits& limits)
    : source_(source), limits_(limits) {}

std::string PipeReader::Where() const {
  return absl::StrCat(source_->name(), ":", line_);
}

absl::Status PipeReader::Bad(std::string_view what) const {
  return MakeError(ErrorCode::kBadCsv,
                   absl::StrCat(Where(), ": ", std::string(what)));
}

// Forgets what is consumed and appends a block.
absl::Status PipeReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(kept + kBlockBytes);
  ASSIGN_OR_RETURN(const size_t count,
                   source_->Read(buffer_.data() + kept, kBlockBytes));
  buffer_.resize(kept + count);
  at_end_ = count == 0;
  return absl::OkStatus();
}

// The next line without its end; false when there is none.
absl::StatusOr<bool> PipeReader::NextLine(std::string_view* line) {
  size_t searched = 0;
  while (true) {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    const size_t end = rest.find('\n', searched);
    if (end != rest.npos || at_end_) {
      ++line_;
      if (rest.empty()) return false;
      if (end == rest.npos) {
        return Bad("the last row has no line end: the file is cut short");
      }
      *line = rest.substr(0, end);
      begin_ += end + 1;
      if (line->ends_with('\r')) line->remove_suffix(1);
      return true;
    }
    if (rest.size() > limits_.max_row_bytes) {
      ++line_;
      return Bad(absl::StrCat("row over the limit of ", limits_.max_row_bytes,
                              " bytes"));
    }
    searched = rest.size();
    RETURN_IF_ERROR(Fill());
  }
}

absl::Status PipeReader::CheckLine(std::string_view line) const {
  if (line.size() > limits_.max_row_bytes) {
    return Bad(absl::StrCat("row of ", line.size(), " bytes, the limit is ",
                            limits_.max_row_bytes));
  }
  if (line.find('\0') != line.npos) {
    return Bad("NUL byte (is this UTF-16? save it as UTF-8)");
  }
  if (line.find('\r') != line.npos) {
    return Bad("carriage return without a line feed");
  }
  if (Utf8ValidPrefix(line) != line.size()) {
    return Bad("not UTF-8 (save the file as UTF-8)");
  }
  return absl::OkStatus();
}

absl::Status PipeReader::Split(std::string_view line) {
  fields_.clear();
  while (true) {
    const size_t bar = line.find('|');
    const std::string_view field = line.substr(0, bar);
    if (field.size() > limits_.max_field_bytes) {
      return Bad(absl::StrCat("field of ", field.size(),
                              " bytes, the limit is ",
                              limits_.max_field_bytes));
    }
    if (fields_.size() == limits_.max_columns) {
      return Bad(absl::StrCat("more than ", limits_.max_columns,
                              " columns, the limit"));
    }
    fields_.push_back(field);
    if (bar == line.npos) return absl::OkStatus();
    line.remove_prefix(bar + 1);
  }
}

absl::Status PipeReader::ReadHeader() {
  std::string_view line;
  ASSIGN_OR_RETURN(const bool any, NextLine(&line));
  if (!any) return Bad("the file is empty: no header row");
  if (line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  RETURN_IF_ERROR(CheckLine(line));
  RETURN_IF_ERROR(Split(line));
  closed_ = fields_.size() > 1 && fields_.back().empty();
  if (closed_) fields_.pop_back();
  for (const std::string_view name : fields_) {
    if (name.empty()) {
      return Bad(absl::StrCat("column ", header_.size() + 1,
                              " has no name in the header"));
    }
    if (Column(name) >= 0) {
      return Bad(
          absl::StrCat("column ", Quoted(name), " is twice in the header"));
    }
    header_.emplace_back(name);
  }
  return absl::OkStatus();
}

int PipeReader::Column(std::string_view name) const {
  for (size_t i = 0; i < header_.size(); ++i) {
    if (SameName(header_[i], name)) return static_cast<int>(i);
  }
  return -1;
}

absl::StatusOr<bool> PipeReader::Next() {
  std::string_view line;
  do {
    ASSIGN_OR_RETURN(const bool more, NextLine(&line));
    if (!more) return false;
  } while (line.empty());
  RETURN_IF_ERROR(CheckLine(line));
  RETURN_IF_ERROR(Split(line));
  const bool closed = closed_ && fields_.back().empty();
  if (closed) fields_.pop_back();
  if (fields_.size() != header_.size() || closed != closed_) {
    return Bad(absl::StrCat(
        fields_.size(), " fields, the header has ", header_.size(),
        " (a text with '|' in it, such as JobName, cannot be told apart: leave "
        "it out of --format)"));
  }
  if (++rows_ > limits_.max_rows) {
    return Bad(
        absl::StrCat("more than ", limits_.max_rows, " rows, the limit"));
  }
  return true;
}

}  // namespace drawdown
