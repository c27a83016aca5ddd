// What CSV does to a field in quotes, and undoes.
#ifndef DRAWDOWN_SRC_BASE_CSV_QUOTES_H_
#define DRAWDOWN_SRC_BASE_CSV_QUOTES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/csv_scan.h"
#include "base/csv_split.h"

namespace drawdown {

// What makes quotes around a field necessary.
inline bool NeedsCsvQuotes(char c) {
  return c == ',' || c == '"' || c == '\n' || c == '\r';
}

// Writes what stands between the quotes of a field to `out` with one quote for
// every two; returns its size. Up to kScanBytes after the field are read, and
// after the text written. Lanes up to the widest all do the same.
size_t UndoubleQuotes(std::string_view field, char* out,
                      CsvLanes lanes = WidestCsvLanes());

// Appends the text of every field of `line`, each followed by a NUL. `line` is
// a row in the dialect, without its line end, that quotes just the fields that
// need it.
void AppendCsvTexts(std::string_view line, std::string* out);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CSV_QUOTES_H_
