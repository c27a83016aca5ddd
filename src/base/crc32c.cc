#include "base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace drawdown {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // bits reversed

using Table = std::array<uint32_t, 256>;

// tables[i][b]: what byte b does to the CRC when i more bytes follow it.
constexpr std::array<Table, 8> MakeTables() {
  std::array<Table, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = crc;
  }
  for (size_t i = 1; i < tables.size(); ++i) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[i - 1][byte];
      tables[i][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr std::array<Table, 8> kTables = MakeTables();

template <typename T>
T Load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint32_t EightBytes(uint64_t eight) {
  uint32_t crc = 0;
  for (size_t i = 0; i < 8; ++i) {
    crc ^= kTables[7 - i][(eight >> (8 * i)) & 0xff];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t Sse42(std::string_view bytes,
                                                 uint32_t seed) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t crc = ~seed;
  for (; left >= 8; at += 8, left -= 8) {
    crc = _mm_crc32_u64(crc, Load<uint64_t>(at));
  }
  auto narrow = static_cast<uint32_t>(crc);
  if ((left & 4) != 0) {
    narrow = _mm_crc32_u32(narrow, Load<uint32_t>(at));
    at += 4;
  }
  if ((left & 2) != 0) {
    narrow = _mm_crc32_u16(narrow, Load<uint16_t>(at));
    at += 2;
  }
  if ((left & 1) != 0) narrow = _mm_crc32_u8(narrow, Load<uint8_t>(at));
  return ~narrow;
}
#elif defined(__ARM_FEATURE_CRC32)
uint32_t Arm(std::string_view bytes, uint32_t seed) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint32_t crc = ~seed;
  for (; left >= 8; at += 8, left -= 8)
    crc = __crc32cd(crc, Load<uint64_t>(at));
  for (; left > 0; ++at, --left) crc = __crc32cb(crc, Load<uint8_t>(at));
  return ~crc;
}
#endif

}  // namespace

namespace crc32c_ways {

uint32_t Tables(std::string_view bytes, uint32_t seed) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint32_t crc = ~seed;
  for (; left >= 8; at += 8, left -= 8) {
    crc = EightBytes(Load<uint64_t>(at) ^ crc);
  }
  for (; left > 0; ++at, --left) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ Load<uint8_t>(at)) & 0xff];
  }
  return ~crc;
}

Way Instruction() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") ? &Sse42 : nullptr;
#elif defined(__ARM_FEATURE_CRC32)
  return &Arm;
#else
  return nullptr;
#endif
}

}  // namespace crc32c_ways

uint32_t Crc32c(std::string_view bytes, uint32_t seed) {
  static const crc32c_ways::Way way = crc32c_ways::Instruction() != nullptr
                                          ? crc32c_ways::Instruction()
                                          : &crc32c_ways::Tables;
  return way(bytes, seed);
}

}  // namespace drawdown
