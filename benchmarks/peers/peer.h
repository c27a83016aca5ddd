// What others hold quotas with: "take n if n is left, at every level", in their
// best setting for it.
//
// Three levels: a leaf of its own for each caller, eight teams of leaves, one
// root. One level: the leaf alone. There is always enough left.
#ifndef DRAWDOWN_BENCHMARKS_PEERS_PEER_H_
#define DRAWDOWN_BENCHMARKS_PEERS_PEER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "callers.h"

namespace drawdown {

enum class QuotaLevels { kOne = 1, kThree = 3 };

inline constexpr int kQuotaLeaves = 64;
inline constexpr int kQuotaTeams = 8;
inline constexpr int kQuotaRows = 1 + kQuotaTeams + kQuotaLeaves;
inline constexpr int64_t kQuotaPlenty = int64_t{1} << 60;

// Rows of a leaf, its team and the root.
inline std::array<int, 3> QuotaRowsOf(int leaf) {
  return {1 + kQuotaTeams + leaf, 1 + leaf % kQuotaTeams, 0};
}

// For one thread: a connection of its own.
class QuotaCaller {
 public:
  virtual ~QuotaCaller() = default;
  // One answered call; exits the program where it is refused or fails.
  virtual void Take(int64_t amount) = 0;
};

class QuotaPeer {
 public:
  virtual ~QuotaPeer() = default;
  virtual std::unique_ptr<QuotaCaller> NewCaller(int leaf) = 0;
};

// A row of `callers` that take, each from a leaf of its own; nothing where the
// peer is null.
void AddQuotaRow(const std::string& name, QuotaPeer* peer, int callers,
                 std::vector<CallerRow>* rows);

// All that are there, with three levels: calls a second, microseconds a call,
// and its ratio to something that takes `base_ns`. SQLite works below the
// current directory.
void MeasureAndPrintQuotaPeers(size_t rounds, double base_ns,
                               const std::string& base);

// Durable: write-ahead log, synchronous=FULL. One writer at a time.
std::unique_ptr<QuotaPeer> NewSqliteQuotas(const std::string& path,
                                           QuotaLevels levels);
// Durable: synchronous_commit=on. Null, and a line that says so, where libpq or
// the server ($DRAWDOWN_POSTGRES_SOCKETS, a directory) is not there.
std::unique_ptr<QuotaPeer> NewPostgresQuotas(QuotaLevels levels);
// In memory, not durable. Null, and a line that says so, where hiredis or the
// server ($DRAWDOWN_REDIS_SOCKET) is not there.
std::unique_ptr<QuotaPeer> NewRedisQuotas(QuotaLevels levels);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_PEERS_PEER_H_
