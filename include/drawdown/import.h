// Bulk imports: how files are read and what came of it. Plain values.
#ifndef DRAWDOWN_IMPORT_H_
#define DRAWDOWN_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drawdown {

struct ImportOptions {
  // Refuse unknown tenants and pools instead of creating them.
  bool strict = false;
  // IANA zone of naive times; empty: a naive time is an error.
  std::string zone;
  // Our column name -> the file's ("run_id" -> "job_id").
  std::vector<std::pair<std::string, std::string>> columns;
  // Our column name -> a constant for every row ("pool" -> "msr/philly/gpu").
  std::vector<std::pair<std::string, std::string>> constants;
  // Bad rows named in the error before it says "and N more".
  size_t max_problems = 20;
  // Rows posted in one transaction, 1 to 65,536 (which keeps a transaction
  // under LMDB's dirty page limit whatever the order of keys).
  size_t rows_per_transaction = 65'536;
};

struct ImportResult {
  uint64_t rows = 0;      // data rows read
  uint64_t inserted = 0;  // new runs, usage or capacity records
  uint64_t updated =
      0;  // gave an open run's end or a never started one's start
  uint64_t unchanged = 0;  // already in the books
  uint64_t open = 0;       // without an end
  // Of `rows`; from sacct beside them, because those are not posted.
  uint64_t never_started = 0;
  uint64_t zero_gpu = 0;
  std::vector<std::string> notes;
};

// Called from the importing thread, at most every 100 ms. `phase` is
// "validating" or "posting".
using ProgressCallback =
    std::function<void(std::string_view phase, uint64_t done, uint64_t total)>;

}  // namespace drawdown

#endif  // DRAWDOWN_IMPORT_H_
