#include "arrow_spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

Outcome IoError(const char* doing) {
  const int32_t code = errno == ENOSPC ? DRAWDOWN_DISK_FULL : DRAWDOWN_IO;
  return {code, absl::StrCat(doing, " a temporary file for the bill: ",
                             std::strerror(errno))};
}

}  // namespace

ArrowSpool::~ArrowSpool() {
  if (file_ >= 0) close(file_);
}

Outcome ArrowSpool::Fill(ArrowReader* reader) {
  Outcome done = Open();
  if (done.ok()) done = ChooseColumns(*reader);
  int64_t rows = 0;
  while (done.ok()) {
    done = reader->Next(&rows);
    if (!done.ok() || rows == 0) break;
    done = AddRows(*reader, rows);
  }
  return done.ok() ? Write() : done;
}

std::string ArrowSpool::Named(std::string text) const {
  return absl::StrReplaceAll(text, {{path_, "the Arrow stream"}});
}

Outcome ArrowSpool::Open() {
  std::error_code none;
  std::string name =
      (std::filesystem::temp_directory_path(none) / "drawdown-bill-XXXXXX")
          .string();
  file_ = mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) return IoError("making");
  unlink(name.c_str());
  path_ = absl::StrCat("/proc/self/fd/", file_);
  return {};
}

Outcome ArrowSpool::ChooseColumns(const ArrowReader& reader) {
  std::string left_out;
  for (size_t i = 0; i < reader.columns().size(); ++i) {
    const ArrowColumn& column = reader.columns()[i];
    if (column.type.kind == ArrowType::Kind::kFloat) {
      return {DRAWDOWN_UNSUPPORTED,
              absl::StrCat("column ", column.name,
                           " is floating point, which is not exact: give text "
                           "or decimals")};
    }
    if (!CheckReadable(column).ok()) {
      absl::StrAppend(&left_out, left_out.empty() ? "" : ", ", column.name);
      continue;
    }
    if (!columns_.empty()) lines_.push_back(',');
    columns_.push_back(i);
    AddCell(column.name);
  }
  lines_.push_back('\n');
  if (!left_out.empty()) {
    note_ = "not read, of types that bills are not read from: " + left_out;
  }
  return {};
}

Outcome ArrowSpool::AddRows(const ArrowReader& reader, int64_t rows) {
  std::string text;
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) lines_.push_back(',');
      const ArrowColumn& column = reader.columns()[columns_[i]];
      if (IsNull(column, row)) continue;
      const Outcome read = TextAt(column, row, &text);
      if (!read.ok()) return read;
      AddCell(text);
    }
    lines_.push_back('\n');
    if (lines_.size() < kWriteBytes) continue;
    const Outcome written = Write();
    if (!written.ok()) return written;
  }
  return {};
}

void ArrowSpool::AddCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    lines_ += text;
    return;
  }
  lines_.push_back('"');
  lines_ += absl::StrReplaceAll(text, {{"\"", "\"\""}});
  lines_.push_back('"');
}

Outcome ArrowSpool::Write() {
  size_t done = 0;
  while (done < lines_.size()) {
    const ssize_t wrote =
        write(file_, lines_.data() + done, lines_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return IoError("writing");
    done += static_cast<size_t>(wrote);
  }
  lines_.clear();
  return {};
}

}  // namespace drawdown::c_api
