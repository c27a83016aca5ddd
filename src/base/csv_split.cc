#include "base/csv_split.h"

#include <bit>

#include "base/csv_scan.h"

namespace drawdown {
namespace {

// What differs by instructions. Each is a set of functions that the loop below
// is made with.
struct Narrow {
  static CsvMasks Scan(const char* bytes) { return ScanCsv(bytes); }
  static uint64_t Parity(uint64_t bits) { return PrefixParity(bits); }
  // Writes an offset for each bit of `ends`, marked where it is one of
  // `quoted`, and maybe more up to kCsvStopSlack.
  static void AddStops(uint32_t at, uint64_t ends, uint64_t quoted,
                       CsvStop* stops) {
    for (; ends != 0; ends &= ends - 1) {
      const int bit = std::countr_zero(ends);
      const auto mark = static_cast<CsvStop>(quoted >> bit & 1) << 31;
      *stops++ = (at + static_cast<uint32_t>(bit)) | mark;
    }
  }
};

#if defined(__x86_64__)

#define DRAWDOWN_AVX2 __attribute__((target("avx2,pclmul,popcnt,bmi")))
#define DRAWDOWN_AVX512  \
  __attribute__((target( \
      "avx512f,avx512bw,avx512vbmi,avx512vbmi2,pclmul,popcnt,bmi,bmi2,avx2")))

// Half a block, as bits 0 to 31.
struct Half {
  __m256i bytes;

  DRAWDOWN_AVX2 explicit Half(const char* at)
      : bytes(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))) {}
  DRAWDOWN_AVX2 __m256i Equal(char c) const {
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
  }
  DRAWDOWN_AVX2 static uint64_t Mask(__m256i equal) {
    return static_cast<uint32_t>(_mm256_movemask_epi8(equal));
  }
  DRAWDOWN_AVX2 uint64_t NullLast() const {
    const __m256i small = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    return Mask(_mm256_or_si256(_mm256_cmpeq_epi8(small, _mm256_set1_epi8('l')),
                                Equal('N')));
  }
};

struct Avx2 : Narrow {
  DRAWDOWN_AVX2 static CsvMasks Scan(const char* bytes) {
    const Half low(bytes);
    const Half high(bytes + kScanBytes / 2);
    CsvMasks masks;
    masks.comma = Both(low, high, ',');
    masks.quote = Both(low, high, '"');
    masks.null_last = low.NullLast() | high.NullLast() << 32;
    // What is not ASCII is negative. Most blocks have none of these.
    const __m256i least = _mm256_min_epi8(low.bytes, high.bytes);
    const __m256i any = _mm256_cmpgt_epi8(_mm256_set1_epi8('\r' + 1), least);
    if (_mm256_testz_si256(any, any) != 0) return masks;
    masks.line_feed = Both(low, high, '\n');
    masks.carriage_return = Both(low, high, '\r');
    masks.nul = Both(low, high, '\0');
    masks.high = Half::Mask(low.bytes) | Half::Mask(high.bytes) << 32;
    return masks;
  }
  DRAWDOWN_AVX2 static uint64_t Both(const Half& low, const Half& high,
                                     char c) {
    return Half::Mask(low.Equal(c)) | Half::Mask(high.Equal(c)) << 32;
  }
  DRAWDOWN_AVX2 static uint64_t Parity(uint64_t bits) {
    return FastPrefixParity(bits);
  }
  // Four at a time, without a look at how many are left. Few are quoted.
  DRAWDOWN_AVX2 static void AddStops(uint32_t at, uint64_t ends,
                                     uint64_t quoted, CsvStop* stops) {
    constexpr size_t kAtOnce = 4;
    uint64_t left = ends;
    for (CsvStop* next = stops; left != 0; next += kAtOnce) {
      for (size_t i = 0; i < kAtOnce; ++i) {
        next[i] = at + static_cast<uint32_t>(std::countr_zero(left));
        left &= left - 1;
      }
    }
    for (; quoted != 0; quoted &= quoted - 1) {
      stops[std::popcount(ends & (quoted ^ (quoted - 1))) - 1] |= kCsvQuoted;
    }
  }
};

struct Avx512 {
  // g++ 12 warns of the forms without a mask.
  static constexpr __mmask8 kAll = 0xff;

  DRAWDOWN_AVX512 static CsvMasks Scan(const char* at) {
    const __m512i bytes = _mm512_loadu_si512(at);
    const __m512i small = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    CsvMasks masks;
    masks.comma = Equal(bytes, ',');
    masks.quote = Equal(bytes, '"');
    masks.null_last = Equal(small, 'l') | Equal(bytes, 'N');
    // What is not ASCII is negative. Most blocks have none of these.
    if (_mm512_cmple_epi8_mask(bytes, _mm512_set1_epi8('\r')) == 0)
      return masks;
    masks.line_feed = Equal(bytes, '\n');
    masks.carriage_return = Equal(bytes, '\r');
    masks.nul = Equal(bytes, '\0');
    masks.high = _mm512_movepi8_mask(bytes);
    return masks;
  }
  DRAWDOWN_AVX512 static uint64_t Equal(__m512i bytes, char c) {
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
  }
  DRAWDOWN_AVX512 static uint64_t Parity(uint64_t bits) {
    return FastPrefixParity(bits);
  }
  // Sixteen at a time, and rows seldom have more in a block.
  DRAWDOWN_AVX512 static void AddStops(uint32_t at, uint64_t ends,
                                       uint64_t quoted, CsvStop* stops) {
    alignas(64) static constexpr uint8_t kPlaces[kScanBytes] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
        48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i places =
        _mm512_maskz_compress_epi8(ends, _mm512_load_si512(kPlaces));
    const uint64_t marks = _pext_u64(quoted, ends);
    AddSixteen(at, _mm512_maskz_extracti32x4_epi32(kAll, places, 0), marks,
               stops);
    if (std::popcount(ends) <= 16) return;
    AddSixteen(at, _mm512_maskz_extracti32x4_epi32(kAll, places, 1),
               marks >> 16, stops + 16);
    AddSixteen(at, _mm512_maskz_extracti32x4_epi32(kAll, places, 2),
               marks >> 32, stops + 32);
    AddSixteen(at, _mm512_maskz_extracti32x4_epi32(kAll, places, 3),
               marks >> 48, stops + 48);
  }
  DRAWDOWN_AVX512 static void AddSixteen(uint32_t at, __m128i places,
                                         uint64_t marks, CsvStop* stops) {
    const __m512i offsets =
        _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(0xffff, places),
                         _mm512_set1_epi32(static_cast<int32_t>(at)));
    const __m512i marked = _mm512_mask_or_epi32(
        offsets, static_cast<__mmask16>(marks), offsets,
        _mm512_set1_epi32(static_cast<int32_t>(kCsvQuoted)));
    _mm512_storeu_si512(stops, marked);
  }
};

#endif

// Apart, so that the loop holds no more than it has to.
__attribute__((noinline)) void AddRow(const CsvSplitRow& row,
                                      std::vector<CsvSplitRow>* rows) {
  rows->push_back(row);
}

// What a quote, a separator or a line end is depends on the quotes before it:
// those that open come in pairs with those that close, and a doubled quote
// closes and opens again.
template <typename Lanes, bool kCrLf>
__attribute__((always_inline)) inline void Split(
    const CsvStretch& stretch, std::vector<CsvSplitRow>* rows) {
  const char* const memory = stretch.memory;
  const size_t width = stretch.width;
  const uint32_t end = stretch.end;
  CsvStop* stops = stretch.stops;
  // The row that is being split, as far as the blocks so far tell.
  uint32_t row_begin = stretch.begin;
  const CsvStop* row_stops = stops;
  uint32_t row_line_feeds = 0;
  uint64_t row_quotes = 0;
  uint64_t row_doubled = 0;
  uint64_t row_high = 0;
  uint64_t row_null_endings = 0;
  // The byte before the block: is inside quotes, ends a field, closes a quote,
  // is a carriage return, is one that ends a quoted field, may end a null.
  uint64_t was_inside = 0;
  uint64_t was_end = 1;
  uint64_t was_closing = 0;
  uint64_t was_return = 0;
  uint64_t was_quoted_return = 0;
  uint64_t was_null_last = 0;
  for (uint32_t at = stretch.begin; end - at >= kScanBytes; at += kScanBytes) {
    const CsvMasks masks = Lanes::Scan(memory + at);
    const uint64_t inside = Lanes::Parity(masks.quote) ^ was_inside;
    const uint64_t line_feeds = masks.line_feed & ~inside;
    const uint64_t returns = masks.carriage_return & ~inside;
    const uint64_t closing = masks.quote & ~inside;
    const uint64_t ends = (masks.comma | masks.line_feed) & ~inside;
    const uint64_t starts = ends << 1 | was_end;
    const uint64_t closed = closing << 1 | was_closing;
    const uint64_t after_closed = masks.quote | ends | (kCrLf ? returns : 0);
    const uint64_t returned = returns << 1 | was_return;
    const uint64_t doubtful =
        masks.nul | (masks.quote & inside & ~(starts | closed)) |
        (closed & ~after_closed) | (kCrLf ? returned ^ line_feeds : returns);
    if (doubtful != 0) return;
    const uint64_t quoted_returns = closed & returns;
    const uint64_t quoted =
        kCrLf ? closed | quoted_returns << 1 | was_quoted_return : closed;
    Lanes::AddStops(at, ends, quoted & ends, stops);
    const uint64_t null_endings = (masks.null_last << 1 | was_null_last) &
                                  (ends | closing | (kCrLf ? returns : 0));
    const uint64_t doubled = masks.quote & closed;
    CsvStop* const block_stops = stops;
    stops += std::popcount(ends);
    was_inside = inside >> 63 != 0 ? ~uint64_t{0} : 0;
    was_end = ends >> 63;
    was_closing = closing >> 63;
    was_return = returns >> 63;
    was_quoted_return = quoted_returns >> 63;
    was_null_last = masks.null_last >> 63;
    uint64_t rest = ~uint64_t{0};  // of the block: in no row yet
    // Most blocks have neither.
    if ((masks.line_feed | masks.high) != 0) {
      const uint64_t quoted_line_feeds = masks.line_feed & inside;
      for (uint64_t left = line_feeds; left != 0; left &= left - 1) {
        const uint64_t up_to = left ^ (left - 1);
        const uint64_t part = up_to & rest;
        CsvStop* const next_stops = block_stops + std::popcount(ends & up_to);
        const uint32_t line_feed =
            at + static_cast<uint32_t>(std::countr_zero(left));
        const bool blank =
            width == 1 && line_feed == row_begin + (kCrLf ? 1 : 0);
        if (next_stops - row_stops != static_cast<ptrdiff_t>(width) || blank) {
          return;
        }
        if (kCrLf) --next_stops[-1];
        row_line_feeds +=
            static_cast<uint32_t>(std::popcount(quoted_line_feeds & part));
        row_quotes |= masks.quote & part;
        row_doubled |= doubled & part;
        row_high |= masks.high & part;
        row_null_endings |= null_endings & part;
        AddRow({line_feed + 1, row_line_feeds, row_high == 0, row_quotes != 0,
                row_doubled != 0, row_null_endings != 0},
               rows);
        row_begin = line_feed + 1;
        row_stops = next_stops;
        row_line_feeds = 0;
        row_quotes = row_doubled = row_high = row_null_endings = 0;
        rest = ~up_to;
      }
      row_line_feeds +=
          static_cast<uint32_t>(std::popcount(quoted_line_feeds & rest));
      row_high |= masks.high & rest;
    }
    row_quotes |= masks.quote & rest;
    row_doubled |= doubled & rest;
    row_null_endings |= null_endings & rest;
  }
}

template <typename Lanes>
__attribute__((always_inline)) inline void SplitEither(
    const CsvStretch& stretch, std::vector<CsvSplitRow>* rows) {
  if (stretch.line_end == LineEnd::kCrLf)
    return Split<Lanes, true>(stretch, rows);
  Split<Lanes, false>(stretch, rows);
}

#if defined(__x86_64__)

__attribute__((flatten)) DRAWDOWN_AVX2 void SplitAvx2(
    const CsvStretch& stretch, std::vector<CsvSplitRow>* rows) {
  SplitEither<Avx2>(stretch, rows);
}

__attribute__((flatten)) DRAWDOWN_AVX512 void SplitAvx512(
    const CsvStretch& stretch, std::vector<CsvSplitRow>* rows) {
  SplitEither<Avx512>(stretch, rows);
}

#undef DRAWDOWN_AVX2
#undef DRAWDOWN_AVX512

#endif

CsvLanes FindWidest() {
#if defined(__x86_64__)
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
      __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
  if (!avx2) return CsvLanes::kNarrow;
  const bool avx512 = __builtin_cpu_supports("bmi2") &&
                      __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vbmi2");
  return avx512 ? CsvLanes::kAvx512 : CsvLanes::kAvx2;
#else
  return CsvLanes::kNarrow;
#endif
}

}  // namespace

CsvLanes WidestCsvLanes() {
  static const CsvLanes widest = FindWidest();
  return widest;
}

void SplitCsv(const CsvStretch& stretch, std::vector<CsvSplitRow>* rows,
              CsvLanes lanes) {
#if defined(__x86_64__)
  if (lanes == CsvLanes::kAvx512) return SplitAvx512(stretch, rows);
  if (lanes == CsvLanes::kAvx2) return SplitAvx2(stretch, rows);
#endif
  SplitEither<Narrow>(stretch, rows);
}

}  // namespace drawdown
