// How fast runs get into the books for good, beside SQLite doing the same
// records. Durable runs from start to end, one kind after the other in every
// round, so that whatever else the machine does hits all of them.
//
//   import_benchmark [--runs N] [--rounds N]
//
// SQLite stores the same records: names, runs, a journal with checksums, and
// the cells and levels that usage queries read. That it does without the last
// three is measured as well. Both have the best of a few sizes of transaction.
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

constexpr size_t kBatches[] = {10'000, 65'536, 262'144, 1'000'000};
constexpr int kTrials = 2;  // of each batch
constexpr const char* kCsvPath = "import-benchmark.csv";

std::unique_ptr<Ledger> NewLedger(const std::string& directory) {
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(directory, options);
  Expect(ledger.status());
  return *std::move(ledger);
}

double ImportRows(const std::vector<RunRow>& runs, size_t batch,
                  const std::string& directory) {
  const std::unique_ptr<Ledger> ledger = NewLedger(directory);
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < runs.size(); i += batch) {
    const size_t count = std::min(batch, runs.size() - i);
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

// The fastest number of rows a transaction.
template <typename Import>
size_t BestBatch(const char* name, size_t runs, const Import& import) {
  size_t best = 0;
  double best_seconds = 0;
  for (const size_t batch : kBatches) {
    Contender one{name};
    for (int i = 0; i < kTrials; ++i) {
      one.Measure([&](const std::string& at) { return import(batch, at); });
    }
    const double seconds =
        *std::min_element(one.seconds.begin(), one.seconds.end());
    std::printf("%s, %zu rows a commit: %.0f runs/s\n", name, batch,
                static_cast<double>(runs) / seconds);
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
  const auto rows_of = [&](size_t batch, const std::string& at) {
    return ImportRows(runs, batch, at);
  };
  const auto same_of = [&](size_t batch, const std::string& at) {
    return ImportIntoSqlite(runs, batch, SqliteRecords::kSameAsDrawdown, at);
  };
  const auto fewer_of = [&](size_t batch, const std::string& at) {
    return ImportIntoSqlite(runs, batch, SqliteRecords::kRunsAndJournal, at);
  };
  Contender rows{"drawdown, rows in memory"};
  Contender file{"drawdown, CSV file"};
  Contender same{"SQLite, same records"};
  Contender fewer{"SQLite, run and journal"};
  const size_t rows_batch = BestBatch(rows.name, run_count, rows_of);
  const size_t same_batch = BestBatch(same.name, run_count, same_of);
  const size_t fewer_batch = BestBatch(fewer.name, run_count, fewer_of);
  for (size_t round = 0; round < rounds; ++round) {
    rows.Measure([&](const auto& at) { return rows_of(rows_batch, at); });
    same.Measure([&](const auto& at) { return same_of(same_batch, at); });
    file.Measure([&](const auto& at) { return ImportFile(at); });
    fewer.Measure([&](const auto& at) { return fewer_of(fewer_batch, at); });
  }
  std::filesystem::remove(kCsvPath);
  std::printf("%zu runs, %zu rounds, medians:\n", run_count, rounds);
  const double reference = Median(same.seconds);
  for (const Contender* one : {&rows, &file, &same, &fewer}) {
    one->Print(run_count, reference);
  }
  for (const Contender* peer : {&same, &fewer}) {
    std::printf("median of the rounds' ratios to %s: rows %.2f, file %.2f\n",
                peer->name, PairedRatio(peer->seconds, rows.seconds),
                PairedRatio(peer->seconds, file.seconds));
  }
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF,
               0);  // Lines as they come, also in a log.
  drawdown::ConfigureSqlite();
  drawdown::Run(drawdown::OptionOr(argc, argv, "runs", 1'000'000),
                drawdown::OptionOr(argc, argv, "rounds", 5));
}
