#include "base/csv_batch.h"

#include <algorithm>
#include <cstring>

#include "base/csv_scan.h"

namespace drawdown {
namespace {

constexpr size_t kShortRun = 16;

// Where `limit` allows it, a copy of fixed size: far cheaper for short runs.
void CopyRun(const char* from, size_t size, char* to, const char* limit) {
  if (size <= kShortRun && limit - to >= static_cast<ptrdiff_t>(kShortRun)) {
    std::memcpy(to, from, kShortRun);
  } else {
    std::memcpy(to, from, size);
  }
}

}  // namespace

// Writes `field` to `out` with one quote for every two, and maybe anything up
// to `limit`; returns the size.
size_t CsvBatch::Undouble(std::string_view field, char* out,
                          const char* limit) {
  // A copy, so that the field may be written over, and runs be read past.
  scratch_.resize(std::max(scratch_.size(), field.size() + 2 * kScanBytes));
  char* const copy = scratch_.data();
  std::memcpy(copy, field.data(), field.size());
  std::memset(copy + field.size(), 0, kScanBytes);
  char* const first = out;
  size_t from = 0;
  for (size_t block = 0; block < field.size(); block += kScanBytes) {
    for (uint64_t quotes = ScanCsv(copy + block).quote; quotes != 0;
         quotes &= quotes - 1) {
      const size_t quote =
          block + static_cast<size_t>(std::countr_zero(quotes));
      if (quote < from) continue;  // the second of two
      const size_t run = quote + 1 - from;
      CopyRun(copy + from, run, out, limit);
      out += run;
      from = quote + 2;
    }
  }
  if (from < field.size()) {
    CopyRun(copy + from, field.size() - from, out, limit);
    out += field.size() - from;
  }
  return static_cast<size_t>(out - first);
}

void CsvBatch::Add(const CsvRowSpan& row, uint64_t line) {
  width_ = row.stops.size();
  const size_t base = ends_.size();
  ends_.resize(base + width_);
  quoted_.resize(base + width_);
  uint32_t* const ends = ends_.data() + base;
  char* in = row.first;
  char* out = row.first;
  for (size_t i = 0; i < width_; ++i) {
    char* const stop = row.stops[i];
    if (in < stop && *in == '"') {
      const std::string_view field(in + 1,
                                   static_cast<size_t>(stop - in) - 2);
      quoted_[base + i] = 1;
      if (field.find('"') != std::string_view::npos) {
        out += Undouble(field, out, stop);
      } else {
        std::memmove(out, field.data(), field.size());
        out += field.size();
      }
    } else {
      const auto size = static_cast<size_t>(stop - in);
      if (out != in) std::memmove(out, in, size);
      out += size;
    }
    ends[i] = static_cast<uint32_t>(out - row.first);
    *out++ = '\0';
    in = stop + 1;
  }
  rows_.push_back({row.first, static_cast<uint32_t>(out - row.first), line});
}

}  // namespace drawdown
