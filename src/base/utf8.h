// Strict UTF-8 (RFC 3629): no overlong form, no surrogate, at most U+10FFFF.
#ifndef DRAWDOWN_SRC_BASE_UTF8_H_
#define DRAWDOWN_SRC_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace drawdown {

// Text without the mark that some programs write before it.
inline std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return text.substr(0, kMark.size()) == kMark ? text.substr(kMark.size())
                                               : text;
}

// Length of the sequence at `text[at]`, 0 if there is none. REQUIRES: at <
// text.size().
inline size_t Utf8SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint32_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !continues(1)) return 0;
  if (first < 0xe0) return 2;
  const uint32_t lead = first << 8 | byte(1);
  if (!continues(2)) return 0;
  if (first < 0xf0) {
    const bool overlong = lead < 0xe0a0;
    const bool surrogate = lead >= 0xeda0 && lead <= 0xedbf;
    return overlong || surrogate ? 0 : 3;
  }
  const bool in_range = lead >= 0xf090 && lead <= 0xf48f;
  return in_range && continues(3) ? 4 : 0;
}

// Offset of the first byte that is not UTF-8; text.size() when all of it is.
inline size_t Utf8ValidPrefix(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t at = 0;
  while (at < text.size()) {
    uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & kHighBits) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const size_t length = Utf8SequenceLength(text, at);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_UTF8_H_
