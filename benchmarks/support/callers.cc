#include "callers.h"

#include <algorithm>
#include <barrier>
#include <numeric>
#include <random>
#include <thread>

#include "measure.h"

namespace drawdown {
namespace {

using Clock = std::chrono::steady_clock;

// Seconds of each call.
std::vector<double> CallFor(const std::function<void()>& call,
                            Clock::time_point until) {
  std::vector<double> seconds;
  Clock::time_point start = Clock::now();
  do {
    call();
    const Clock::time_point end = Clock::now();
    seconds.push_back(std::chrono::duration<double>(end - start).count());
    start = end;
  } while (start < until);
  return seconds;
}

void MeasureRow(CallerRow* row, double seconds) {
  const auto span = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(seconds));
  const size_t count = row->calls.size();
  std::vector<std::vector<double>> of_caller(count);
  Clock::time_point start;
  std::barrier begin(static_cast<std::ptrdiff_t>(count),
                     [&start]() noexcept { start = Clock::now(); });
  std::vector<std::thread> threads;
  for (size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      of_caller[i] = CallFor(row->calls[i], start + span);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double elapsed = SecondsSince(start);
  std::vector<double> all;
  for (const std::vector<double>& one : of_caller) {
    all.insert(all.end(), one.begin(), one.end());
  }
  row->rates.push_back(static_cast<double>(all.size()) / elapsed);
  row->call_us.push_back(Median(std::move(all)) * 1e6);
}

}  // namespace

void MeasureCallers(std::vector<CallerRow>* rows, size_t rounds,
                    double seconds) {
  std::vector<size_t> order(rows->size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::mt19937 random(1);
  for (size_t round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t i : order) MeasureRow(&(*rows)[i], seconds);
  }
}

double PairedRatio(const std::vector<double>& values,
                   const std::vector<double>& base) {
  std::vector<double> ratios;
  for (size_t i = 0; i < values.size(); ++i) {
    ratios.push_back(values[i] / base[i]);
  }
  return Median(std::move(ratios));
}

}  // namespace drawdown
