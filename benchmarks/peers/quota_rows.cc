#include <cstdio>
#include <filesystem>

#include "measure.h"
#include "peer.h"

namespace drawdown {

constexpr double kRoundSeconds = 0.3;

void AddQuotaRow(const std::string& name, QuotaPeer* peer, int callers,
                 std::vector<CallerRow>* rows) {
  if (peer == nullptr) return;
  CallerRow row{name, {}, {}, {}};
  for (int leaf = 0; leaf < callers; ++leaf) {
    const std::shared_ptr<QuotaCaller> caller = peer->NewCaller(leaf);
    row.calls.push_back([caller] { caller->Take(1); });
  }
  rows->push_back(std::move(row));
}

void MeasureAndPrintQuotaPeers(size_t rounds, double base_ns,
                               const std::string& base) {
  const std::string directory = FreshDirectory("quota-peers");
  const auto sqlite =
      NewSqliteQuotas(directory + "/quotas.sqlite", QuotaLevels::kThree);
  const auto postgres = NewPostgresQuotas(QuotaLevels::kThree);
  const auto redis = NewRedisQuotas(QuotaLevels::kThree);
  std::vector<CallerRow> rows;
  AddQuotaRow("SQLite, WAL, FULL; durable", sqlite.get(), 1, &rows);
  for (const int callers : {1, kQuotaLeaves}) {
    AddQuotaRow("PostgreSQL; durable", postgres.get(), callers, &rows);
    AddQuotaRow("Redis, Lua script; in memory", redis.get(), callers, &rows);
  }
  MeasureCallers(&rows, rounds, kRoundSeconds);
  std::printf("%-30s %7s | %9s %10s | x %s\n", "three levels", "callers",
              "calls/s", "us a call", base.c_str());
  for (const CallerRow& row : rows) {
    const double rate = Median(row.rates);
    std::printf("%-30s %7zu | %9.0f %10.1f | %.0f\n", row.name.c_str(),
                row.calls.size(), rate, Median(row.call_us),
                1e9 / rate / base_ns);
  }
  rows.clear();
  std::filesystem::remove_all(directory);
}

}  // namespace drawdown
