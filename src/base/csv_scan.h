// Finds the bytes that mean something in CSV, 64 at a time.
#ifndef DRAWDOWN_SRC_BASE_CSV_SCAN_H_
#define DRAWDOWN_SRC_BASE_CSV_SCAN_H_

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
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
  uint64_t high = 0;    // not ASCII
  uint64_t parity = 0;  // of the quotes up to each byte

  friend bool operator==(const CsvMasks&, const CsvMasks&) = default;
};

// Bit i is the parity of the bits 0 to i.
inline uint64_t PrefixParity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

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
  }
  masks.parity = PrefixParity(masks.quote);
  return masks;
}

#if defined(__SSE2__)
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
  masks.parity = PrefixParity(masks.quote);
  return masks;
}
#else
inline CsvMasks ScanCsv(const char* bytes) { return ScanCsvBytes(bytes); }
#endif

// The same of `blocks` x kScanBytes bytes, by the widest instructions that the
// processor has.
void ScanCsvBlocks(const char* bytes, size_t blocks, CsvMasks* masks);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_SCAN_H_
