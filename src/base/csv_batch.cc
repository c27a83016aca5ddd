#include "base/csv_batch.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/csv_quotes.h"

namespace drawdown {

void CsvBatch::Begin(size_t width) {
  rows_.clear();
  spare_used_ = 0;
  texts_row_ = kNoRow;
  width_ = width;
  rest_ = block_.begin;
  rest_line_ = 0;
  if (stops_size_ >= block_.memory_size + kCsvStopSlack) return;
  stops_size_ = block_.memory_size + kCsvStopSlack;
  stops_ = std::make_unique_for_overwrite<CsvStop[]>(stops_size_);
}

void CsvBatch::Add(const CsvSplitRow& row) {
  const char* const end = bytes() + PlaceOf(next_stops()[width_ - 1]);
  rows_.push_back({rest_, static_cast<uint32_t>(end - rest_), OffsetOf(rest_),
                   rest_line_, row.null_ending, row.doubled});
  rest_ = block_.memory.get() + row.next;
  rest_line_ += row.line_feeds + 1;
  if (row.quoted && HasNeedlessQuotes()) Rewrite();
}

// Whether a field of the last row has quotes that it does not need.
bool CsvBatch::HasNeedlessQuotes() const {
  constexpr size_t kAtOnce = 8;  // fields, of which seldom one is quoted
  const size_t row = rows_.size() - 1;
  const std::span<const CsvStop> all = stops(row);
  for (size_t at = 0; at < width_; at += kAtOnce) {
    const auto some = all.subspan(at, std::min(kAtOnce, width_ - at));
    const CsvStop any =
        std::accumulate(some.begin(), some.end(), CsvStop{0}, std::bit_or());
    if ((any & kCsvQuoted) == 0) continue;
    for (size_t i = at; i < at + some.size(); ++i) {
      if (quoted(row, i) && RawField(row, i).size() < Run(row, i, i).size()) {
        return true;
      }
    }
  }
  return false;
}

// It grows no longer by that, so there is room in spare_ for all rows.
void CsvBatch::Rewrite() {
  if (spare_size_ < block_.memory_size) {
    spare_size_ = block_.memory_size;
    spare_ = MakeAlignedBuffer(spare_size_);
  }
  const size_t row = rows_.size() - 1;
  char* const first = spare_.get() + spare_used_;
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

std::span<const CsvBatch::Text> CsvBatch::Texts(size_t row) const {
  if (!rows_[row].doubled) return {};
  if (std::exchange(texts_row_, row) == row) return texts_;
  texts_.clear();
  undoubled_.clear();
  // Two quotes for one make a field longer than its text; what points into the
  // memory must stay.
  const size_t most = Run(row, 0, width_ - 1).size() + 2 * kScanBytes;
  if (undoubled_.capacity() < most) undoubled_.reserve(2 * most);
  for (size_t i = 0; i < width_; ++i) {
    if (quoted(row, i)) AddText(row, i);
  }
  return texts_;
}

void CsvBatch::AddText(size_t row, size_t i) const {
  const std::string_view field = Run(row, i, i);
  const std::string_view inner = field.substr(1, field.size() - 2);
  if (inner.find('"') == std::string_view::npos) return;
  const size_t begin = undoubled_.size();
  undoubled_.resize(begin + inner.size() + kScanBytes);
  char* const text = undoubled_.data() + begin;
  const size_t size = UndoubleQuotes(inner, text);
  undoubled_.resize(begin + size);
  texts_.push_back(
      {static_cast<uint32_t>(i), static_cast<uint32_t>(size), text});
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
  const std::span<const Text> made = Texts(row);
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
  const char* const bytes = this->bytes();
  uint32_t begin = rows_[row].begin;
  for (size_t i = 0; i < width_; ++i) {
    const uint32_t quote = stops[i] >> 31;
    const uint32_t end = PlaceOf(stops[i]);
    fields[i] = {bytes + begin + quote, end - begin - 2 * quote};
    begin = end + 1;
  }
  for (const Text& text : Texts(row)) {
    fields[text.field] = {text.text, text.size};
  }
}

}  // namespace drawdown
