#include "sqlite_books.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "workload.h"

namespace drawdown {
namespace {

constexpr const char* kSchema = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE names(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
  CREATE TABLE runs(
    run_id TEXT NOT NULL, attempt INTEGER NOT NULL, tenant INTEGER NOT NULL,
    pool INTEGER NOT NULL, state INTEGER NOT NULL, sequence INTEGER NOT NULL,
    micro_gpus INTEGER NOT NULL, start_us INTEGER, end_us INTEGER,
    source_state TEXT NOT NULL,
    PRIMARY KEY(run_id, attempt)) WITHOUT ROWID;
  CREATE TABLE journal(
    sequence INTEGER PRIMARY KEY, recorded_us INTEGER NOT NULL,
    kind INTEGER NOT NULL, run_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    tenant INTEGER NOT NULL, pool INTEGER NOT NULL,
    micro_gpus INTEGER NOT NULL, start_us INTEGER, end_us INTEGER,
    source_state TEXT NOT NULL);
)";
constexpr const char* kInsertRun =
    "INSERT INTO runs(run_id, attempt, tenant, pool, state, sequence, "
    "micro_gpus, start_us, end_us, source_state) "
    "VALUES (?1, ?2, ?3, ?4, 3, ?5, ?6, ?7, ?8, ?9)";
constexpr const char* kInsertEntry =
    "INSERT INTO journal(run_id, attempt, tenant, pool, kind, sequence, "
    "micro_gpus, start_us, end_us, source_state, recorded_us) "
    "VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr const char* kInsertName =
    "INSERT INTO names(id, path) VALUES (?1, ?2)";

// One database and its prepared statements.
class SqliteBooks {
 public:
  explicit SqliteBooks(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &database_));
    Execute(kSchema);
    run_ = Prepare(kInsertRun);
    entry_ = Prepare(kInsertEntry);
    name_ = Prepare(kInsertName);
  }
  ~SqliteBooks() {
    for (sqlite3_stmt* statement : {run_, entry_, name_}) {
      sqlite3_finalize(statement);
    }
    Check(sqlite3_close(database_));
  }
  SqliteBooks(const SqliteBooks&) = delete;  // Owns the database.
  SqliteBooks& operator=(const SqliteBooks&) = delete;

  void Execute(const char* sql) {
    Check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr));
  }

  void Insert(const RunRow& run) {
    const int64_t tenant = Intern(run.tenant);
    const int64_t pool = Intern(run.pool);
    ++sequence_;
    for (sqlite3_stmt* statement : {run_, entry_}) {
      BindText(statement, 1, run.key.run_id);
      BindInteger(statement, 2, run.key.attempt);
      BindInteger(statement, 3, tenant);
      BindInteger(statement, 4, pool);
      BindInteger(statement, 5, sequence_);
      BindInteger(statement, 6, run.micro_gpus);
      BindInteger(statement, 7, *run.start_us);
      BindInteger(statement, 8, *run.end_us);
      BindText(statement, 9, run.state);
    }
    BindInteger(entry_, 10, kFirstStartUs);
    Step(run_);
    Step(entry_);
  }

 private:
  void Check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr));
    return statement;
  }
  void BindText(sqlite3_stmt* statement, int at, const std::string& text) {
    Check(sqlite3_bind_text(statement, at, text.data(),
                            static_cast<int>(text.size()), SQLITE_STATIC));
  }
  void BindInteger(sqlite3_stmt* statement, int at, int64_t value) {
    Check(sqlite3_bind_int64(statement, at, value));
  }
  void Step(sqlite3_stmt* statement) {
    Check(sqlite3_step(statement));
    Check(sqlite3_reset(statement));
  }
  int64_t Intern(const std::string& path) {
    const auto [it, inserted] = names_.try_emplace(path, names_.size());
    if (inserted) {
      BindInteger(name_, 1, it->second);
      BindText(name_, 2, path);
      Step(name_);
    }
    return it->second;
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* run_ = nullptr;
  sqlite3_stmt* entry_ = nullptr;
  sqlite3_stmt* name_ = nullptr;
  int64_t sequence_ = 0;
  std::map<std::string, int64_t> names_;
};

}  // namespace

double ImportIntoSqlite(const std::vector<RunRow>& runs, size_t batch,
                        const std::string& directory) {
  SqliteBooks books(directory + "/books.db");
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < runs.size(); ++i) {
    if (i % batch == 0) books.Execute("BEGIN");
    books.Insert(runs[i]);
    if ((i + 1) % batch == 0 || i + 1 == runs.size()) books.Execute("COMMIT");
  }
  return SecondsSince(start);
}

}  // namespace drawdown
