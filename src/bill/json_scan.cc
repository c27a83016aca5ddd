#include "bill/json_scan.h"

#include <cstdint>

namespace drawdown {
namespace {

constexpr int kMaxDepth = 32;

bool IsJsonDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsJsonDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// REQUIRES: four hexadecimal digits, which ReadEscape has checked.
uint32_t Hex4(std::string_view digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value = value << 4 | static_cast<uint32_t>(HexValue(digits[i]));
  }
  return value;
}

void AppendUtf8(uint32_t point, std::string* out) {
  const auto push = [out](uint32_t byte) {
    out->push_back(static_cast<char>(byte));
  };
  if (point < 0x80) return push(point);
  if (point < 0x800) {
    push(0xc0 | point >> 6);
  } else {
    if (point < 0x10000) {
      push(0xe0 | point >> 12);
    } else {
      push(0xf0 | point >> 18);
      push(0x80 | (point >> 12 & 0x3f));
    }
    push(0x80 | (point >> 6 & 0x3f));
  }
  push(0x80 | (point & 0x3f));
}

char Unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

bool IsLowSurrogate(std::string_view text) {
  return text.size() >= 6 && text[0] == '\\' && text[1] == 'u' &&
         (Hex4(text.substr(2)) & 0xfc00) == 0xdc00;
}

}  // namespace

void JsonCell::Start(std::string_view text) {
  text_ = text;
  at_ = 0;
  members_.clear();
  decoded_.clear();
  SkipBlanks();
}

bool JsonCell::Parse(std::string_view text) {
  Start(text);
  if (!Take('{')) return false;
  SkipBlanks();
  if (!Take('}')) {
    do {
      if (!ReadMember()) return false;
    } while (Take(','));
    if (!Take('}')) return false;
  }
  SkipBlanks();
  return AtEnd();
}

bool JsonCell::ParseArray(std::string_view text) {
  Start(text);
  if (!Take('[')) return false;
  SkipBlanks();
  if (!Take(']')) {
    do {
      SkipBlanks();
      if (!ReadMemberValue({})) return false;
    } while (Take(','));
    if (!Take(']')) return false;
  }
  SkipBlanks();
  return AtEnd();
}

std::string_view JsonCell::TextOf(const Member& member) {
  const bool escaped = member.value.find('\\') != std::string_view::npos;
  return escaped ? Decode(member.value) : member.value;
}

// Of the outermost object, with the blanks around it.
bool JsonCell::ReadMember() {
  Member member;
  SkipBlanks();
  if (!ReadKey(&member.key)) return false;
  SkipBlanks();
  if (!Take(':')) return false;
  SkipBlanks();
  return ReadMemberValue(member);
}

bool JsonCell::ReadMemberValue(Member member) {
  const size_t start = at_;
  if (!ReadValue(1, &member.kind)) return false;
  member.value = text_.substr(start, at_ - start);
  if (member.kind == Kind::kString) {
    member.value = member.value.substr(1, member.value.size() - 2);
  }
  members_.push_back(member);
  SkipBlanks();
  return true;
}

bool JsonCell::ReadKey(std::string_view* key) {
  bool escaped = false;
  if (!ReadString(key, &escaped)) return false;
  if (escaped) *key = Decode(*key);
  return true;
}

bool JsonCell::ReadValue(int depth, Kind* kind) {
  *kind = Kind::kOther;
  const char first = Peek();
  if (first == '"') {
    *kind = Kind::kString;
    std::string_view content;
    bool escaped = false;
    return ReadString(&content, &escaped);
  }
  if (first == '-' || IsJsonDigit(first)) {
    *kind = Kind::kNumber;
    return ReadNumber();
  }
  if (first == '{') return ReadContainer('}', depth);
  if (first == '[') return ReadContainer(']', depth);
  return ReadWord("true") || ReadWord("false") || ReadWord("null");
}

bool JsonCell::ReadContainer(char close, int depth) {
  if (depth == kMaxDepth) return false;
  ++at_;
  SkipBlanks();
  if (Take(close)) return true;
  do {
    SkipBlanks();
    if (close == '}') {
      std::string_view key;
      bool escaped = false;
      if (!ReadString(&key, &escaped)) return false;
      SkipBlanks();
      if (!Take(':')) return false;
      SkipBlanks();
    }
    Kind kind;
    if (!ReadValue(depth + 1, &kind)) return false;
    SkipBlanks();
  } while (Take(','));
  return Take(close);
}

bool JsonCell::ReadString(std::string_view* content, bool* escaped) {
  if (!Take('"')) return false;
  const size_t start = at_;
  while (!AtEnd()) {
    const char c = text_[at_++];
    if (c == '"') {
      *content = text_.substr(start, at_ - 1 - start);
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    if (c != '\\') continue;
    *escaped = true;
    if (!ReadEscape()) return false;
  }
  return false;
}

bool JsonCell::ReadEscape() {
  const char c = Peek();
  if (AtEnd()) return false;
  ++at_;
  if (c != 'u') {
    return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  }
  for (int i = 0; i < 4; ++i) {
    if (HexValue(Peek()) < 0) return false;
    ++at_;
  }
  return true;
}

bool JsonCell::ReadNumber() {
  Take('-');
  const bool leading_zero = Peek() == '0';
  const size_t start = at_;
  if (!ReadDigits()) return false;
  if (leading_zero && at_ - start > 1) return false;
  if (Take('.') && !ReadDigits()) return false;
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    return ReadDigits();
  }
  return true;
}

bool JsonCell::ReadDigits() {
  const size_t start = at_;
  while (IsJsonDigit(Peek())) ++at_;
  return at_ > start;
}

bool JsonCell::ReadWord(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void JsonCell::SkipBlanks() {
  while (!AtEnd() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                      text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
}

bool JsonCell::Take(char c) {
  if (AtEnd() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string_view JsonCell::Decode(std::string_view content) {
  std::string& out = decoded_.emplace_back();
  for (size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\\') {
      out.push_back(content[i]);
      continue;
    }
    ++i;
    if (content[i] != 'u') {
      out.push_back(Unescaped(content[i]));
      continue;
    }
    uint32_t point = Hex4(content.substr(i + 1));
    i += 4;
    const bool high = (point & 0xfc00) == 0xd800;
    if (high && IsLowSurrogate(content.substr(i + 1))) {
      const uint32_t low = Hex4(content.substr(i + 3));
      point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
      i += 6;
    }
    AppendUtf8(point, &out);
  }
  return out;
}

}  // namespace drawdown
