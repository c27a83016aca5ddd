// Rows that are like one before but for a few columns: what has been split once
// is compared, and only the others are looked at byte by byte.
#include <bit>
#include <cstring>

#include "base/csv_batch.h"
#include "base/csv_scan.h"

namespace drawdown {
namespace {

// The first byte from `at` on, before `end`, that may be more than text: a
// comma, a quote, a control byte up to CR, or one that is not ASCII. A block's
// blanks can be read after its end.
const char* SkipText(const char* at, const char* end) {
#if defined(__x86_64__)
  for (; at < end; at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i marks =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    // What is not ASCII is negative.
    const __m128i small = _mm_cmplt_epi8(bytes, _mm_set1_epi8('\r' + 1));
    const auto found =
        static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(marks, small)));
    if (found != 0) {
      const char* const first = at + std::countr_zero(found);
      return first < end ? first : end;
    }
  }
  return end;
#else
  while (at < end && *at != ',' && *at != '"' &&
         static_cast<signed char>(*at) > '\r') {
    ++at;
  }
  return at;
#endif
}

// Of kScanBytes at `at`, bit by bit.
struct QuotedMasks {
  uint64_t quote = 0;
  uint64_t other = 0;  // than text: control bytes up to CR, not ASCII
};

QuotedMasks ScanQuoted(const char* at) {
  QuotedMasks masks;
#if defined(__x86_64__)
  for (size_t i = 0; i < kScanBytes; i += sizeof(__m128i)) {
    const __m128i bytes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
    const auto mask = [i](__m128i found) {
      return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(found))} << i;
    };
    masks.quote |= mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    masks.other |= mask(_mm_cmplt_epi8(bytes, _mm_set1_epi8('\r' + 1)));
  }
#else
  for (size_t i = 0; i < kScanBytes; ++i) {
    masks.quote |= uint64_t{at[i] == '"'} << i;
    masks.other |= uint64_t{static_cast<signed char>(at[i]) <= '\r'} << i;
  }
#endif
  return masks;
}

// After the quote that closes the field whose quotes open before `first`; null
// where it has anything else than text, commas and doubled quotes, or does not
// need its quotes.
const char* SkipQuoted(const char* first, const char* end, bool* doubled) {
  uint64_t odd = 0;  // all ones: the quotes before these bytes were odd
  bool any = false;  // doubled quote
  for (const char* at = first; at < end; at += kScanBytes) {
    const QuotedMasks masks = ScanQuoted(at);
    const uint64_t parity = PrefixParity(masks.quote) ^ odd;
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

}  // namespace

// As it stands in the file, on one line that ends with a line feed.
bool CsvBatch::CanBeLike(size_t row) const {
  const Row& of = rows_[row];
  const uint32_t next =
      row + 1 < rows_.size() ? rows_[row + 1].line : rest_line_;
  return of.text == bytes() + of.begin && next == of.line + 1 &&
         of.text[of.size] == '\n';
}

bool CsvBatch::AddLike(size_t like, std::span<const CsvRun> runs,
                       size_t max_bytes) {
  if (!CanBeLike(like)) return false;
  const CsvStop* const from = stops(like).data();
  CsvStop* const to = next_stops();
  Row added{rest_, 0, OffsetOf(rest_), rest_line_, false, rows_[like].doubled};
  const char* at = rest_;
  size_t column = 0;
  for (const CsvRun& run : runs) {
    while (column < run.first) {
      at = AddVarying(at, column++, &added);
      if (at == nullptr) return false;
    }
    // With what ends it.
    const uint32_t begin = BeginOf(like, run.first);
    const size_t size = PlaceOf(from[run.last]) + 1 - begin;
    if (static_cast<size_t>(block_.end - at) < size ||
        std::memcmp(at, bytes() + begin, size) != 0) {
      return false;
    }
    const uint32_t shift = OffsetOf(at) - begin;  // marks stay where they are
    for (; column <= run.last; ++column) to[column] = from[column] + shift;
    at += size;
  }
  while (column < width_) {
    at = AddVarying(at, column++, &added);
    if (at == nullptr) return false;
  }
  const auto size = static_cast<size_t>(at - rest_);
  if (size > max_bytes) return false;
  added.size = static_cast<uint32_t>(size - 1);
  rows_.push_back(added);
  rest_ += size;
  ++rest_line_;
  return true;
}

// Adds the stop of the field at `at`. Returns where the next one starts; null
// where anything is doubtful.
const char* CsvBatch::AddVarying(const char* at, size_t column, Row* row) {
  const bool quoted = at < block_.end && *at == '"';
  const char* const stop = quoted
                               ? SkipQuoted(at + 1, block_.end, &row->doubled)
                               : SkipText(at, block_.end);
  const char ends = column + 1 == width_ ? '\n' : ',';
  if (stop == nullptr || stop == block_.end || *stop != ends) return nullptr;
  const char last = stop > at ? stop[quoted ? -2 : -1] : ',';
  row->null_ending |= (last | 0x20) == 'l' || last == 'N';
  next_stops()[column] = OffsetOf(stop) | (quoted ? kCsvQuoted : 0);
  return stop + 1;
}

}  // namespace drawdown
