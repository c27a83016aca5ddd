// What it costs elsewhere to take from three levels of quota, if there is room
// at each: within a process, and by a call to a server or a database.
//
//   admission_benchmark [--rounds N] [--server-rounds N]
//
// Databases work below the current directory.
#include <cstdio>
#include <filesystem>
#include <vector>

#include "callers.h"
#include "measure.h"
#include "memory_quotas.h"
#include "peer.h"
#include "rounds.h"

namespace drawdown {
namespace {

constexpr double kRoundSeconds = 0.3;

void Run(size_t rounds, size_t server_rounds) {
  std::vector<Kernel> kernels;
  AddMemoryQuotas(&kernels);
  const KernelTable table = RunAndPrint(kernels, rounds);
  const double words_ns = table.two.front().median;

  const std::string directory = FreshDirectory("admission-benchmark");
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
  MeasureCallers(&rows, server_rounds, kRoundSeconds);
  std::printf("%-30s %7s | %9s %10s | %s\n", "three levels", "callers",
              "calls/s", "us a call", "x a CAS loop on two threads");
  for (const CallerRow& row : rows) {
    const double rate = Median(row.rates);
    std::printf("%-30s %7zu | %9.0f %10.1f | %.0f\n", row.name.c_str(),
                row.calls.size(), rate, Median(row.call_us),
                1e9 / rate / words_ns);
  }
  rows.clear();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t rounds = drawdown::OptionOr(argc, argv, "rounds", 100);
  const size_t server_rounds =
      drawdown::OptionOr(argc, argv, "server-rounds", 7);
  std::printf("%zu rounds, medians; load average %s\n", rounds,
              drawdown::LoadAverage().c_str());
  drawdown::Run(rounds, server_rounds);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
