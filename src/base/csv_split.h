// Splits rows that have nothing doubtful, 64 bytes at a time.
#ifndef DRAWDOWN_SRC_BASE_CSV_SPLIT_H_
#define DRAWDOWN_SRC_BASE_CSV_SPLIT_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/csv_scan.h"

namespace drawdown {

enum class LineEnd : uint8_t { kUnknown, kLf, kCrLf };

// A row as it lies in the input.
struct CsvRowSpan {
  char* first = nullptr;
  char* next = nullptr;          // after its line end
  std::span<char* const> stops;  // where each field's bytes end, with quotes
  uint64_t line_feeds = 0;       // within quotes
  bool ascii = true;             // errs toward false
};

// For one stretch of rows.
class CsvSplitter {
 public:
  CsvSplitter(LineEnd line_end, std::span<char*> stops)
      : crlf_(line_end == LineEnd::kCrLf), stops_(stops) {}

  // Calls `take` with each row of [at, end), which starts with one, and stops
  // before the first that `take` returns false for, that is not whole, has not
  // as many fields as there are stops, or is anything but sure to be in the
  // dialect. Returns where that row starts.
  template <typename Take>
  char* Split(char* at, const char* end, Take take) {
    row_ = at;
    while (true) {
      const size_t blocks =
          std::min(masks_.size(), static_cast<size_t>(end - at) / kScanBytes);
      if (blocks == 0) return row_;
      ScanCsvBlocks(at, blocks, masks_.data());
      for (size_t i = 0; i < blocks; ++i, at += kScanBytes) {
        if (!SplitBlock(at, masks_[i], take)) return row_;
      }
    }
  }

 private:
  // What a quote, a separator or a line end is depends on the quotes before it:
  // those that open come in pairs with those that close, and a doubled quote
  // closes and opens again.
  template <typename Take>
  bool SplitBlock(char* block, const CsvMasks& masks, Take take) {
    const uint64_t inside = masks.parity ^ inside_;
    const uint64_t separators = masks.comma & ~inside;
    const uint64_t line_feeds = masks.line_feed & ~inside;
    const uint64_t returns = masks.carriage_return & ~inside;
    const uint64_t closing = masks.quote & ~inside;
    const uint64_t ends = separators | line_feeds;
    const uint64_t starts = ends << 1 | starts_;
    const uint64_t closed = closing << 1 | closed_;
    const uint64_t returned = returns << 1 | returned_;
    const uint64_t doubtful = masks.nul |
                              (masks.quote & inside & ~(starts | closed)) |
                              (closed & ~(masks.quote | ends | returns)) |
                              (crlf_ ? returned ^ line_feeds : returns);
    if (doubtful != 0) return false;
    inside_ = inside >> 63 != 0 ? ~uint64_t{0} : 0;
    starts_ = ends >> 63;
    closed_ = closing >> 63;
    returned_ = returns >> 63;
    ascii_ = ascii_ && masks.high == 0;
    uint64_t quoted_line_feeds = masks.line_feed & inside;
    for (uint64_t left = ends; left != 0; left &= left - 1) {
      const int bit = std::countr_zero(left);
      if (width_ == stops_.size()) return false;
      char* const stop = block + bit;
      stops_[width_++] = stop;
      if ((line_feeds >> bit & 1) == 0) continue;
      const uint64_t before = (uint64_t{1} << bit) - 1;
      if (quoted_line_feeds != 0) {
        line_feeds_ += std::popcount(quoted_line_feeds & before);
        quoted_line_feeds &= ~before;
      }
      if (!TakeRow(stop, take)) return false;
      ascii_ = (masks.high & ~before) == 0;
    }
    if (quoted_line_feeds != 0) {
      line_feeds_ += std::popcount(quoted_line_feeds);
    }
    return true;
  }

  template <typename Take>
  bool TakeRow(char* line_feed, Take take) {
    if (width_ != stops_.size()) return false;
    if (crlf_) --stops_[width_ - 1];
    if (!take(CsvRowSpan{row_, line_feed + 1, stops_, line_feeds_, ascii_})) {
      return false;
    }
    row_ = line_feed + 1;
    width_ = 0;
    line_feeds_ = 0;
    return true;
  }

  const bool crlf_;
  const std::span<char*> stops_;
  // Scanned ahead; taking a row's quotes off changes nothing after the row.
  std::array<CsvMasks, 32> masks_;
  // The current row.
  char* row_ = nullptr;
  size_t width_ = 0;
  uint64_t line_feeds_ = 0;
  bool ascii_ = true;
  // The byte before the block: is inside quotes, ends a field, closes a quote,
  // is a carriage return.
  uint64_t inside_ = 0;
  uint64_t starts_ = 1;
  uint64_t closed_ = 0;
  uint64_t returned_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_SPLIT_H_
