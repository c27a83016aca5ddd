// A CSV file as blocks of whole rows, which can be split apart from each other.
#ifndef DRAWDOWN_SRC_BASE_CSV_BLOCKS_H_
#define DRAWDOWN_SRC_BASE_CSV_BLOCKS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "base/aligned_buffer.h"
#include "base/csv_scan.h"
#include "base/source.h"

namespace drawdown {

// What a block has room for; one with a longer row has more.
inline constexpr size_t kCsvBlockBytes = size_t{512} << 10;

// Bytes of a file that start where a row does. Where they are in the dialect
// they end where a row does too, but for those of the last block, and of one
// whose row is over the limit.
struct CsvBlock {
  AlignedBuffer memory;  // kept from block to block
  size_t memory_size = 0;
  char* begin = nullptr;
  char* end = nullptr;  // 2 * kScanBytes blanks follow
  bool at_end = false;  // the file has no more
  bool broken = false;  // more cannot be read: it may end within a row
};

class CsvBlocks {
 public:
  // `source` must outlive it.
  CsvBlocks(Source* source, size_t max_row_bytes);

  // The next block of at least one byte; false at the end. After a block
  // without the end of a row there is none. Errors are the source's, after all
  // that it read before.
  absl::StatusOr<bool> Next(CsvBlock* block);

 private:
  void Fill(CsvBlock* block);

  Source* source_;
  size_t max_row_bytes_;
  // Bytes are always read to this place of a block's memory, a page boundary;
  // what the block before had of a row is put just before it.
  size_t front_;
  std::string unfinished_;
  bool ended_ = false;
  absl::Status failure_;  // why
};

// Where the last row of `text`, which starts with one, ends, after its line
// feed; 0 where none does. A line feed is in quotes where those before it are
// odd: in what is no CSV this may be wrong, after the first fault.
size_t LastRowEnd(std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_BLOCKS_H_
