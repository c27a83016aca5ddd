#include "bill/column_alikes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "base/code_point.h"

namespace drawdown {
namespace {

// What programs leave around a name when they write a file anew.
constexpr std::string_view kAround[] = {" ", "\t", "\xc2\xa0", "\xef\xbb\xbf"};

struct Range {
  char32_t first;
  char32_t last;
};

// Spaces, hyphens, controls, and what has no width of its own (Unicode 15:
// Default_Ignorable_Code_Point, Zs, Cc, Cf and Pd).
constexpr Range kUnseen[] = {
    {0x0000, 0x0020}, {'-', '-'},        {'_', '_'},       {0x007f, 0x00a0},
    {0x00ad, 0x00ad}, {0x034f, 0x034f},  {0x061c, 0x061c}, {0x115f, 0x1160},
    {0x1680, 0x1680}, {0x17b4, 0x17b5},  {0x180b, 0x180f}, {0x2000, 0x2015},
    {0x2028, 0x202f}, {0x205f, 0x206f},  {0x2212, 0x2212}, {0x3000, 0x3000},
    {0x3164, 0x3164}, {0xfe00, 0xfe0f},  {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}};

struct Alike {
  char32_t value;
  char letter;
};

// Letters of other scripts that are drawn as a Latin one is, by their values.
constexpr Alike kAlikes[] = {
    {0x0131, 'i'}, {0x017f, 's'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0391, 'a'},
    {0x0392, 'b'}, {0x0395, 'e'}, {0x0396, 'z'}, {0x0397, 'h'}, {0x0399, 'i'},
    {0x039a, 'k'}, {0x039c, 'm'}, {0x039d, 'n'}, {0x039f, 'o'}, {0x03a1, 'p'},
    {0x03a4, 't'}, {0x03a5, 'y'}, {0x03a7, 'x'}, {0x03b1, 'a'}, {0x03b3, 'y'},
    {0x03b5, 'e'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bd, 'v'}, {0x03bf, 'o'},
    {0x03c1, 'p'}, {0x03c3, 'o'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x03c7, 'x'},
    {0x03f2, 'c'}, {0x03f9, 'c'}, {0x0405, 's'}, {0x0406, 'i'}, {0x0408, 'j'},
    {0x0410, 'a'}, {0x0412, 'b'}, {0x0415, 'e'}, {0x041a, 'k'}, {0x041c, 'm'},
    {0x041d, 'h'}, {0x041e, 'o'}, {0x0420, 'p'}, {0x0421, 'c'}, {0x0422, 't'},
    {0x0423, 'y'}, {0x0425, 'x'}, {0x0430, 'a'}, {0x0432, 'b'}, {0x0433, 'r'},
    {0x0435, 'e'}, {0x043a, 'k'}, {0x043c, 'm'}, {0x043d, 'h'}, {0x043e, 'o'},
    {0x043f, 'n'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'},
    {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x0475, 'v'},
    {0x04ae, 'y'}, {0x04af, 'y'}, {0x04ba, 'h'}, {0x04bb, 'h'}, {0x04c0, 'i'},
    {0x04cf, 'l'}, {0x0501, 'd'}, {0x050c, 'g'}, {0x051a, 'q'}, {0x051b, 'q'},
    {0x051c, 'w'}, {0x051d, 'w'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057d, 'u'},
    {0x0581, 'g'}, {0x0585, 'o'}, {0x2113, 'l'}, {0x212a, 'k'}, {0x2170, 'i'},
    {0x217c, 'l'}, {0x217d, 'c'}, {0x217e, 'd'}, {0x217f, 'm'}};

bool IsUnseen(char32_t value) {
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [&](const Range& range) {
                       return range.first <= value && value <= range.last;
                     });
}

// In ASCII, in small letters; itself where nothing of ASCII is drawn so.
char32_t DrawnAs(char32_t value) {
  constexpr Range kFullWidth = {0xff01, 0xff5e};
  constexpr Range kMathematical = {0x1d400, 0x1d6a3};  // 13 alphabets, A to z
  constexpr char32_t kLetters = 26;
  if (value >= kFullWidth.first && value <= kFullWidth.last) {
    value = value - kFullWidth.first + '!';
  } else if (value >= kMathematical.first && value <= kMathematical.last) {
    value = (value - kMathematical.first) % kLetters + 'a';
  }
  const Alike* const alike = std::lower_bound(
      std::begin(kAlikes), std::end(kAlikes), value,
      [](const Alike& a, char32_t wanted) { return a.value < wanted; });
  if (alike != std::end(kAlikes) && alike->value == value)
    value = alike->letter;
  return value < 0x80 ? static_cast<char32_t>(
                            absl::ascii_tolower(static_cast<char>(value)))
                      : value;
}

// Capital I, l and 1, and O and 0, are one in many fonts.
char32_t InAnyFont(char32_t drawn) {
  if (drawn == 'i' || drawn == '1' || drawn == '|') return 'l';
  return drawn == '0' ? 'o' : drawn;
}

char32_t Lower(char c) {
  return static_cast<unsigned char>(absl::ascii_tolower(c));
}

bool IsPlainGap(char32_t value) {
  return value == ' ' || value == '-' || value == '_';
}

}  // namespace

std::string_view WithoutBlanksAround(std::string_view name) {
  const auto take = [&] {
    for (const std::string_view blank : kAround) {
      if (name.starts_with(blank)) {
        name.remove_prefix(blank.size());
        return true;
      }
      if (name.ends_with(blank)) {
        name.remove_suffix(blank.size());
        return true;
      }
    }
    return false;
  };
  while (take()) {
  }
  return name;
}

std::string CharacterUnlike(std::string_view name, std::string_view meant) {
  std::string first;
  while (!name.empty()) {
    const CodePoint point = DecodeCodePoint(name);
    name.remove_prefix(point.bytes);
    bool same = false;
    if (IsUnseen(point.value)) {
      same = IsPlainGap(point.value);
    } else {
      if (meant.empty() ||
          InAnyFont(DrawnAs(point.value)) != InAnyFont(Lower(meant.front()))) {
        return "";
      }
      same = point.value < 0x80 &&
             Lower(static_cast<char>(point.value)) == Lower(meant.front());
      meant.remove_prefix(1);
    }
    if (!same && first.empty()) {
      first = absl::StrFormat("U+%04X", static_cast<uint32_t>(point.value));
    }
  }
  return meant.empty() ? first : "";
}

}  // namespace drawdown
