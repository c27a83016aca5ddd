#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "contract/json_scanner.h"
#include "contract/read_text.h"

namespace drawdown {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

// Both spellings of protobuf's JSON: day_cut and dayCut.
const Field* FindField(const pb::Descriptor& descriptor,
                       const std::string& name) {
  const Field* field = descriptor.FindFieldByName(name);
  return field != nullptr ? field : descriptor.FindFieldByCamelcaseName(name);
}

std::string_view KindOf(char first) {
  switch (first) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a truth value";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

// Fills messages by reflection. A value of the wrong type is a problem and is
// skipped; a syntax error ends the reading.
class Reader {
 public:
  Reader(std::string_view text, SourceMap* map, Problems* problems)
      : scanner_(text), lines_(text), map_(map), problems_(problems) {}

  bool Read(pb::Message* message) {
    if (ReadObject(message, "")) scanner_.ExpectEnd();
    if (scanner_.failed()) {
      problems_->AddAt(lines_.PlaceOf(scanner_.error_offset()), "",
                       scanner_.error());
    }
    return !scanner_.failed() && typed_;
  }

 private:
  // Where a value goes: the field of `message`, known to people as `path`.
  struct Target {
    pb::Message* message;
    const Field* field;
    std::string path;
  };

  // These return false only after a syntax error.
  bool ReadObject(pb::Message* message, const std::string& path);
  bool ReadMember(pb::Message* message, const std::string& path,
                  std::set<std::string>* seen);
  bool ReadList(const Target& target);
  bool ReadValue(const Target& target);
  bool ReadText(const Target& target);
  bool ReadEnum(const Target& target);
  bool ReadInteger(const Target& target);
  bool ReadTruth(const Target& target);

  // Reports the value that comes next and skips it.
  bool WrongType(const Target& target, std::string_view wanted);
  void BadValue(size_t offset, const Target& target, std::string_view message);

  JsonScanner scanner_;
  LineIndex lines_;
  SourceMap* map_;
  Problems* problems_;
  bool typed_ = true;
};

void Reader::BadValue(size_t offset, const Target& target,
                      std::string_view message) {
  typed_ = false;
  problems_->AddAt(lines_.PlaceOf(offset), target.path, message);
}

bool Reader::WrongType(const Target& target, std::string_view wanted) {
  const size_t offset = scanner_.offset();
  const char first = scanner_.Peek();
  if (!scanner_.SkipValue()) return false;
  const bool null = first == 'n';
  BadValue(offset, target,
           absl::StrCat("expected ", std::string(wanted), ", got ",
                        std::string(KindOf(first)),
                        null ? "; leave the field out instead" : ""));
  return true;
}

bool Reader::ReadText(const Target& target) {
  const char first = scanner_.Peek();
  if (first == '-' || (first >= '0' && first <= '9')) {
    const size_t offset = scanner_.offset();
    std::string_view number;
    if (!scanner_.ReadNumber(&number)) return false;
    BadValue(
        offset, target,
        absl::StrCat(
            "expected a string, got the number ", std::string(number),
            "; decimals and times are written as strings: ", Quoted(number)));
    return true;
  }
  if (first != '"') return WrongType(target, "a string");
  std::string value;
  if (!scanner_.ReadString(&value)) return false;
  const pb::Reflection* reflection = target.message->GetReflection();
  if (target.field->is_repeated()) {
    reflection->AddString(target.message, target.field, value);
  } else {
    reflection->SetString(target.message, target.field, value);
  }
  return true;
}

bool Reader::ReadEnum(const Target& target) {
  const pb::EnumDescriptor& type = *target.field->enum_type();
  const size_t offset = scanner_.offset();
  if (scanner_.Peek() != '"') {
    return WrongType(target, "the name of a value");
  }
  std::string name;
  if (!scanner_.ReadString(&name)) return false;
  const pb::EnumValueDescriptor* value = type.FindValueByName(name);
  if (value == nullptr) {
    BadValue(offset, target, UnknownValue(name, type));
    return true;
  }
  target.message->GetReflection()->SetEnum(target.message, target.field, value);
  return true;
}

// Protobuf's JSON writes 64-bit integers as strings, so both are read.
bool Reader::ReadInteger(const Target& target) {
  const size_t offset = scanner_.offset();
  const char first = scanner_.Peek();
  std::string text;
  if (first == '"') {
    if (!scanner_.ReadString(&text)) return false;
  } else if (first == '-' || (first >= '0' && first <= '9')) {
    std::string_view number;
    if (!scanner_.ReadNumber(&number)) return false;
    text = std::string(number);
  } else {
    return WrongType(target, "a whole number");
  }
  const pb::Reflection* reflection = target.message->GetReflection();
  const bool wide = target.field->cpp_type() == Field::CPPTYPE_INT64;
  int64_t value64 = 0;
  int32_t value32 = 0;
  if (wide ? !absl::SimpleAtoi(text, &value64)
           : !absl::SimpleAtoi(text, &value32)) {
    BadValue(offset, target,
             absl::StrCat(Quoted(text), " is not a whole number of ",
                          wide ? 64 : 32, " bits"));
  } else if (wide) {
    reflection->SetInt64(target.message, target.field, value64);
  } else {
    reflection->SetInt32(target.message, target.field, value32);
  }
  return true;
}

bool Reader::ReadTruth(const Target& target) {
  const char first = scanner_.Peek();
  if (first != 't' && first != 'f') return WrongType(target, "true or false");
  bool value = false;
  if (!scanner_.ReadBool(&value)) return false;
  target.message->GetReflection()->SetBool(target.message, target.field, value);
  return true;
}

bool Reader::ReadValue(const Target& target) {
  const pb::Reflection* reflection = target.message->GetReflection();
  switch (target.field->cpp_type()) {
    case Field::CPPTYPE_MESSAGE:
      if (scanner_.Peek() != '{') return WrongType(target, "an object");
      return ReadObject(
          target.field->is_repeated()
              ? reflection->AddMessage(target.message, target.field)
              : reflection->MutableMessage(target.message, target.field),
          target.path);
    case Field::CPPTYPE_ENUM:
      return ReadEnum(target);
    case Field::CPPTYPE_BOOL:
      return ReadTruth(target);
    case Field::CPPTYPE_STRING:
      return ReadText(target);
    default:
      return ReadInteger(target);
  }
}

bool Reader::ReadList(const Target& target) {
  if (scanner_.Peek() != '[') return WrongType(target, "an array");
  scanner_.Take('[');
  if (scanner_.Take(']')) return true;
  size_t index = 0;
  do {
    const Target element{target.message, target.field,
                         absl::StrCat(target.path, "[", index++, "]")};
    map_->Set(element.path, lines_.PlaceOf(scanner_.offset()));
    if (!ReadValue(element)) return false;
  } while (scanner_.Take(','));
  return scanner_.Expect(']');
}

bool Reader::ReadMember(pb::Message* message, const std::string& path,
                        std::set<std::string>* seen) {
  const Place place = lines_.PlaceOf(scanner_.offset());
  std::string key;
  if (!scanner_.ReadString(&key) || !scanner_.Expect(':')) return false;
  const Field* field = FindField(*message->GetDescriptor(), key);
  if (field == nullptr) {
    problems_->AddAt(place, JoinPath(path, key),
                     UnknownField(*message->GetDescriptor()));
    return scanner_.SkipValue();
  }
  const Target target{message, field, JoinPath(path, field->name())};
  if (!seen->insert(field->name()).second) {
    typed_ = false;
    problems_->AddAt(place, target.path, "is given more than once");
    return scanner_.SkipValue();
  }
  if (field->is_repeated()) return ReadList(target);
  map_->Set(target.path, place);
  return ReadValue(target);
}

bool Reader::ReadObject(pb::Message* message, const std::string& path) {
  if (!scanner_.Expect('{')) return false;
  if (scanner_.Take('}')) return true;
  std::set<std::string> seen;
  do {
    if (!ReadMember(message, path, &seen)) return false;
  } while (scanner_.Take(','));
  return scanner_.Expect('}');
}

}  // namespace

bool ReadJson(std::string_view text, v1::Contract* contract, SourceMap* map,
              Problems* problems) {
  return Reader(text, map, problems).Read(contract);
}

}  // namespace drawdown
