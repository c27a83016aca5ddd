// How long after a bucket's start the counting goes over to it: what can lie in
// the bucket before. The settler does it, at its default interval; bucket
// starts are brought near by a clock that is set ahead.
//
//   flip_benchmark [--rounds N]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "measure.h"

namespace drawdown {
namespace {

// Ahead of the bucket's start: longer than it takes to open a ledger.
constexpr int64_t kAheadUs = 500'000;

int64_t SystemUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Microseconds, of one ledger that crosses one bucket's start.
double OneFlip() {
  const int64_t shift_us =
      kMicrosPerHour - SystemUs() % kMicrosPerHour - kAheadUs;
  OpenOptions options;
  options.create_if_missing = true;
  options.now_us = [shift_us] { return SystemUs() + shift_us; };
  auto ledger = Ledger::Open(FreshDirectory("flip-books"), options);
  Expect(ledger.status());
  const auto meter = (*ledger)->meter("acme", "aws/us-east-1/gb200");
  Expect(meter.status());
  while (true) {
    meter->Record(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto view = (*ledger)->Live();
    Expect(view.status());
    if (view->flips > 0) return static_cast<double>(view->flip_lateness_us);
  }
}

void Run(size_t rounds) {
  std::vector<double> late;
  for (size_t i = 0; i < rounds; ++i) late.push_back(OneFlip());
  std::sort(late.begin(), late.end());
  std::printf(
      "flips late by: median %.1f ms, p90 %.1f ms, worst %.1f ms of %zu;"
      " load average %s\n",
      Median(late) / 1e3, Percentile(late, 0.9) / 1e3, late.back() / 1e3,
      rounds, LoadAverage().c_str());
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  drawdown::Run(drawdown::OptionOr(argc, argv, "rounds", 20));
  return 0;
}
