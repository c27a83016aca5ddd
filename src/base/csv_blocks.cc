#include "base/csv_blocks.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "base/csv_split.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr size_t kBlanks = 2 * kScanBytes;

// Whether `text` has an odd number of quotes; without a branch, so that many
// bytes are looked at at once.
__attribute__((always_inline)) inline bool HasOddQuotes(std::string_view text) {
  uint8_t odd = 0;
  for (const char c : text) odd ^= static_cast<uint8_t>(c == '"');
  return odd != 0;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) bool HasOddQuotesAvx2(std::string_view text) {
  return HasOddQuotes(text);
}
#endif

bool OddQuotes(std::string_view text) {
#if defined(__x86_64__)
  if (WidestCsvLanes() != CsvLanes::kNarrow) return HasOddQuotesAvx2(text);
#endif
  return HasOddQuotes(text);
}

}  // namespace

size_t LastRowEnd(std::string_view text) {
  bool inside = OddQuotes(text);
  while (true) {
    const size_t line_feed = text.rfind('\n');
    if (line_feed == std::string_view::npos) return 0;
    inside ^= OddQuotes(text.substr(line_feed));
    if (!inside) return line_feed + 1;
    text = text.substr(0, line_feed);
  }
}

CsvBlocks::CsvBlocks(Source* source, size_t max_row_bytes)
    : source_(source),
      max_row_bytes_(max_row_bytes),
      // A block may end with nearly as much of a row as it has bytes.
      front_(RoundUpToPage(std::max(max_row_bytes, kCsvBlockBytes))) {
  CHECK(front_ + kCsvBlockBytes + kBlanks < kCsvQuoted);
}

absl::StatusOr<bool> CsvBlocks::Next(CsvBlock* block) {
  while (!ended_) {
    Fill(block);
    if (block->begin == block->end) break;
    const std::string_view text(block->begin,
                                static_cast<size_t>(block->end - block->begin));
    const size_t whole = ended_ ? text.size() : LastRowEnd(text);
    // Who reads the rows says what is wrong with one that is too long.
    const bool too_long = whole == 0 && text.size() > max_row_bytes_;
    ended_ |= too_long;
    if (whole == 0 && !too_long) {
      unfinished_ = text;
      continue;
    }
    if (!too_long) {
      unfinished_ = text.substr(whole);
      block->end = block->begin + whole;
    }
    std::memset(block->end, ' ', kBlanks);
    return true;
  }
  RETURN_IF_ERROR(failure_);
  return false;
}

// Reads until there is no room: a pipe's short reads must not make what is
// unfinished be read once per read.
void CsvBlocks::Fill(CsvBlock* block) {
  if (block->memory == nullptr) {
    block->memory_size = front_ + kCsvBlockBytes + kBlanks;
    block->memory = MakeAlignedBuffer(block->memory_size);
  }
  char* const front = block->memory.get() + front_;
  block->begin = front - unfinished_.size();
  unfinished_.copy(block->begin, unfinished_.size());
  unfinished_.clear();
  block->end = front;
  while (block->end < front + kCsvBlockBytes) {
    const auto room = static_cast<size_t>(front + kCsvBlockBytes - block->end);
    const absl::StatusOr<size_t> count = source_->Read(block->end, room);
    failure_ = count.status();
    if (!count.ok() || *count == 0) {
      ended_ = true;
      break;
    }
    block->end += *count;
  }
  block->broken = !failure_.ok();
  block->at_end = ended_ && !block->broken;
}

}  // namespace drawdown
