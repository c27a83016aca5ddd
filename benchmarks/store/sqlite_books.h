// The same records in SQLite: a row per run and a journal entry per run, in
// write-ahead mode with every commit synced.
#ifndef DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_
#define DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "drawdown/run.h"

namespace drawdown {

// Imports `runs` into a new database in `directory`, `batch` rows to a
// transaction. Returns the seconds from the first insert to the last commit;
// opening, making tables and closing (which checkpoints) are not counted.
double ImportIntoSqlite(const std::vector<RunRow>& runs, size_t batch,
                        const std::string& directory);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_
