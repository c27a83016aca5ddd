// Text one code point at a time.
#ifndef DRAWDOWN_SRC_BASE_CODE_POINT_H_
#define DRAWDOWN_SRC_BASE_CODE_POINT_H_

#include <cstddef>
#include <string_view>

#include "base/utf8.h"

namespace drawdown {

struct CodePoint {
  char32_t value = 0;  // the byte itself when !valid
  size_t bytes = 1;
  bool valid = false;  // false: a byte that starts no well-formed sequence
};

// The code point `text` starts with. Overlong forms, surrogates and values
// above U+10FFFF are not valid. REQUIRES: !text.empty().
inline CodePoint DecodeCodePoint(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t length = Utf8SequenceLength(text, 0);
  if (length <= 1) return {lead, 1, length == 1};
  char32_t value = lead & (0x7f >> length);
  for (const char c : text.substr(1, length - 1)) {
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3f);
  }
  return {value, length, true};
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CODE_POINT_H_
