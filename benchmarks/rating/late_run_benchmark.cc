// How long the books take to say what is owed once more after a run that came
// late: imported into a ledger, and the month's statement again.
//
//   late_run_benchmark [--tenants N] [--late N]
//
// Every tenant has one run on each of 20 pools for the whole month, so that
// each bucket of each is a cell, under five reservations; a late run is three
// hours on a random day. Beside it, the first statement, which rates the month
// from the beginning. Works below the current directory.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drawdown/ledger.h"
#include "measure.h"

namespace drawdown {
namespace {

constexpr int64_t kStart = 1'767'225'600 * kMicrosPerSecond;  // 2026-01-01
constexpr int64_t kMonthHours = 744;
constexpr size_t kPools = 20;
constexpr size_t kReservations = 5;

std::string Pool(size_t pool) { return "p/x/h" + std::to_string(pool); }

std::string Tenant(size_t tenant) {
  char name[32];
  std::snprintf(name, sizeof name, "acme/t%06zu", tenant);
  return name;
}

// Five reservations, four pools each, that hold nearly all of it.
std::string ContractText(size_t tenants) {
  std::string text = R"(
id: "c" provider: "p" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "p" price: "4.10" from: "2026-01-01T00:00:00Z" }
)";
  for (size_t i = 0; i < kReservations; ++i) {
    text += "commitment { id: \"r" + std::to_string(i) +
            "\" category: USAGE model: CONTINUOUS interval: HOURLY priority: " +
            std::to_string(i) + " applies { dimension: \"pool\" operator: IN";
    for (size_t pool = i; pool < kPools; pool += kReservations) {
      text += " value: \"" + Pool(pool) + "\"";
    }
    text += " } step { from: \"2026-01-01T00:00:00Z\" quantity: \"" +
            std::to_string(tenants * 4 * 9) +
            "\" } price: \"2.05\" shortfall { policy: TAKE_OR_PAY } }\n";
  }
  return text;
}

RunRow RunOf(const std::string& id, size_t tenant, size_t pool, int64_t gpus,
             int64_t start_us, int64_t end_us) {
  RunRow run;
  run.key.run_id = id;
  run.tenant = Tenant(tenant);
  run.pool = Pool(pool);
  run.micro_gpus = gpus * kMicroGpusPerGpu;
  run.start_us = start_us;
  run.end_us = end_us;
  return run;
}

void Fill(Ledger* ledger, size_t tenants, Random* random) {
  std::vector<RunRow> runs;
  for (size_t tenant = 0; tenant < tenants; ++tenant) {
    for (size_t pool = 0; pool < kPools; ++pool) {
      runs.push_back(RunOf(std::to_string(tenant * kPools + pool) + "m", tenant,
                           pool, 1 + random->Below(16), kStart,
                           kStart + kMonthHours * kMicrosPerHour));
    }
  }
  Expect(ledger->ImportRuns(runs).status());
}

struct Millis {
  double elapsed = 0;
  double processor = 0;
};

Millis StatementMillis(const Ledger& ledger) {
  StatementQuery query;
  query.contract = "c";
  query.period = "2026-01";
  const auto start = std::chrono::steady_clock::now();
  const double used = ProcessorSeconds();
  const auto statement = ledger.MakeStatement(query);
  const Millis millis = {SecondsSince(start) * 1e3,
                         (ProcessorSeconds() - used) * 1e3};
  Expect(statement.status());
  return millis;
}

void Measure(size_t tenants, size_t late) {
  const std::string directory = FreshDirectory("late-run-benchmark.books");
  OpenOptions options;
  options.create_if_missing = true;
  options.now_us = [] { return kStart + 2 * kMonthHours * kMicrosPerHour; };
  auto opened = Ledger::Open(directory, options);
  Expect(opened.status());
  Ledger& ledger = **opened;
  Expect(
      ledger.ApplyContracts({{"c.textproto", ContractText(tenants)}}).status());
  Random random(11);
  Fill(&ledger, tenants, &random);
  const Millis anew = StatementMillis(ledger);
  std::vector<double> elapsed;
  std::vector<double> processor;
  for (size_t i = 0; i < late; ++i) {
    const int64_t start_us =
        kStart + random.Below(kMonthHours - 3) * kMicrosPerHour;
    const RunRow run =
        RunOf(std::to_string(i) + "late",
              static_cast<size_t>(random.Below(static_cast<int64_t>(tenants))),
              static_cast<size_t>(random.Below(kPools)), 8, start_us,
              start_us + 3 * kMicrosPerHour);
    Expect(ledger.ImportRuns({&run, 1}).status());
    const Millis again = StatementMillis(ledger);
    elapsed.push_back(again.elapsed);
    processor.push_back(again.processor);
  }
  std::printf("%zu tenants x %zu pools, %zu cells, %zu late runs; load %s\n",
              tenants, kPools, tenants * kPools * kMonthHours, late,
              LoadAverage().c_str());
  std::printf("the first statement: %.0f ms, of which the processor %.0f ms\n",
              anew.elapsed, anew.processor);
  std::printf(
      "after a late run: median %.1f ms, p90 %.1f ms; of the processor "
      "%.1f and %.1f ms, %.0f times less than the first\n",
      Median(elapsed), Percentile(elapsed, 0.9), Median(processor),
      Percentile(processor, 0.9), anew.processor / Median(processor));
  opened->reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  drawdown::Measure(drawdown::OptionOr(argc, argv, "tenants", 1'000),
                    drawdown::OptionOr(argc, argv, "late", 50));
}
