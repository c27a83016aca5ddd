// Rows that are like one before but for a few columns: what has been split once
// is compared, and only the others are looked at byte by byte.
#include <bit>
#include <cstring>

#include "base/csv_batch.h"
#include "base/csv_scan.h"

namespace drawdown {
namespace {

// Of kScanBytes, bit by bit.
struct QuotedMasks {
  uint64_t quote = 0;
  uint64_t other = 0;  // than text: control bytes up to CR, not ASCII
};

// What differs by instructions. Each is a set of functions that the code below
// is made with; what is read lies before the end of the block, or is one of the
// blanks after it. Marks: bit by bit of kBytes, what may be more than text: a
// comma, a quote, a control byte up to CR, or one that is not ASCII.
struct NarrowLike {
#if defined(__x86_64__)
  static constexpr size_t kBytes = sizeof(__m128i);

  static __m128i Load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  }
  static uint64_t Mask(__m128i found) {
    return static_cast<uint32_t>(_mm_movemask_epi8(found));
  }
  // What is not ASCII is negative.
  static __m128i Other(__m128i bytes) {
    return _mm_cmplt_epi8(bytes, _mm_set1_epi8('\r' + 1));
  }
  static uint64_t Marks(const char* at) {
    const __m128i bytes = Load(at);
    const __m128i marks =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    return Mask(_mm_or_si128(marks, Other(bytes)));
  }
  static QuotedMasks ScanQuoted(const char* at) {
    QuotedMasks masks;
    for (size_t i = 0; i < kScanBytes; i += kBytes) {
      const __m128i bytes = Load(at + i);
      masks.quote |= Mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))) << i;
      masks.other |= Mask(Other(bytes)) << i;
    }
    return masks;
  }
#else
  static constexpr size_t kBytes = 1;

  static bool IsOther(char c) { return static_cast<signed char>(c) <= '\r'; }
  static uint64_t Marks(const char* at) {
    return *at == ',' || *at == '"' || IsOther(*at) ? 1 : 0;
  }
  static QuotedMasks ScanQuoted(const char* at) {
    QuotedMasks masks;
    for (size_t i = 0; i < kScanBytes; ++i) {
      masks.quote |= uint64_t{at[i] == '"'} << i;
      masks.other |= uint64_t{IsOther(at[i])} << i;
    }
    return masks;
  }
#endif
  static uint64_t Parity(uint64_t bits) { return PrefixParity(bits); }
  static bool Same(const char* a, const char* b, size_t size) {
    return std::memcmp(a, b, size) == 0;
  }
};

#if defined(__x86_64__)

#define DRAWDOWN_AVX2 __attribute__((target("avx2,pclmul,popcnt,bmi")))

struct Avx2Like {
  static constexpr size_t kBytes = sizeof(__m256i);

  DRAWDOWN_AVX2 static __m256i Load(const char* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  DRAWDOWN_AVX2 static uint64_t Mask(__m256i found) {
    return static_cast<uint32_t>(_mm256_movemask_epi8(found));
  }
  DRAWDOWN_AVX2 static __m256i Other(__m256i bytes) {
    return _mm256_cmpgt_epi8(_mm256_set1_epi8('\r' + 1), bytes);
  }
  DRAWDOWN_AVX2 static uint64_t Marks(const char* at) {
    const __m256i bytes = Load(at);
    const __m256i marks =
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(',')),
                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')));
    return Mask(_mm256_or_si256(marks, Other(bytes)));
  }
  DRAWDOWN_AVX2 static QuotedMasks ScanQuoted(const char* at) {
    const __m256i low = Load(at);
    const __m256i high = Load(at + kBytes);
    const __m256i quote = _mm256_set1_epi8('"');
    return {Mask(_mm256_cmpeq_epi8(low, quote)) |
                Mask(_mm256_cmpeq_epi8(high, quote)) << kBytes,
            Mask(Other(low)) | Mask(Other(high)) << kBytes};
  }
  DRAWDOWN_AVX2 static uint64_t Parity(uint64_t bits) {
    return FastPrefixParity(bits);
  }
  // Nearly all are, so all are looked at.
  DRAWDOWN_AVX2 static bool Same(const char* a, const char* b, size_t size) {
    __m256i differ = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + kBytes <= size; i += kBytes) {
      differ =
          _mm256_or_si256(differ, _mm256_xor_si256(Load(a + i), Load(b + i)));
    }
    const uint64_t same = Mask(_mm256_cmpeq_epi8(Load(a + i), Load(b + i)));
    const uint64_t after = ~uint64_t{0} << (size - i);
    return _mm256_testz_si256(differ, differ) != 0 &&
           (same | after) == ~uint64_t{0};
  }
};

#endif

// Where the next row may be, and what it may be like.
struct Stretch {
  const char* memory = nullptr;  // what offsets are of
  const char* begin = nullptr;
  const char* end = nullptr;        // of the block
  const char* like_text = nullptr;  // where the other row starts
  const CsvStop* like = nullptr;    // its stops
  std::span<const CsvRun> runs;     // that have to be equal
  size_t width = 0;                 // the fields of each
  CsvStop* stops = nullptr;         // where those of the row go
};

struct Found {
  const char* next = nullptr;  // where the row after it starts
  bool null_ending = false;
  bool doubled = false;
};

uint32_t OffsetIn(const Stretch& stretch, const char* at) {
  return static_cast<uint32_t>(at - stretch.memory);
}

// Where the text from `at` on ends.
template <typename Lanes>
__attribute__((always_inline)) inline const char* SkipText(const char* at,
                                                           const char* end) {
  for (; at < end; at += Lanes::kBytes) {
    const uint64_t found = Lanes::Marks(at);
    if (found == 0) continue;
    const char* const first = at + std::countr_zero(found);
    return first < end ? first : end;
  }
  return end;
}

// After the quote that closes the field whose quotes open before `first`; null
// where it has anything else than text, commas and doubled quotes, or does not
// need its quotes.
template <typename Lanes>
__attribute__((always_inline)) inline const char* SkipQuoted(const char* first,
                                                             const char* end,
                                                             bool* doubled) {
  uint64_t odd = 0;  // all ones: the quotes before these bytes were odd
  bool any = false;  // doubled quote
  for (const char* at = first; at < end; at += kScanBytes) {
    const QuotedMasks masks = Lanes::ScanQuoted(at);
    const uint64_t parity = Lanes::Parity(masks.quote) ^ odd;
    const uint64_t next = masks.quote >> 1 | uint64_t{at[kScanBytes] == '"'}
                                                 << 63;
    // One that has an even number before it, and none after it.
    const uint64_t closing = masks.quote & parity & ~next;
    const uint64_t before = (closing & (~closing + 1)) - 1;
    if ((masks.other & before) != 0) return nullptr;
    any |= (masks.quote & before) != 0;
    odd = parity >> 63 != 0 ? ~uint64_t{0} : 0;
    if (closing == 0) continue;
    const char* const stop = at + std::countr_zero(closing);
    *doubled |= any;
    if (!any &&
        std::memchr(first, ',', static_cast<size_t>(stop - first)) == nullptr) {
      return nullptr;
    }
    return stop < end ? stop + 1 : nullptr;
  }
  return nullptr;
}

// Writes the stop of the field at `at`. Returns where the next one starts; null
// where anything is doubtful.
template <typename Lanes>
__attribute__((always_inline)) inline const char* SplitVarying(
    const Stretch& stretch, const char* at, size_t column, Found* found) {
  const bool quoted = at < stretch.end && *at == '"';
  const char* const stop =
      quoted ? SkipQuoted<Lanes>(at + 1, stretch.end, &found->doubled)
             : SkipText<Lanes>(at, stretch.end);
  const char ends = column + 1 == stretch.width ? '\n' : ',';
  if (stop == nullptr || stop == stretch.end || *stop != ends) return nullptr;
  const char last = stop > at ? stop[quoted ? -2 : -1] : ',';
  found->null_ending |= (last | 0x20) == 'l' || last == 'N';
  stretch.stops[column] =
      OffsetIn(stretch, stop) | (quoted ? kCsvQuoted : CsvStop{0});
  return stop + 1;
}

// Writes the stops of the next row. `next` is null where it is not like the
// other one, or anything is doubtful.
template <typename Lanes>
__attribute__((always_inline)) inline Found SplitRow(Stretch stretch) {
  const CsvStop* const __restrict like = stretch.like;
  CsvStop* const __restrict stops = stretch.stops;
  const char* at = stretch.begin;
  Found found;
  size_t column = 0;
  for (const CsvRun& run : stretch.runs) {
    for (; column < run.first; ++column) {
      at = SplitVarying<Lanes>(stretch, at, column, &found);
      if (at == nullptr) return {};
    }
    const uint32_t begin =
        column == 0 ? 0 : (like[column - 1] & ~kCsvQuoted) + 1;
    // With what ends it.
    const size_t size = (like[run.last] & ~kCsvQuoted) + 1 - begin;
    if (static_cast<size_t>(stretch.end - at) < size ||
        !Lanes::Same(at, stretch.like_text + begin, size)) {
      return {};
    }
    // Marks stay where they are.
    const uint32_t shift = OffsetIn(stretch, at) - begin;
    const size_t end = run.last + 1;
    for (size_t i = column; i < end; ++i) stops[i] = like[i] + shift;
    column = end;
    at += size;
  }
  for (; column < stretch.width; ++column) {
    at = SplitVarying<Lanes>(stretch, at, column, &found);
    if (at == nullptr) return {};
  }
  found.next = at;
  return found;
}

#if defined(__x86_64__)

__attribute__((flatten)) DRAWDOWN_AVX2 Found
SplitRowAvx2(const Stretch& stretch) {
  return SplitRow<Avx2Like>(stretch);
}

#undef DRAWDOWN_AVX2

#endif

Found SplitRowBy(CsvLanes lanes, const Stretch& stretch) {
#if defined(__x86_64__)
  if (lanes != CsvLanes::kNarrow) return SplitRowAvx2(stretch);
#endif
  return SplitRow<NarrowLike>(stretch);
}

}  // namespace

// As it stands in the file, on one line that ends with a line feed.
bool CsvBatch::IsPlain(size_t row) const {
  const Row& of = rows_[row];
  const uint32_t next =
      row + 1 < rows_.size() ? rows_[row + 1].line : rest_line_;
  return of.text == bytes() + of.begin && next == of.line + 1 &&
         of.text[of.size] == '\n';
}

CsvModel CsvBatch::ModelOf(size_t row) const {
  const Row& of = rows_[row];
  CsvModel model;
  const std::span<const CsvStop> stops = this->stops(row);
  model.stops_.assign(stops.begin(), stops.end());
  for (CsvStop& stop : model.stops_) stop -= of.begin;  // marks stay
  model.text_.assign(bytes() + of.begin, PlaceOf(model.stops_.back()) + 1);
  model.text_.append(kScanBytes, ' ');
  model.doubled_ = of.doubled;
  model.plain_ = IsPlain(row);
  return model;
}

bool CsvBatch::AddLike(const CsvModel& like, std::span<const CsvRun> runs,
                       size_t max_bytes, CsvLanes lanes) {
  if (!like.plain_) return false;
  const Found found =
      SplitRowBy(lanes, {bytes(), rest_, block_.end, like.text_.data(),
                         like.stops_.data(), runs, width_, next_stops()});
  if (found.next == nullptr) return false;
  const auto size = static_cast<size_t>(found.next - rest_);
  if (size > max_bytes) return false;
  rows_.push_back({rest_, static_cast<uint32_t>(size - 1), OffsetOf(rest_),
                   rest_line_, found.null_ending,
                   found.doubled || like.doubled_});
  rest_ += size;
  ++rest_line_;
  return true;
}

}  // namespace drawdown
