#include "sqlite_books.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <unordered_map>

#include "base/crc32c.h"
#include "ledger/buckets.h"
#include "ledger/cell_deltas.h"
#include "workload.h"

namespace drawdown {
namespace {

// The file is locked once instead of per transaction, and the pages of an
// import fit the cache.
constexpr const char* kSettings = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -524288;
)";
constexpr const char* kSchema = R"(
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
    source_state TEXT NOT NULL, crc INTEGER);
  CREATE TABLE cells(
    tenant INTEGER NOT NULL, pool INTEGER NOT NULL, bucket INTEGER NOT NULL,
    recorded INTEGER NOT NULL, partial INTEGER NOT NULL,
    level_change INTEGER NOT NULL, last_edge_us INTEGER NOT NULL,
    PRIMARY KEY(tenant, pool, bucket)) WITHOUT ROWID;
  CREATE TABLE levels(
    tenant INTEGER NOT NULL, pool INTEGER NOT NULL, chunk INTEGER NOT NULL,
    level_change INTEGER NOT NULL,
    PRIMARY KEY(tenant, pool, chunk)) WITHOUT ROWID;
)";
constexpr const char* kInsertRun =
    "INSERT INTO runs(run_id, attempt, tenant, pool, state, sequence, "
    "micro_gpus, start_us, end_us, source_state) "
    "VALUES (?1, ?2, ?3, ?4, 3, ?5, ?6, ?7, ?8, ?9)";
constexpr const char* kInsertEntry =
    "INSERT INTO journal(run_id, attempt, tenant, pool, kind, sequence, "
    "micro_gpus, start_us, end_us, source_state, recorded_us, crc) "
    "VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
constexpr const char* kInsertName =
    "INSERT INTO names(id, path) VALUES (?1, ?2)";
constexpr const char* kAddCell =
    "INSERT INTO cells VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6) "
    "ON CONFLICT DO UPDATE SET partial = partial + excluded.partial, "
    "level_change = level_change + excluded.level_change, "
    "last_edge_us = max(last_edge_us, excluded.last_edge_us)";
constexpr const char* kAddLevel =
    "INSERT INTO levels VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO UPDATE SET "
    "level_change = level_change + excluded.level_change";

// One database and its prepared statements.
class SqliteBooks {
 public:
  SqliteBooks(const std::string& path, SqliteRecords records)
      : records_(records) {
    Check(sqlite3_open_v2(
        path.c_str(), &database_,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
        nullptr));
    Execute(kSettings);
    Execute(kSchema);
    run_ = Prepare(kInsertRun);
    entry_ = Prepare(kInsertEntry);
    name_ = Prepare(kInsertName);
    cell_ = Prepare(kAddCell);
    level_ = Prepare(kAddLevel);
  }
  ~SqliteBooks() {
    for (sqlite3_stmt* statement : {run_, entry_, name_, cell_, level_}) {
      sqlite3_finalize(statement);
    }
    Check(sqlite3_close(database_));
  }
  SqliteBooks(const SqliteBooks&) = delete;  // Owns the database.
  SqliteBooks& operator=(const SqliteBooks&) = delete;

  void Begin() {
    Execute("BEGIN");
    cells_ = std::make_unique<CellDeltas>();
  }
  void Commit() {
    if (records_ == SqliteRecords::kSameAsDrawdown) FlushCells();
    Execute("COMMIT");
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
    if (records_ == SqliteRecords::kSameAsDrawdown) {
      BindInteger(entry_, 11, ChecksumOf(run, tenant, pool));
      AddCells(run, tenant, pool);
    }
    Step(run_);
    Step(entry_);
  }

 private:
  void Execute(const char* sql) {
    Check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr));
  }
  void Check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &statement, nullptr));
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
    const auto known = names_.find(path);
    if (known != names_.end()) return known->second;
    const auto id = static_cast<int64_t>(names_.size());
    names_.emplace(path, id);
    BindInteger(name_, 1, id);
    BindText(name_, 2, path);
    Step(name_);
    return id;
  }

  int64_t ChecksumOf(const RunRow& run, int64_t tenant, int64_t pool) {
    const int64_t numbers[] = {sequence_,  run.key.attempt, tenant,
                               pool,       run.micro_gpus,  *run.start_us,
                               *run.end_us};
    const std::string_view bytes(reinterpret_cast<const char*>(numbers),
                                 sizeof numbers);
    return Crc32c(run.state, Crc32c(run.key.run_id, Crc32c(bytes)));
  }

  // Added up in memory for each commit, as drawdown does.
  void AddCells(const RunRow& run, int64_t tenant, int64_t pool) {
    const Segment segment = {*run.start_us, run.end_us, run.micro_gpus};
    VisitSegmentEdges(segment, kMicrosPerHour, +1,
                      [&](const SegmentEdge& edge) {
                        cells_->AddEdge(static_cast<uint32_t>(tenant),
                                        static_cast<uint32_t>(pool), edge);
                      });
  }

  // In the order of keys.
  void FlushCells() {
    std::vector<std::pair<CellKey, int64_t>> levels;
    Expect(cells_->VisitInOrder([&](const CellKey& at, const Cell& cell) {
      const CellKey chunk = {at.tenant, at.pool, ChunkOf(at.bucket)};
      if (levels.empty() || levels.back().first != chunk) {
        levels.push_back({chunk, 0});
      }
      const auto change = static_cast<int64_t>(cell.level_change);
      levels.back().second += change;
      BindKey(cell_, at);
      BindInteger(cell_, 4, static_cast<int64_t>(cell.partial.count()));
      BindInteger(cell_, 5, change);
      BindInteger(cell_, 6, cell.last_edge_us);
      Step(cell_);
      return absl::OkStatus();
    }));
    for (const auto& [chunk, change] : levels) {
      BindKey(level_, chunk);
      BindInteger(level_, 4, change);
      Step(level_);
    }
  }
  void BindKey(sqlite3_stmt* statement, const CellKey& key) {
    BindInteger(statement, 1, key.tenant);
    BindInteger(statement, 2, key.pool);
    BindInteger(statement, 3, key.bucket);
  }

  const SqliteRecords records_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* run_ = nullptr;
  sqlite3_stmt* entry_ = nullptr;
  sqlite3_stmt* name_ = nullptr;
  sqlite3_stmt* cell_ = nullptr;
  sqlite3_stmt* level_ = nullptr;
  int64_t sequence_ = 0;
  std::unordered_map<std::string, int64_t> names_;
  std::unique_ptr<CellDeltas> cells_;
};

}  // namespace

void ConfigureSqlite() {
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

double ImportIntoSqlite(const std::vector<RunRow>& runs, size_t batch,
                        SqliteRecords records, const std::string& directory) {
  SqliteBooks books(directory + "/books.db", records);
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < runs.size(); ++i) {
    if (i % batch == 0) books.Begin();
    books.Insert(runs[i]);
    if ((i + 1) % batch == 0 || i + 1 == runs.size()) books.Commit();
  }
  return SecondsSince(start);
}

}  // namespace drawdown
