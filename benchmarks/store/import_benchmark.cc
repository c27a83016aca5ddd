// How fast runs get into the books for good, beside SQLite doing the same
// records. Durable runs from start to end, one kind after the other in every
// round, so that whatever else the machine does hits all of them.
//
//   import_benchmark [--runs N] [--rounds N]
//
// Works below the current directory, which must be on the disk to be measured.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <span>

#include "drawdown/ledger.h"
#include "sqlite_books.h"
#include "workload.h"

namespace drawdown {
namespace {

constexpr size_t kRowsPerCall = 65'536;
constexpr const char* kCsvPath = "import-benchmark.csv";

std::unique_ptr<Ledger> NewLedger(const std::string& directory) {
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(directory, options);
  Expect(ledger.status());
  return *std::move(ledger);
}

double ImportRows(const std::vector<RunRow>& runs,
                  const std::string& directory) {
  const std::unique_ptr<Ledger> ledger = NewLedger(directory);
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < runs.size(); i += kRowsPerCall) {
    const size_t count = std::min(kRowsPerCall, runs.size() - i);
    Expect(ledger->ImportRuns(std::span(runs).subspan(i, count)).status());
  }
  return SecondsSince(start);
}

double ImportFile(const std::string& directory) {
  const std::unique_ptr<Ledger> ledger = NewLedger(directory);
  const auto start = std::chrono::steady_clock::now();
  Expect(ledger->ImportRunFiles({kCsvPath}).status());
  return SecondsSince(start);
}

uint64_t BytesIn(const std::string& directory) {
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}

// One of the things measured, round by round: its seconds, the processor's
// (opening and closing included) and bytes on disk.
struct Contender {
  const char* name;
  std::vector<double> seconds;
  std::vector<double> cpu_seconds;
  uint64_t peak_bytes = 0;

  template <typename Import>
  void Measure(const Import& import) {
    const std::string directory = FreshDirectory("import-benchmark.books");
    const std::clock_t cpu_start = std::clock();
    seconds.push_back(import(directory));
    cpu_seconds.push_back(static_cast<double>(std::clock() - cpu_start) /
                          CLOCKS_PER_SEC);
    peak_bytes = std::max(peak_bytes, BytesIn(directory));
    std::filesystem::remove_all(directory);
  }
  void Print(size_t runs, double reference) const {
    const double median = Median(seconds);
    const auto count = static_cast<double>(runs);
    std::printf(
        "%-24s %8.0f runs/s  %5.2f x SQLite  %5.2f us of CPU a run  "
        "%6.1f MB on disk\n",
        name, count / median, reference / median,
        Median(cpu_seconds) / count * 1e6,
        static_cast<double>(peak_bytes) / 1e6);
  }
};

// The fastest rows per transaction for SQLite here.
size_t BestSqliteBatch(const std::vector<RunRow>& runs) {
  size_t best = 0;
  double best_seconds = 0;
  for (const size_t batch : {10'000, 65'536, 1'000'000}) {
    Contender sqlite{"SQLite"};
    for (int i = 0; i < 2; ++i) {
      sqlite.Measure([&](const std::string& directory) {
        return ImportIntoSqlite(runs, batch, directory);
      });
    }
    const double seconds =
        *std::min_element(sqlite.seconds.begin(), sqlite.seconds.end());
    std::printf("SQLite, %zu rows a commit: %.0f runs/s\n", batch,
                static_cast<double>(runs.size()) / seconds);
    if (best == 0 || seconds < best_seconds) {
      best = batch;
      best_seconds = seconds;
    }
  }
  return best;
}

// Median of the ratios of each round.
double PairedRatio(const std::vector<double>& slow,
                   const std::vector<double>& fast) {
  std::vector<double> ratios;
  for (size_t i = 0; i < slow.size(); ++i) ratios.push_back(slow[i] / fast[i]);
  return Median(ratios);
}

void Run(size_t run_count, size_t rounds) {
  const std::vector<RunRow> runs = PhillyRuns(run_count);
  WriteRunsCsv(runs, kCsvPath);
  const size_t batch = BestSqliteBatch(runs);
  Contender rows{"drawdown, rows in memory"};
  Contender file{"drawdown, CSV file"};
  Contender sqlite{"SQLite (WAL, FULL)"};
  for (size_t round = 0; round < rounds; ++round) {
    rows.Measure([&](const auto& at) { return ImportRows(runs, at); });
    sqlite.Measure(
        [&](const auto& at) { return ImportIntoSqlite(runs, batch, at); });
    file.Measure([&](const auto& at) { return ImportFile(at); });
  }
  std::filesystem::remove(kCsvPath);
  const double reference = Median(sqlite.seconds);
  std::printf("%zu runs, %zu rounds, medians:\n", run_count, rounds);
  for (const Contender* one : {&rows, &file, &sqlite}) {
    one->Print(run_count, reference);
  }
  std::printf("paired ratio to SQLite: rows %.2f, file %.2f\n",
              PairedRatio(sqlite.seconds, rows.seconds),
              PairedRatio(sqlite.seconds, file.seconds));
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF,
               0);  // Lines as they come, also in a log.
  drawdown::Run(drawdown::OptionOr(argc, argv, "runs", 1'000'000),
                drawdown::OptionOr(argc, argv, "rounds", 5));
}
