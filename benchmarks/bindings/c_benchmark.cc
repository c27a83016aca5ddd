// What the C interface costs: drawdown_record through libdrawdown_c.so beside a
// plain addition, a million amounts at once, and usage handed over as Arrow.
//
//   c_benchmark [--meters N] [--rounds N] [--tenants N] [--hours N]
#include <drawdown/drawdown.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "benchmarks/meter/indices.h"
#include "measure.h"

namespace drawdown {
namespace {

using Clock = std::chrono::steady_clock;

// A round, short enough to be over before another process has its turn.
constexpr size_t kCalls = 1 << 16;

void Check(int32_t code, drawdown_error error) {
  if (code == DRAWDOWN_OK) return;
  fprintf(stderr, "%s\n", drawdown_error_message(error));
  exit(1);
}

drawdown_ledger OpenBooks(const std::string& directory) {
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = 1;
  options.drain_interval_us = 0;
  drawdown_ledger ledger = 0;
  drawdown_error error = 0;
  Check(drawdown_ledger_open(drawdown_str(directory.c_str()), &options, &ledger,
                             &error),
        error);
  return ledger;
}

std::vector<drawdown_meter> Bind(drawdown_ledger ledger, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("t/" + std::to_string(i));
  std::vector<drawdown_text> tenants;
  std::vector<drawdown_text> pools;
  for (const std::string& name : names) {
    tenants.push_back(drawdown_str(name.c_str()));
    pools.push_back(drawdown_str("aws/us-east-1/gb200"));
  }
  std::vector<drawdown_meter> meters(count);
  drawdown_error error = 0;
  Check(drawdown_meter_bind_many(ledger, tenants.data(), pools.data(), count, 0,
                                 meters.data(), &error),
        error);
  return meters;
}

// Nanoseconds a call of add(index, amount), at random below `size`, a power of
// two. The kernels differ in `add` alone (benchmarks/meter/indices.h).
template <typename Add>
double Measured(size_t size, const Add& add) {
  const Clock::time_point start = Clock::now();
  ForRandomIndices(size, kCalls, add);
  return SecondsSince(start) * 1e9 / kCalls;
}

// Medians of rounds that take turns.
template <typename Base, typename Ours>
void Beside(const char* name, size_t rounds, const Base& base,
            const Ours& ours) {
  std::vector<double> bases;
  std::vector<double> mine;
  std::vector<double> ratios;
  for (size_t round = 0; round < rounds; ++round) {
    bases.push_back(base());
    mine.push_back(ours());
    ratios.push_back(mine.back() / bases.back());
  }
  printf("%s: %.2f ns beside %.2f ns; ratio %.2f\n", name, Median(mine),
         Median(bases), Median(ratios));
}

void MeasureRecord(drawdown_ledger ledger, size_t count, size_t rounds) {
  const std::vector<drawdown_meter> meters = Bind(ledger, count);
  std::vector<int64_t> slab(count);
  int64_t* const counters = slab.data();
  const auto plain = [&] {
    return Measured(count, [counters](uint64_t at, int64_t amount) {
      counters[at] += amount;
    });
  };
  // Meters that were bound together are numbers in a row, so that neither side
  // loads a handle.
  const drawdown_meter first = meters.front();
  if (meters.back() != first + count - 1) {
    fprintf(stderr, "the meters are not in a row\n");
    exit(1);
  }
  Beside("drawdown_record beside a plain addition (bar 4.5)", rounds, plain,
         [&] {
           return Measured(count, [first](uint64_t at, int64_t amount) {
             drawdown_record(first + at, amount);
           });
         });
  Beside("a function through the library that does nothing", rounds, plain,
         [&] {
           return Measured(count,
                           [](uint64_t, int64_t) { drawdown_abi_version(); });
         });
  std::vector<int64_t*> pointers;
  for (int64_t& counter : slab) pointers.push_back(&counter);
  Beside(
      "drawdown_record by handles kept beside an addition by pointers kept",
      rounds,
      [&, to = pointers.data()] {
        return Measured(
            count, [to](uint64_t at, int64_t amount) { *to[at] += amount; });
      },
      [&, to = meters.data()] {
        return Measured(count, [to](uint64_t at, int64_t amount) {
          drawdown_record(to[at], amount);
        });
      });
  Beside("drawdown_try_record, no quota, beside a plain addition", rounds,
         plain, [&] {
           return Measured(count, [first](uint64_t at, int64_t amount) {
             drawdown_try_record(first + at, amount);
           });
         });
  const std::vector<int64_t> amounts(1'000'000, 3);
  std::vector<double> many;
  for (size_t round = 0; round < rounds; ++round) {
    const Clock::time_point start = Clock::now();
    drawdown_record_many(meters[0], amounts.data(), amounts.size());
    many.push_back(SecondsSince(start) * 1e3);
  }
  printf("drawdown_record_many of 1,000,000: %.3f ms (bar 5)\n", Median(many));
}

void AddRuns(drawdown_ledger ledger, size_t tenants, size_t hours) {
  constexpr int64_t kStart = 1'514'764'800'000'000;  // 2018-01-01
  std::vector<std::string> names;
  for (size_t i = 0; i < tenants; ++i)
    names.push_back("u/" + std::to_string(i));
  std::vector<drawdown_run_start> starts;
  for (const std::string& name : names) {
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    start.run_id = start.tenant = drawdown_str(name.c_str());
    start.pool = drawdown_str("aws/us-east-1/gb200");
    start.micro_gpus = 8'000'000;
    start.at_us = kStart;
    starts.push_back(start);
  }
  drawdown_table refusal = 0;
  drawdown_error error = 0;
  Check(drawdown_run_start_many(ledger, starts.data(), starts.size(), &refusal,
                                &error),
        error);
  const int64_t end = kStart + static_cast<int64_t>(hours) * 3'600'000'000;
  for (const std::string& name : names) {
    Check(drawdown_run_stop(ledger, drawdown_str(name.c_str()), 1, end,
                            DRAWDOWN_STOP_DONE, &error),
          error);
  }
}

// Seconds to take every batch of the table. Each value of the last column, the
// GPU-seconds, is read where `sum` is not null.
double Export(drawdown_table table, __int128* sum) {
  const Clock::time_point start = Clock::now();
  ArrowArrayStream stream = {};
  drawdown_error error = 0;
  Check(drawdown_table_arrow(table, &stream, &error), error);
  ArrowArray batch = {};
  while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr) {
    const ArrowArray& last = *batch.children[batch.n_children - 1];
    const auto* const values =
        static_cast<const __int128*>(last.buffers[1]) + last.offset;
    for (int64_t i = 0; sum != nullptr && i < last.length; ++i) {
      *sum += values[i];
    }
    batch.release(&batch);
  }
  stream.release(&stream);
  return SecondsSince(start);
}

void MeasureExport(drawdown_ledger ledger, size_t tenants, size_t hours,
                   size_t rounds) {
  AddRuns(ledger, tenants, hours);
  const int32_t by[] = {DRAWDOWN_BY_TENANT, DRAWDOWN_BY_HOUR};
  drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
  query.by = by;
  query.by_count = 2;
  query.tenant = drawdown_str("u");
  drawdown_table table = 0;
  drawdown_error error = 0;
  const Clock::time_point start = Clock::now();
  Check(drawdown_usage(ledger, &query, &table, &error), error);
  const double asked = SecondsSince(start);
  uint64_t rows = 0;
  Check(drawdown_table_shape(table, &rows, nullptr, &error), error);
  std::vector<double> handed;
  std::vector<double> read;
  __int128 sum = 0;
  for (size_t round = 0; round < rounds; ++round) {
    sum = 0;
    handed.push_back(Export(table, nullptr));
    read.push_back(Export(table, &sum));
  }
  drawdown_table_close(table, nullptr);
  const double millions = static_cast<double>(rows) / 1e6;
  printf("usage of %" PRIu64
         " cells by tenant and hour: asked in %.2f s (%.1f "
         "million cells/s); handed over as Arrow %.0f million cells/s, and "
         "summed %.0f million cells/s (bar 50)\n",
         rows, asked, millions / asked, millions / Median(handed),
         millions / Median(read));
  if (sum != static_cast<__int128>(rows) * 8 * 3'600'000'000) {
    fprintf(stderr, "the sum is wrong\n");
    exit(1);
  }
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  using namespace drawdown;
  const size_t rounds = OptionOr(argc, argv, "rounds", 300);
  PinTo(0);
  printf("load average %s\n", LoadAverage().c_str());
  const drawdown_ledger ledger =
      OpenBooks(FreshDirectory("c_benchmark.ledger"));
  MeasureRecord(ledger, OptionOr(argc, argv, "meters", 4096), rounds);
  MeasureExport(ledger, OptionOr(argc, argv, "tenants", 140),
                OptionOr(argc, argv, "hours", 72'000), 9);
  drawdown_ledger_close(ledger, nullptr);
  return 0;
}
