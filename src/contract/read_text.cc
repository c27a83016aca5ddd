#include "contract/read_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

namespace pb = google::protobuf;

// Messages nest four deep; the rest is for unknown ones that are skipped.
constexpr int kMaxMessageDepth = 32;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

// The field name that `name :` ends before `offset` with; empty if none does.
std::string_view FieldBefore(std::string_view text, size_t offset) {
  const auto is_gap = [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ':' ||
           c == '[';
  };
  size_t end = std::min(offset, text.size());
  while (end > 0 && is_gap(text[end - 1])) --end;
  size_t start = end;
  while (start > 0 && IsWordByte(text[start - 1])) --start;
  return text.substr(start, end - start);
}

// The n-th text in double quotes; empty if there is none.
std::string QuotedWord(std::string_view message, int n) {
  size_t start = 0;
  for (;; --n) {
    start = message.find('"', start);
    if (start == std::string_view::npos) return "";
    const size_t end = message.find('"', start + 1);
    if (end == std::string_view::npos) return "";
    if (n == 0) return std::string(message.substr(start + 1, end - start - 1));
    start = end + 1;
  }
}

// The enum of the fields of that name: none is shared by two enums.
const pb::EnumDescriptor* EnumOf(const std::string& field_name) {
  const pb::FileDescriptor* file = v1::Contract::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) {
    const pb::FieldDescriptor* field =
        file->message_type(i)->FindFieldByName(field_name);
    if (field == nullptr) continue;
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
      return field->enum_type();
    }
  }
  return nullptr;
}

// Collects what the text format parser says. It reports unknown names, doubled
// fields and unknown enum values at the token *after* the offending one, so the
// place is moved back to the word that the message quotes.
class Collector : public pb::io::ErrorCollector {
 public:
  Collector(std::string_view text, const LineIndex& lines, Problems* problems)
      : text_(text), lines_(lines), problems_(problems) {}

  void AddError(int line, pb::io::ColumnNumber column,
                const std::string& message) override {
    const size_t offset = lines_.OffsetOfToken(line, column);
    const std::string word = QuotedWord(message, 0);
    const pb::EnumDescriptor* type = EnumOf(QuotedWord(message, 1));
    if (message.rfind("Unknown enumeration value", 0) == 0 && type != nullptr) {
      Report(offset, word, QuotedWord(message, 1), UnknownValue(word, *type));
    } else if (message.find("specified multiple times") != std::string::npos) {
      Report(offset, word, word, "is given more than once");
    } else if (message.rfind("Expected string, got: ", 0) == 0) {
      Report(offset, "", std::string(FieldBefore(text_, offset)),
             absl::StrCat(message,
                          "; decimals and times are written as strings, in "
                          "double quotes"));
    } else {
      const bool ended = message.size() > 2 && message.back() == ' ';
      Report(offset, "", "", absl::StrCat(message, ended ? "the end" : ""));
    }
  }

  // With unknown fields allowed, each is a warning and the parser goes on.
  void AddWarning(int line, pb::io::ColumnNumber column,
                  const std::string& message) override {
    const size_t offset = lines_.OffsetOfToken(line, column);
    const pb::Descriptor* type =
        pb::DescriptorPool::generated_pool()->FindMessageTypeByName(
            QuotedWord(message, 0));
    const std::string name = QuotedWord(message, 1);
    if (type != nullptr) {
      Report(offset, name, name, UnknownField(*type));
    } else {
      Report(offset, "", "", message);
    }
  }

 private:
  void Report(size_t offset, const std::string& word, const std::string& field,
              const std::string& message) {
    if (!word.empty()) {
      const size_t at = text_.substr(0, offset).rfind(word);
      if (at != std::string_view::npos) offset = at;
    }
    problems_->AddAt(lines_.PlaceOf(offset), field, message);
  }

  std::string_view text_;
  const LineIndex& lines_;
  Problems* problems_;
};

// Copies the parser's places into `map`, by path.
class PlaceWriter {
 public:
  PlaceWriter(const LineIndex& lines, SourceMap* map)
      : lines_(lines), map_(map) {}

  void Write(const pb::Message& message, pb::TextFormat::ParseInfoTree* tree,
             const std::string& path) {
    std::vector<const pb::FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const pb::FieldDescriptor* field : fields) {
      if (field->is_repeated()) {
        const int size = message.GetReflection()->FieldSize(message, field);
        for (int i = 0; i < size; ++i)
          WriteField(message, tree, field, i, path);
      } else {
        WriteField(message, tree, field, -1, path);
      }
    }
  }

 private:
  void WriteField(const pb::Message& message,
                  pb::TextFormat::ParseInfoTree* tree,
                  const pb::FieldDescriptor* field, int index,
                  const std::string& parent) {
    const std::string path =
        index < 0 ? JoinPath(parent, field->name())
                  : JoinPath(parent, field->name(), static_cast<size_t>(index));
    const auto location = tree->GetLocation(field, index);
    // Of a list in brackets only the first element has a place.
    if (location.line >= 0) {
      map_->Set(path, lines_.PlaceOf(lines_.OffsetOfToken(location.line,
                                                          location.column)));
    }
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) return;
    pb::TextFormat::ParseInfoTree* nested =
        tree->GetTreeForNested(field, index);
    if (nested == nullptr) return;
    const pb::Reflection* reflection = message.GetReflection();
    Write(index < 0 ? reflection->GetMessage(message, field)
                    : reflection->GetRepeatedMessage(message, field, index),
          nested, path);
  }

  const LineIndex& lines_;
  SourceMap* map_;
};

}  // namespace

std::string UnknownField(const pb::Descriptor& message) {
  std::string text = "unknown field; there are ";
  for (int i = 0; i < message.field_count(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", message.field(i)->name());
  }
  return text;
}

std::string UnknownValue(std::string_view value,
                         const pb::EnumDescriptor& type) {
  std::string text = absl::StrCat(Quoted(value), " is none of ");
  for (int i = 0; i < type.value_count(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", type.value(i)->name());
  }
  return text;
}

bool ReadTextproto(std::string_view text, v1::Contract* contract,
                   SourceMap* map, Problems* problems) {
  const LineIndex lines(text);
  Collector collector(text, lines, problems);
  pb::TextFormat::ParseInfoTree places;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&places);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxMessageDepth);
  pb::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  const bool complete = parser.Parse(&input, contract);
  PlaceWriter(lines, map).Write(*contract, &places, "");
  return complete;
}

}  // namespace drawdown
