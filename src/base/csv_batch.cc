#include "base/csv_batch.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/check.h"
#include "base/csv_quotes.h"

namespace drawdown {
namespace {

// What is written anew of a row is at most each field's text and the row.
constexpr size_t kSparePerByte = 2;

}  // namespace

void CsvBatch::Begin(const char* bytes, size_t size, size_t width) {
  CHECK(rows_.empty());
  bytes_ = bytes;
  size_ = size;
  width_ = width;
  if (stops_size_ >= size + kCsvStopSlack) return;
  stops_size_ = size + kCsvStopSlack;
  stops_ = std::make_unique_for_overwrite<CsvStop[]>(stops_size_);
}

void CsvBatch::Add(uint32_t begin, const CsvSplitRow& row, uint64_t line) {
  const char* const first = bytes_ + begin;
  const char* const end = bytes_ + OffsetOf(next_stops()[width_ - 1]);
  rows_.push_back({first, static_cast<uint32_t>(end - first), begin,
                   static_cast<uint32_t>(texts_.size()), row.null_ending,
                   line});
  if (!row.quoted) return;
  if (AddTexts(row.doubled)) Rewrite();
  rows_.back().texts_end = static_cast<uint32_t>(texts_.size());
}

// Of the last row. Returns whether a field has quotes that it does not need.
bool CsvBatch::AddTexts(bool doubled) {
  constexpr size_t kAtOnce = 8;  // fields, of which seldom one is quoted
  const size_t row = rows_.size() - 1;
  const std::span<const CsvStop> all = stops(row);
  bool needless = false;
  for (size_t at = 0; at < width_; at += kAtOnce) {
    const auto some = all.subspan(at, std::min(kAtOnce, width_ - at));
    const CsvStop any =
        std::accumulate(some.begin(), some.end(), CsvStop{0}, std::bit_or());
    if ((any & kCsvQuoted) == 0) continue;
    for (size_t i = at; i < at + some.size(); ++i) {
      if (!quoted(row, i)) continue;
      const char* const begin = bytes_ + BeginOf(row, i) + 1;
      const char* const end = bytes_ + OffsetOf(all[i]) - 1;
      const char* const need = std::find_if(begin, end, NeedsCsvQuotes);
      needless |= need == end;
      const auto left = static_cast<size_t>(end - need);
      if (doubled && std::memchr(need, '"', left) != nullptr) {
        AddText(static_cast<uint32_t>(i), begin, end);
      }
    }
  }
  return needless;
}

// Two quotes for one make a field longer, so there is room in spare_.
void CsvBatch::AddText(uint32_t field, const char* begin, const char* end) {
  char* const text = Spare();
  const size_t size =
      UndoubleQuotes({begin, static_cast<size_t>(end - begin)}, text);
  texts_.push_back({field, static_cast<uint32_t>(size), text});
  spare_used_ += size;
}

void CsvBatch::Rewrite() {
  const size_t row = rows_.size() - 1;
  char* const first = Spare();
  char* out = first;
  for (size_t i = 0; i < width_; ++i) {
    const std::string_view field = RawField(row, i);
    out = std::copy(field.begin(), field.end(), out);
    *out++ = ',';
  }
  rows_[row].text = first;
  rows_[row].size = static_cast<uint32_t>(out - first - 1);
  spare_used_ += static_cast<size_t>(out - first);
}

char* CsvBatch::Spare() {
  if (spare_size_ < size_) {
    spare_size_ = size_;
    spare_ = MakeAlignedBuffer(kSparePerByte * size_ + 2 * kScanBytes);
  }
  return spare_.get() + spare_used_;
}

std::string_view CsvBatch::RawField(size_t row, size_t i) const {
  const std::string_view field = Run(row, i, i);
  if (!quoted(row, i)) return field;
  const std::string_view inner = field.substr(1, field.size() - 2);
  return std::any_of(inner.begin(), inner.end(), NeedsCsvQuotes) ? field
                                                                 : inner;
}

std::string_view CsvBatch::field(size_t row, size_t i) const {
  const std::string_view field = Run(row, i, i);
  if (!quoted(row, i)) return field;
  const std::span<const Text> made = texts(row);
  const auto found = std::lower_bound(
      made.begin(), made.end(), i,
      [](const Text& text, size_t place) { return text.field < place; });
  if (found == made.end() || found->field != i) {
    return field.substr(1, field.size() - 2);
  }
  return {found->text, found->size};
}

void CsvBatch::GetReordered(size_t row, std::span<const uint32_t> order,
                            std::string* line) const {
  line->clear();
  for (const uint32_t column : order) {
    line->append(RawField(row, column)).push_back(',');
  }
  if (!line->empty()) line->pop_back();
}

void CsvBatch::GetFields(size_t row, std::span<std::string_view> fields) const {
  const CsvStop* const stops = this->stops(row).data();
  uint32_t begin = rows_[row].begin;
  for (size_t i = 0; i < width_; ++i) {
    const uint32_t quote = stops[i] >> 31;
    const uint32_t end = OffsetOf(stops[i]);
    fields[i] = {bytes_ + begin + quote, end - begin - 2 * quote};
    begin = end + 1;
  }
  for (const Text& text : texts(row)) {
    fields[text.field] = {text.text, text.size};
  }
}

}  // namespace drawdown
