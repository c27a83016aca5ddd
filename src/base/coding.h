// Keys that sort as their values do (big-endian, sign flipped) and compact
// record bodies (little-endian fixed width, varint-prefixed strings).
//
// Writers append to a std::string. A ByteReader never reads past its end: it
// becomes !ok() and returns zeros, so that a caller checks once.
#ifndef DRAWDOWN_SRC_BASE_CODING_H_
#define DRAWDOWN_SRC_BASE_CODING_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "drawdown/units.h"

namespace drawdown {

static_assert(std::endian::native == std::endian::little,
              "record bodies are stored little-endian as the host has them");

// --- keys -------------------------------------------------------------------
inline void AppendKey32(uint32_t value, std::string* out) {
  const uint32_t big = __builtin_bswap32(value);
  out->append(reinterpret_cast<const char*>(&big), sizeof big);
}
inline void AppendKey64(uint64_t value, std::string* out) {
  const uint64_t big = __builtin_bswap64(value);
  out->append(reinterpret_cast<const char*>(&big), sizeof big);
}
inline uint32_t ReadKey32(const char* bytes) {
  uint32_t big;
  std::memcpy(&big, bytes, sizeof big);
  return __builtin_bswap32(big);
}
inline uint64_t ReadKey64(const char* bytes) {
  uint64_t big;
  std::memcpy(&big, bytes, sizeof big);
  return __builtin_bswap64(big);
}

// Instants, also those before 1970.
inline void AppendInstantKey(int64_t at_us, std::string* out) {
  AppendKey64(static_cast<uint64_t>(at_us) ^ (uint64_t{1} << 63), out);
}
inline int64_t ReadInstantKey(const char* bytes) {
  return static_cast<int64_t>(ReadKey64(bytes) ^ (uint64_t{1} << 63));
}

// --- bodies -----------------------------------------------------------------
template <typename T>
void AppendFixed(T value, std::string* out) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}
inline void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}
inline void AppendString(std::string_view text, std::string* out) {
  AppendVarint(text.size(), out);
  out->append(text);
}

// From one instant to a later one, however far.
inline uint64_t Distance(int64_t from, int64_t to) {
  return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
}

// Gathers numbers on the stack, to be appended at once. The caller knows a
// bound of what it gathers: 10 bytes a varint, its size a fixed number.
template <size_t kCapacity>
class SmallBytes {
 public:
  template <typename T>
  SmallBytes& Fixed(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(bytes_ + size_, &value, sizeof value);
    size_ += sizeof value;
    return *this;
  }
  SmallBytes& Varint(uint64_t value) {
    while (value >= 0x80) {
      bytes_[size_++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes_[size_++] = static_cast<char>(value);
    return *this;
  }
  void AppendTo(std::string* out) const { out->append(bytes_, size_); }

 private:
  char bytes_[kCapacity];
  size_t size_ = 0;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  // True when everything was read and nothing was missing.
  bool done() const { return ok_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }

  template <typename T>
  T Fixed() {
    T value{};
    if (!Need(sizeof value)) return value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!Need(1)) return 0;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view String() {
    const uint64_t size = Varint();
    if (!Need(size)) return {};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  bool Need(uint64_t bytes) {
    if (ok_ && rest_.size() >= bytes) return true;
    ok_ = false;
    return false;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CODING_H_
