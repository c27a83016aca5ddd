#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

#include "peer.h"

namespace drawdown {
namespace {

constexpr const char* kSettings = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE quotas(id INTEGER PRIMARY KEY, remaining INTEGER NOT NULL);
)";
constexpr const char* kTake =
    "UPDATE quotas SET remaining = remaining - ?1 "
    "WHERE id IN (?2, ?3, ?4) AND remaining >= ?1";

class Database {
 public:
  explicit Database(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &handle_));
    Execute(kSettings);
    Execute("BEGIN");
    for (int row = 0; row < kQuotaRows; ++row) {
      const std::string sql = "INSERT INTO quotas VALUES (" +
                              std::to_string(row) + ", " +
                              std::to_string(kQuotaPlenty) + ")";
      Execute(sql.c_str());
    }
    Execute("COMMIT");
  }
  ~Database() { sqlite3_close_v2(handle_); }
  Database(const Database&) = delete;  // Owns the handle.
  Database& operator=(const Database&) = delete;

  void Check(int code) const {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(handle_));
    std::exit(1);
  }
  void Execute(const char* sql) const {
    Check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
  }
  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

class SqliteCaller : public QuotaCaller {
 public:
  SqliteCaller(const Database* database, QuotaLevels levels, int leaf)
      : database_(database), levels_(static_cast<int>(levels)) {
    begin_ = Prepare("BEGIN IMMEDIATE");
    take_ = Prepare(kTake);
    commit_ = Prepare("COMMIT");
    // The lower levels' rows stay unbound, that is NULL, for one level.
    for (int i = 0; i < levels_; ++i) {
      database_->Check(sqlite3_bind_int(take_, 2 + i, QuotaRowsOf(leaf)[i]));
    }
  }
  ~SqliteCaller() override {
    for (sqlite3_stmt* one : {begin_, take_, commit_}) sqlite3_finalize(one);
  }

  void Take(int64_t amount) override {
    Step(begin_);
    database_->Check(sqlite3_bind_int64(take_, 1, amount));
    Step(take_);
    if (sqlite3_changes(database_->handle()) != levels_) {
      std::fprintf(stderr, "sqlite: refused\n");
      std::exit(1);
    }
    Step(commit_);
  }

 private:
  sqlite3_stmt* Prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    database_->Check(sqlite3_prepare_v3(database_->handle(), sql, -1,
                                        SQLITE_PREPARE_PERSISTENT, &statement,
                                        nullptr));
    return statement;
  }
  void Step(sqlite3_stmt* statement) const {
    database_->Check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  const Database* const database_;
  const int levels_;
  sqlite3_stmt* begin_;
  sqlite3_stmt* take_;
  sqlite3_stmt* commit_;
};

class SqliteQuotas : public QuotaPeer {
 public:
  SqliteQuotas(const std::string& path, QuotaLevels levels)
      : database_(path), levels_(levels) {}
  std::unique_ptr<QuotaCaller> NewCaller(int leaf) override {
    return std::make_unique<SqliteCaller>(&database_, levels_, leaf);
  }

 private:
  const Database database_;
  const QuotaLevels levels_;
};

}  // namespace

std::unique_ptr<QuotaPeer> NewSqliteQuotas(const std::string& path,
                                           QuotaLevels levels) {
  return std::make_unique<SqliteQuotas>(path, levels);
}

}  // namespace drawdown
