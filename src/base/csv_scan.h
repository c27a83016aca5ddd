// Finds the bytes that mean something in CSV, 64 at a time.
#ifndef DRAWDOWN_SRC_BASE_CSV_SCAN_H_
#define DRAWDOWN_SRC_BASE_CSV_SCAN_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace drawdown {

inline constexpr size_t kScanBytes = 64;

// Bit i describes byte i.
struct CsvMasks {
  uint64_t special = 0;  // , " CR LF NUL
  uint64_t high = 0;     // not ASCII
};

constexpr bool IsCsvSpecial(char c) {
  return c == ',' || c == '"' || c == '\n' || c == '\r' || c == '\0';
}

// Byte by byte: for short tails, other processors, and as the reference.
inline CsvMasks ScanCsvBytes(const char* bytes, size_t count) {
  CsvMasks masks;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bit = uint64_t{1} << i;
    if (IsCsvSpecial(bytes[i])) masks.special |= bit;
    if (static_cast<signed char>(bytes[i]) < 0) masks.high |= bit;
  }
  return masks;
}

#if defined(__SSE2__)
inline CsvMasks ScanCsv16(const char* bytes) {
  const __m128i block =
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto equals = [&](char c) {
    return _mm_cmpeq_epi8(block, _mm_set1_epi8(c));
  };
  const __m128i line_ends = _mm_or_si128(equals('\n'), equals('\r'));
  const __m128i separators = _mm_or_si128(equals(','), equals('"'));
  const __m128i special =
      _mm_or_si128(_mm_or_si128(line_ends, separators), equals('\0'));
  return {static_cast<uint32_t>(_mm_movemask_epi8(special)),
          static_cast<uint32_t>(_mm_movemask_epi8(block))};
}

// REQUIRES: kScanBytes readable bytes.
inline CsvMasks ScanCsv(const char* bytes) {
  CsvMasks masks;
  for (size_t i = 0; i < kScanBytes; i += 16) {
    const CsvMasks part = ScanCsv16(bytes + i);
    masks.special |= part.special << i;
    masks.high |= part.high << i;
  }
  return masks;
}
#else
inline CsvMasks ScanCsv(const char* bytes) {
  return ScanCsvBytes(bytes, kScanBytes);
}
#endif

// Walks the special bytes of [at, end) in order.
class CsvScanner {
 public:
  void Reset(const char* at, const char* end) {
    next_ = at;
    end_ = end;
    masks_ = {};
    saw_high_ = false;
  }

  // The next special byte, or end.
  const char* Next() {
    while (masks_.special == 0) {
      if (next_ >= end_) return end_;
      Load();
    }
    const char* found = block_ + std::countr_zero(masks_.special);
    masks_.special &= masks_.special - 1;
    return found;
  }

  // Whether a byte that is not ASCII may have come since the last call. A block
  // may belong to two rows, so this errs toward true.
  bool TakeSawHigh() {
    const bool saw = saw_high_;
    saw_high_ = masks_.high != 0;
    return saw;
  }

 private:
  void Load() {
    block_ = next_;
    const auto left = static_cast<size_t>(end_ - next_);
    masks_ = left >= kScanBytes ? ScanCsv(block_) : ScanCsvBytes(block_, left);
    next_ += left >= kScanBytes ? kScanBytes : left;
    saw_high_ = saw_high_ || masks_.high != 0;
  }

  const char* block_ = nullptr;
  const char* next_ = nullptr;
  const char* end_ = nullptr;
  CsvMasks masks_;
  bool saw_high_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_SCAN_H_
