// Finds the bytes that mean something in CSV, 64 at a time.
#ifndef DRAWDOWN_SRC_BASE_CSV_SCAN_H_
#define DRAWDOWN_SRC_BASE_CSV_SCAN_H_

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace drawdown {

inline constexpr size_t kScanBytes = 64;

// Bit i describes byte i.
struct CsvMasks {
  uint64_t comma = 0;
  uint64_t quote = 0;
  uint64_t line_feed = 0;
  uint64_t carriage_return = 0;
  uint64_t nul = 0;
  uint64_t high = 0;       // not ASCII
  uint64_t null_last = 0;  // L, l or N: the last letter of NULL, null and \N

  friend bool operator==(const CsvMasks&, const CsvMasks&) = default;
};

// Bit i is the parity of the bits 0 to i.
inline uint64_t PrefixParity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

#if defined(__x86_64__)
// The same by one instruction: multiplied without carries by all ones.
__attribute__((target("pclmul"))) inline uint64_t FastPrefixParity(
    uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(
      _mm_set_epi64x(0, static_cast<int64_t>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}
#endif

// Byte by byte: for other processors, and as the reference.
inline CsvMasks ScanCsvBytes(const char* bytes) {
  CsvMasks masks;
  for (size_t i = 0; i < kScanBytes; ++i) {
    const uint64_t bit = uint64_t{1} << i;
    if (bytes[i] == ',') masks.comma |= bit;
    if (bytes[i] == '"') masks.quote |= bit;
    if (bytes[i] == '\n') masks.line_feed |= bit;
    if (bytes[i] == '\r') masks.carriage_return |= bit;
    if (bytes[i] == '\0') masks.nul |= bit;
    if (static_cast<signed char>(bytes[i]) < 0) masks.high |= bit;
    if ((bytes[i] | 0x20) == 'l' || bytes[i] == 'N') masks.null_last |= bit;
  }
  return masks;
}

#if defined(__x86_64__)
// REQUIRES: kScanBytes readable bytes.
inline CsvMasks ScanCsv(const char* bytes) {
  CsvMasks masks;
  uint64_t control = 0;  // up to CR, which rows have few of
  for (size_t i = 0; i < kScanBytes; i += 16) {
    const __m128i block =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
    const auto mask = [i](__m128i equal) {
      return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(equal))} << i;
    };
    const auto equals = [block](char c) {
      return _mm_cmpeq_epi8(block, _mm_set1_epi8(c));
    };
    masks.comma |= mask(equals(','));
    masks.quote |= mask(equals('"'));
    masks.high |= mask(block);
    masks.null_last |=
        mask(equals('L')) | mask(equals('l')) | mask(equals('N'));
    control |=
        mask(_mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8('\r')), block));
  }
  for (; control != 0; control &= control - 1) {
    const uint64_t bit = control & (~control + 1);
    const char c = bytes[__builtin_ctzll(control)];
    if (c == '\n') masks.line_feed |= bit;
    if (c == '\r') masks.carriage_return |= bit;
    if (c == '\0') masks.nul |= bit;
  }
  return masks;
}
#else
inline CsvMasks ScanCsv(const char* bytes) { return ScanCsvBytes(bytes); }
#endif

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_SCAN_H_
