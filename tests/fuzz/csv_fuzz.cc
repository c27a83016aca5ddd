// Any bytes are rows of the header's width or an error, and rows that were read
// are read again from what the writer makes of them.
#include <string>
#include <vector>

#include "base/check.h"
#include "base/csv.h"

namespace drawdown {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Header and rows; nothing if it is refused.
bool Read(const std::string& text, Rows* rows) {
  const auto source = MemorySource("fuzz", text);
  CsvLimits limits;
  limits.max_field_bytes = 512;
  limits.max_row_bytes = 2048;
  limits.max_columns = 32;
  limits.max_rows = 256;
  CsvReader reader(source.get(), limits);
  if (!reader.ReadHeader().ok()) return false;
  rows->push_back(reader.header());
  while (true) {
    const auto more = reader.Next();
    if (!more.ok()) return false;
    if (!*more) return true;
    CHECK(reader.fields().size() == reader.header().size());
    auto& row = rows->emplace_back();
    for (const std::string_view field : reader.fields()) {
      CHECK(field.size() <= limits.max_field_bytes);
      row.emplace_back(field);
    }
  }
}

}  // namespace
}  // namespace drawdown

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  Rows rows;
  if (!Read(std::string(reinterpret_cast<const char*>(data), size), &rows)) {
    return 0;
  }
  // At the very start of a file a mark is not part of its first field, and what
  // other formats begin with is refused.
  for (const char* const start :
       {"\xef\xbb\xbf", "PK", "PAR1", "<", "{", "["}) {
    if (rows[0][0].starts_with(start)) return 0;
  }
  std::string written;
  for (const auto& row : rows) {
    // A row of one empty field would be a blank line.
    if (row.size() == 1 && row[0].empty()) return 0;
    for (const std::string& field : row) {
      AppendCsvField(field, &written);
      written += ',';
    }
    written.back() = '\n';
  }
  if (written.size() > 2048) return 0;
  Rows again;
  CHECK(Read(written, &again));
  CHECK(rows == again);
  return 0;
}
