#include <cstdio>
#include <cstdlib>

#include "peer.h"

#ifdef DRAWDOWN_HAVE_POSTGRES

#include <libpq-fe.h>

#include <fstream>

namespace drawdown {
namespace {

// Every server process of PostgreSQL begins a session, and with it, where the
// kernel schedules by session, a group of its own. It gets the priority of
// ours, or a busy machine would slow the peer alone.
void ShareSchedulingWith(int pid) {
  std::string group;  // "/autogroup-12 nice -5"
  std::string word;
  std::string nice;
  std::ifstream("/proc/self/autogroup") >> group >> word >> nice;
  if (nice.empty()) return;
  std::ofstream("/proc/" + std::to_string(pid) + "/autogroup") << nice;
}

// A page for each row, with room for new versions of it: no index is touched.
constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS quotas(id int PRIMARY KEY, remaining bigint NOT NULL,
                      filler char(1500) NOT NULL DEFAULT '')
    WITH (fillfactor = 20);
  CREATE OR REPLACE FUNCTION take(n bigint, leaf int, team int, root int)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE quotas SET remaining = remaining - n
      WHERE id = leaf AND remaining >= n;
    IF NOT FOUND THEN RAISE 'leaf'; END IF;
    UPDATE quotas SET remaining = remaining - n
      WHERE id = team AND remaining >= n;
    IF NOT FOUND THEN RAISE 'team'; END IF;
    UPDATE quotas SET remaining = remaining - n
      WHERE id = root AND remaining >= n;
    IF NOT FOUND THEN RAISE 'root'; END IF;
  END $$;
)";
constexpr const char* kTakeOne =
    "UPDATE quotas SET remaining = remaining - $1 "
    "WHERE id = $2 AND remaining >= $1";
constexpr const char* kTakeThree = "SELECT take($1, $2, $3, $4)";

class Connection {
 public:
  explicit Connection(const std::string& sockets)
      : handle_(PQconnectdb(
            ("dbname=postgres user=postgres host=" + sockets).c_str())) {
    if (PQstatus(handle_) != CONNECTION_OK) Fail();
    ShareSchedulingWith(PQbackendPID(handle_));
    Execute("SET client_min_messages = warning; SET synchronous_commit = on");
  }
  ~Connection() { PQfinish(handle_); }
  Connection(const Connection&) = delete;  // Owns the handle.
  Connection& operator=(const Connection&) = delete;

  void Execute(const std::string& sql) { Done(PQexec(handle_, sql.c_str())); }
  void Prepare(const char* sql) {
    Done(PQprepare(handle_, "take", sql, 0, nullptr));
  }
  // How many rows it changed or returned.
  std::string RunPrepared(int count, const char* const* values) {
    PGresult* const result =
        PQexecPrepared(handle_, "take", count, values, nullptr, nullptr, 0);
    const std::string rows = PQcmdTuples(result);
    Done(result);
    return rows;
  }

 private:
  void Done(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
    PQclear(result);
  }
  [[noreturn]] void Fail() {
    std::fprintf(stderr, "postgres: %s\n", PQerrorMessage(handle_));
    std::exit(1);
  }

  PGconn* const handle_;
};

class PostgresCaller : public QuotaCaller {
 public:
  PostgresCaller(const std::string& sockets, QuotaLevels levels, int leaf)
      : connection_(sockets), levels_(static_cast<int>(levels)) {
    connection_.Prepare(levels == QuotaLevels::kOne ? kTakeOne : kTakeThree);
    for (int i = 0; i < 3; ++i) {
      rows_[i] = std::to_string(QuotaRowsOf(leaf)[i]);
    }
  }
  void Take(int64_t amount) override {
    const std::string text = std::to_string(amount);
    const char* const values[] = {text.c_str(), rows_[0].c_str(),
                                  rows_[1].c_str(), rows_[2].c_str()};
    if (connection_.RunPrepared(1 + levels_, values) == "1") return;
    std::fprintf(stderr, "postgres: refused\n");
    std::exit(1);
  }

 private:
  Connection connection_;
  const int levels_;
  std::array<std::string, 3> rows_;
};

class PostgresQuotas : public QuotaPeer {
 public:
  PostgresQuotas(const std::string& sockets, QuotaLevels levels)
      : sockets_(sockets), levels_(levels) {
    Connection connection(sockets_);
    connection.Execute(kSchema);
    connection.Execute(
        "INSERT INTO quotas SELECT i, " + std::to_string(kQuotaPlenty) +
        " FROM generate_series(0, " + std::to_string(kQuotaRows - 1) +
        ") i ON CONFLICT DO NOTHING");
  }
  std::unique_ptr<QuotaCaller> NewCaller(int leaf) override {
    return std::make_unique<PostgresCaller>(sockets_, levels_, leaf);
  }

 private:
  const std::string sockets_;
  const QuotaLevels levels_;
};

}  // namespace

std::unique_ptr<QuotaPeer> NewPostgresQuotas(QuotaLevels levels) {
  const char* const sockets = std::getenv("DRAWDOWN_POSTGRES_SOCKETS");
  if (sockets == nullptr) {
    std::printf("no PostgreSQL: benchmarks/peers/with_servers.sh starts one\n");
    return nullptr;
  }
  return std::make_unique<PostgresQuotas>(sockets, levels);
}

}  // namespace drawdown

#else

namespace drawdown {

std::unique_ptr<QuotaPeer> NewPostgresQuotas(QuotaLevels) {
  std::printf("built without libpq-dev: PostgreSQL left out\n");
  return nullptr;
}

}  // namespace drawdown

#endif
