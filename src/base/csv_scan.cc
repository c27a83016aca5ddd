#include "base/csv_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace drawdown {
namespace {

void ScanNarrow(const char* bytes, size_t blocks, CsvMasks* masks) {
  for (size_t i = 0; i < blocks; ++i) {
    masks[i] = ScanCsv(bytes + i * kScanBytes);
  }
}

#if defined(__x86_64__)

// Half a block, as bits 0 to 31.
struct Half {
  __m256i bytes;

  __attribute__((target("avx2"))) explicit Half(const char* at)
      : bytes(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))) {}
  __attribute__((target("avx2"))) uint64_t Equal(char c) const {
    return static_cast<uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c))));
  }
  __attribute__((target("avx2"))) uint64_t High() const {
    return static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
  }
};

// Multiplied without carries by all ones, a number becomes the parities of its
// bits.
__attribute__((target("avx2,pclmul"))) uint64_t Parity(uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(
      _mm_set_epi64x(0, static_cast<int64_t>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

__attribute__((target("avx2,pclmul"))) void ScanWide(const char* bytes,
                                                     size_t blocks,
                                                     CsvMasks* masks) {
  for (size_t i = 0; i < blocks; ++i) {
    const Half low(bytes + i * kScanBytes);
    const Half high(bytes + i * kScanBytes + kScanBytes / 2);
    const auto both = [](uint64_t first, uint64_t second) {
      return first | second << 32;
    };
    masks[i].comma = both(low.Equal(','), high.Equal(','));
    masks[i].quote = both(low.Equal('"'), high.Equal('"'));
    masks[i].line_feed = both(low.Equal('\n'), high.Equal('\n'));
    masks[i].carriage_return = both(low.Equal('\r'), high.Equal('\r'));
    masks[i].nul = both(low.Equal('\0'), high.Equal('\0'));
    masks[i].high = both(low.High(), high.High());
    masks[i].parity = Parity(masks[i].quote);
  }
}

bool HasWide() {
  static const bool has =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul");
  return has;
}

#endif

}  // namespace

void ScanCsvBlocks(const char* bytes, size_t blocks, CsvMasks* masks) {
#if defined(__x86_64__)
  if (HasWide()) return ScanWide(bytes, blocks, masks);
#endif
  ScanNarrow(bytes, blocks, masks);
}

}  // namespace drawdown
