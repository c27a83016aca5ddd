#include "contract/json_scanner.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr int kMaxDepth = 32;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHighSurrogate(uint32_t unit) { return (unit & 0xFC00) == 0xD800; }
bool IsLowSurrogate(uint32_t unit) { return (unit & 0xFC00) == 0xDC00; }

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
  };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

bool JsonScanner::Fail(size_t offset, std::string_view message) {
  if (!failed()) {
    error_ = std::string(message);
    error_offset_ = offset;
  }
  return false;
}

char JsonScanner::Peek() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
  return at_ < text_.size() ? text_[at_] : '\0';
}

size_t JsonScanner::offset() {
  Peek();
  return at_;
}

std::string JsonScanner::Found() {
  Peek();
  return at_ < text_.size() ? Quoted(text_.substr(at_, 1)) : "the end";
}

bool JsonScanner::Take(char c) {
  if (failed() || Peek() != c || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

bool JsonScanner::Expect(char c) {
  if (Take(c)) return true;
  return Fail(offset(), absl::StrCat("expected '", std::string(1, c), "', got ",
                                     Found()));
}

bool JsonScanner::ReadWord(std::string_view word) {
  Peek();
  if (failed() || text_.substr(at_, word.size()) != word) {
    return Fail(at_, absl::StrCat("expected a value, got ", Found()));
  }
  at_ += word.size();
  return true;
}

bool JsonScanner::ReadBool(bool* value) {
  *value = Peek() == 't';
  return ReadWord(*value ? "true" : "false");
}

bool JsonScanner::ReadHex4(uint32_t* unit) {
  *unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!IsDigit(c) && !letter) {
      return Fail(at_, "expected four hexadecimal digits after \\u");
    }
    *unit =
        *unit << 4 | static_cast<uint32_t>(letter ? lower - 'a' + 10 : c - '0');
  }
  return true;
}

bool JsonScanner::ReadUnicodeEscape(std::string* value) {
  const size_t start = at_;
  uint32_t unit = 0;
  if (!ReadHex4(&unit)) return false;
  if (IsHighSurrogate(unit) && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    uint32_t low = 0;
    if (!ReadHex4(&low)) return false;
    if (!IsLowSurrogate(low)) return Fail(start, "lone surrogate in a string");
    unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF);
  }
  if (unit >= 0xD800 && unit <= 0xDFFF) {
    return Fail(start, "lone surrogate in a string");
  }
  AppendUtf8(unit, value);
  return true;
}

bool JsonScanner::ReadEscape(std::string* value) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  ++at_;
  if (c == 'u') return ReadUnicodeEscape(value);
  const size_t index = c == '\0' ? std::string_view::npos : kNames.find(c);
  if (index == std::string_view::npos) {
    return Fail(at_ - 2, "unknown escape in a string");
  }
  value->push_back(kMeanings[index]);
  return true;
}

bool JsonScanner::ReadString(std::string* value) {
  value->clear();
  if (!Expect('"')) return false;
  const size_t start = at_ - 1;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return true;
    if (static_cast<unsigned char>(c) < 0x20) {
      return Fail(at_ - 1, "control character in a string");
    }
    if (c != '\\') {
      value->push_back(c);
    } else if (!ReadEscape(value)) {
      return false;
    }
  }
  return Fail(start, "the string has no closing quote");
}

void JsonScanner::SkipDigits() {
  while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
}

bool JsonScanner::ReadNumber(std::string_view* number) {
  Peek();
  const size_t start = at_;
  const auto take = [&](std::string_view any_of) {
    const bool found =
        at_ < text_.size() && any_of.find(text_[at_]) != std::string_view::npos;
    if (found) ++at_;
    return found;
  };
  const auto digits = [&] {
    const size_t from = at_;
    SkipDigits();
    return at_ > from;
  };
  take("-");
  // A zero is a whole integer part: 010 is not a number.
  bool good = take("0") || digits();
  if (good && take(".")) good = digits();
  if (good && take("eE")) {
    take("+-");
    good = digits();
  }
  good = good && (at_ == text_.size() || !IsDigit(text_[at_]));
  if (failed() || !good) return Fail(start, "this is not a JSON number");
  *number = text_.substr(start, at_ - start);
  return true;
}

bool JsonScanner::SkipMembers(char close, int depth) {
  ++at_;
  if (Take(close)) return true;
  do {
    std::string key;
    if (close == '}' && (!ReadString(&key) || !Expect(':'))) return false;
    if (!SkipValue(depth + 1)) return false;
  } while (Take(','));
  return Expect(close);
}

bool JsonScanner::SkipValue(int depth) {
  std::string text;
  std::string_view number;
  bool truth = false;
  const char next = Peek();
  if (depth > kMaxDepth) return Fail(at_, "nested more than 32 levels deep");
  switch (next) {
    case '{':
      return SkipMembers('}', depth);
    case '[':
      return SkipMembers(']', depth);
    case '"':
      return ReadString(&text);
    case 't':
    case 'f':
      return ReadBool(&truth);
    case 'n':
      return ReadWord("null");
    default:
      break;
  }
  if (next == '-' || IsDigit(next)) return ReadNumber(&number);
  return Fail(at_, absl::StrCat("expected a value, got ", Found()));
}

bool JsonScanner::ExpectEnd() {
  Peek();
  if (at_ == text_.size() && !failed()) return true;
  return Fail(at_, absl::StrCat("expected the end, got ", Found()));
}

}  // namespace drawdown
