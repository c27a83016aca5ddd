// Runs into SQLite as one would keep them there: the peer of import_benchmark.
#ifndef DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_
#define DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "drawdown/run.h"

namespace drawdown {

enum class SqliteRecords {
  kSameAsDrawdown,  // names, runs, journal with checksums, cells, levels
  kRunsAndJournal,  // no checksums, and nothing a usage query could read
};

// Call before any other use of SQLite: one thread, no statistics.
void ConfigureSqlite();

// Creates `directory`/books.db and commits the runs in transactions of `batch`
// rows, each durable (WAL, synchronous=FULL). Returns the seconds from the
// first row to the last commit.
double ImportIntoSqlite(const std::vector<RunRow>& runs, size_t batch,
                        SqliteRecords records, const std::string& directory);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_STORE_SQLITE_BOOKS_H_
