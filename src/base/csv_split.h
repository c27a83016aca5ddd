// Splits rows that have nothing doubtful, 64 bytes at a time.
#ifndef DRAWDOWN_SRC_BASE_CSV_SPLIT_H_
#define DRAWDOWN_SRC_BASE_CSV_SPLIT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace drawdown {

enum class LineEnd : uint8_t { kUnknown, kLf, kCrLf };

// Where the bytes of a field end, as an offset into memory; this bit is set
// where they are in quotes.
using CsvStop = uint32_t;
inline constexpr CsvStop kCsvQuoted = CsvStop{1} << 31;

// How many more stops than bytes there is room for.
inline constexpr size_t kCsvStopSlack = 64;

// A row as it lies in the input.
struct CsvSplitRow {
  uint32_t next = 0;         // offset after its line end
  uint32_t line_feeds = 0;   // within quotes
  bool ascii = true;         // errs toward false
  bool quoted = false;       // some field is; the others err toward true
  bool doubled = false;      // some field has two quotes for one
  bool null_ending = false;  // some field ends in L, l or N
};

struct CsvStretch {
  const char* memory = nullptr;  // what offsets are of
  uint32_t begin = 0;            // where a row starts
  uint32_t end = 0;
  size_t width = 0;  // the fields that each row has
  LineEnd line_end = LineEnd::kUnknown;
  // Room for one for each byte, and kCsvStopSlack.
  CsvStop* stops = nullptr;
};

// The instructions that a splitter uses.
enum class CsvLanes : uint8_t { kNarrow, kAvx2, kAvx512 };

// The widest that the processor has.
CsvLanes WidestCsvLanes();

// Appends the rows of `stretch` to `rows` and writes the stops of each, up to
// the first that is not whole with up to 63 bytes after it, is blank, has
// another width, or is anything but sure to be in the dialect. Lanes up to the
// widest all do the same.
void SplitCsv(const CsvStretch& stretch, std::vector<CsvSplitRow>* rows,
              CsvLanes lanes = WidestCsvLanes());

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_SPLIT_H_
