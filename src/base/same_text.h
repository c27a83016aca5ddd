// Comparing short texts, without a call.
#ifndef DRAWDOWN_SRC_BASE_SAME_TEXT_H_
#define DRAWDOWN_SRC_BASE_SAME_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace drawdown {

template <typename Word>
inline bool SameEnds(const char* a, const char* b, size_t size) {
  const auto load = [](const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  };
  const size_t last = size - sizeof(Word);
  return load(a) == load(b) && load(a + last) == load(b + last);
}

// a == b.
inline bool SameText(std::string_view a, std::string_view b) {
  constexpr size_t kLongest = 4 * sizeof(uint64_t);
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > kLongest) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size > 2 * sizeof(uint64_t)) {
    constexpr size_t kHalf = 2 * sizeof(uint64_t);
    const size_t rest = size - kHalf;
    return SameEnds<uint64_t>(a.data(), b.data(), kHalf) &&
           SameEnds<uint64_t>(a.data() + rest, b.data() + rest, kHalf);
  }
  // Two words that may overlap are all of it.
  if (size >= sizeof(uint64_t)) {
    return SameEnds<uint64_t>(a.data(), b.data(), size);
  }
  if (size >= sizeof(uint32_t)) {
    return SameEnds<uint32_t>(a.data(), b.data(), size);
  }
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SAME_TEXT_H_
