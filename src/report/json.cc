#include "report/json.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/code_point.h"
#include "report/code_point.h"

namespace drawdown {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr char32_t kReplacement = 0xfffd;
constexpr uint32_t kFirstSupplementary = 0x10000;

void AppendUnicodeEscape(uint32_t value, std::string* out) {
  if (value >= kFirstSupplementary) {
    const uint32_t rest = value - kFirstSupplementary;
    absl::StrAppendFormat(out, "\\u%04x\\u%04x", 0xd800 + (rest >> 10),
                          0xdc00 + (rest & 0x3ff));
  } else {
    absl::StrAppendFormat(out, "\\u%04x", value);
  }
}

void AppendJsonChar(const CodePoint& point, std::string_view bytes,
                    std::string* out) {
  if (!point.valid) {
    AppendUnicodeEscape(kReplacement, out);
  } else if (point.value == '"' || point.value == '\\') {
    out->push_back('\\');
    out->append(bytes);
  } else if (point.value == '\n') {
    out->append("\\n");
  } else if (IsTreacherous(point.value)) {
    AppendUnicodeEscape(point.value, out);
  } else {
    out->append(bytes);
  }
}

void AppendJsonCell(ColumnKind kind, const Cell& cell, std::string* out) {
  if (!cell.has_value()) {
    out->append("null");
  } else if (kind == ColumnKind::kCount || kind == ColumnKind::kJson) {
    out->append(*cell);
  } else {
    AppendJsonString(*cell, out);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    const size_t plain = PlainPrefix(text);
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint point = DecodeCodePoint(text);
    AppendJsonChar(point, text.substr(0, point.bytes), out);
    text.remove_prefix(point.bytes);
  }
  out->push_back('"');
}

void AppendJsonRow(const std::vector<ReportColumn>& columns, const Row& row,
                   std::string* out) {
  CHECK(row.size() == columns.size());
  out->push_back('{');
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out->append(", ");
    AppendJsonString(columns[i].name, out);
    out->append(": ");
    AppendJsonCell(columns[i].kind, row[i], out);
  }
  out->push_back('}');
}

std::string JsonTexts(std::span<const std::string> texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out.append(", ");
    AppendJsonString(text, &out);
  }
  out.push_back(']');
  return out;
}

void WriteJsonFacts(const std::vector<ReportColumn>& columns, const Row& row,
                    const Sink& sink) {
  CHECK(row.size() == columns.size());
  JsonObject json(sink);
  for (size_t i = 0; i < columns.size(); ++i) json.Member(columns[i], row[i]);
  json.Close();
}

JsonObject::JsonObject(Sink sink) : sink_(std::move(sink)) {}

void JsonObject::Key(std::string_view key) {
  text_.append(first_member_ ? "\n  " : ",\n  ");
  first_member_ = false;
  AppendJsonString(key, &text_);
  text_.append(": ");
}

void JsonObject::FlushWhenLarge() {
  if (text_.size() < kPieceBytes) return;
  sink_(text_);
  text_.clear();
}

void JsonObject::Member(const ReportColumn& column, const Cell& value) {
  Key(column.name);
  AppendJsonCell(column.kind, value, &text_);
}

void JsonObject::Text(std::string_view key, const Cell& value) {
  Key(key);
  AppendJsonCell(ColumnKind::kText, value, &text_);
}

void JsonObject::Count(std::string_view key, uint64_t value) {
  Key(key);
  absl::StrAppend(&text_, value);
}

void JsonObject::Bool(std::string_view key, bool value) {
  Key(key);
  text_.append(value ? "true" : "false");
}

void JsonObject::Texts(std::string_view key,
                       std::span<const std::string> values) {
  Key(key);
  text_.append(JsonTexts(values));
}

void JsonObject::Rows(std::string_view key,
                      const std::vector<ReportColumn>& columns,
                      const std::vector<Row>& rows) {
  OpenRows(key);
  for (const Row& row : rows) AddRow(columns, row);
  CloseRows();
}

void JsonObject::OpenRows(std::string_view key) {
  Key(key);
  text_.push_back('[');
  first_row_ = true;
}

void JsonObject::AddRow(const std::vector<ReportColumn>& columns,
                        const Row& row) {
  text_.append(first_row_ ? "\n    " : ",\n    ");
  first_row_ = false;
  AppendJsonRow(columns, row, &text_);
  FlushWhenLarge();
}

void JsonObject::CloseRows() { text_.append(first_row_ ? "]" : "\n  ]"); }

void JsonObject::Close() {
  text_.append("\n}\n");
  sink_(text_);
  text_.clear();
}

}  // namespace drawdown
