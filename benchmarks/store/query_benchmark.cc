// How fast the books answer: one tenant's month out of seven years, and a
// cluster's usage by tenant and day.
//
//   query_benchmark [--tenants N] [--pools N] [--hours MEAN] [--queries N]
//
// Every pool of every tenant holds one run after the other for seven years, of
// MEAN hours on average: every bucket has usage, about 2/MEAN of them a record.
// Works below the current directory, which must be on the disk to be measured.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "drawdown/ledger.h"
#include "measure.h"
#include "workload.h"

namespace drawdown {
namespace {

constexpr size_t kRowsPerCall = 65'536;
constexpr int kMonths = 84;
constexpr int kClusterQueries = 50;
constexpr size_t kClusterRuns = 82'247;

int64_t MonthStart(int64_t month) {
  const absl::CivilMonth civil = absl::CivilMonth(2026, 1) + month;
  return absl::ToUnixMicros(absl::FromCivil(civil, absl::UTCTimeZone()));
}

std::unique_ptr<Ledger> NewLedger(const std::string& directory) {
  OpenOptions options;
  options.create_if_missing = true;
  options.now_us = [] { return MonthStart(kMonths); };
  auto ledger = Ledger::Open(directory, options);
  Expect(ledger.status());
  return *std::move(ledger);
}

std::string TenantName(size_t tenant) {
  char name[32];
  std::snprintf(name, sizeof name, "acme/team%04zu", tenant);
  return name;
}

// Posts generated runs in batches and counts the cells that must come of them.
class SevenYears {
 public:
  SevenYears(Ledger* ledger, size_t hours) : ledger_(ledger), hours_(hours) {}

  void Fill(size_t tenants, size_t pools) {
    for (size_t tenant = 0; tenant < tenants; ++tenant) {
      for (size_t pool = 0; pool < pools; ++pool) FillSeries(tenant, pool);
    }
    Flush();
  }
  uint64_t runs() const { return runs_; }
  uint64_t cells() const { return cells_; }

 private:
  void FillSeries(size_t tenant, size_t pool) {
    char prefix[32];
    std::snprintf(prefix, sizeof prefix, "t%04zu-p%02zu-", tenant, pool);
    last_cell_ = 0;
    int64_t at_us = MonthStart(0);
    for (int number = 100'000; at_us < MonthStart(kMonths); ++number) {
      RunRow run;
      run.key.run_id = prefix + std::to_string(number);
      run.tenant = TenantName(tenant);
      run.pool = "aws/region-" + std::to_string(pool) + "/h100";
      run.micro_gpus = kMicroGpusPerGpu << random_.Below(7);
      run.start_us = at_us;
      const int64_t mean_seconds = static_cast<int64_t>(hours_) * 3'600;
      at_us +=
          (mean_seconds / 2 + random_.Below(mean_seconds)) * kMicrosPerSecond;
      if (at_us < MonthStart(kMonths)) run.end_us = at_us;
      CountCells(run);
      batch_.push_back(std::move(run));
      if (batch_.size() == kRowsPerCall) Flush();
    }
  }

  // A start and an end each touch their bucket and the next.
  void CountCells(const RunRow& run) {
    CountCell(*run.start_us / kMicrosPerHour);
    CountCell(*run.start_us / kMicrosPerHour + 1);
    if (!run.end_us) return;
    CountCell((*run.end_us - 1) / kMicrosPerHour);
    CountCell((*run.end_us - 1) / kMicrosPerHour + 1);
  }
  void CountCell(int64_t bucket) {
    if (bucket <= last_cell_) return;
    last_cell_ = bucket;
    ++cells_;
  }

  void Flush() {
    Expect(ledger_->ImportRuns(batch_).status());
    runs_ += batch_.size();
    batch_.clear();
  }

  Ledger* const ledger_;
  const size_t hours_;
  Random random_{7};
  std::vector<RunRow> batch_;
  int64_t last_cell_ = 0;
  uint64_t runs_ = 0;
  uint64_t cells_ = 0;
};

double QuerySeconds(const Ledger& ledger, const UsageQuery& query) {
  const auto start = std::chrono::steady_clock::now();
  const auto answer = ledger.Usage(query);
  const double seconds = SecondsSince(start);
  Expect(answer.status());
  if (answer->total.zero()) Expect(absl::InternalError("no usage was found"));
  return seconds;
}

void MeasureMonths(size_t tenants, size_t pools, size_t hours, size_t queries) {
  const std::string directory = FreshDirectory("query-benchmark.books");
  const std::unique_ptr<Ledger> ledger = NewLedger(directory);
  SevenYears years(ledger.get(), hours);
  years.Fill(tenants, pools);
  Random random(3);
  std::vector<double> micros;
  for (size_t i = 0; i < queries; ++i) {
    UsageQuery query;
    query.tenant = TenantName(random.Below(static_cast<int64_t>(tenants)));
    const int64_t month = random.Below(kMonths);
    query.from_us = MonthStart(month);
    query.to_us = MonthStart(month + 1);
    micros.push_back(QuerySeconds(*ledger, query) * 1e6);
  }
  std::printf(
      "a tenant's month of seven years, %zu tenants x %zu pools, %llu runs, "
      "%llu cells: p50 %.0f us, p99 %.0f us over %zu months\n",
      tenants, pools, static_cast<unsigned long long>(years.runs()),
      static_cast<unsigned long long>(years.cells()), Median(micros),
      Percentile(micros, 0.99), queries);
  std::filesystem::remove_all(directory);
}

void MeasureCluster() {
  const std::string directory = FreshDirectory("query-benchmark.books");
  const std::unique_ptr<Ledger> ledger = NewLedger(directory);
  const std::vector<RunRow> runs = PhillyRuns(kClusterRuns);
  for (size_t i = 0; i < runs.size(); i += kRowsPerCall) {
    const size_t count = std::min(kRowsPerCall, runs.size() - i);
    Expect(ledger->ImportRuns(std::span(runs).subspan(i, count)).status());
  }
  UsageQuery query;
  query.by = {UsageDimension::kTenant, UsageDimension::kDay};
  std::vector<double> millis;
  for (int i = 0; i < kClusterQueries; ++i) {
    millis.push_back(QuerySeconds(*ledger, query) * 1e3);
  }
  std::printf("usage by tenant and day, %zu runs: median %.1f ms of %d\n",
              kClusterRuns, Median(millis), kClusterQueries);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF,
               0);  // Lines as they come, also in a log.
  const auto option = [&](const char* name, size_t otherwise) {
    return drawdown::OptionOr(argc, argv, name, otherwise);
  };
  drawdown::MeasureMonths(option("tenants", 200), option("pools", 5),
                          option("hours", 24), option("queries", 1'000));
  drawdown::MeasureCluster();
}
