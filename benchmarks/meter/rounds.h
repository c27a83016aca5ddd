// Paired measuring of very short operations on a busy machine.
//
// A round runs every kernel once, about a millisecond each, in a new random
// order; what counts is the median over rounds of the round's own ratio of a
// kernel to its base. Threads are pinned, one a CPU, and begin together.
#ifndef DRAWDOWN_BENCHMARKS_METER_ROUNDS_H_
#define DRAWDOWN_BENCHMARKS_METER_ROUNDS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace drawdown {

struct Kernel {
  std::string name;
  std::string base;  // name of the kernel it is a ratio to
  // Does so many operations as thread `thread`.
  std::function<void(size_t thread, size_t operations)> run;
};

// Nanoseconds of one operation on one thread.
struct KernelTimes {
  double median = 0;
  double least = 0;
  double ratio = 1;  // median of the rounds' ratios to the base
  std::vector<double> rounds;
};

// One per kernel.
std::vector<KernelTimes> RunRounds(const std::vector<Kernel>& kernels,
                                   size_t threads, size_t rounds);

// Runs the rounds on one thread and on two and prints a line a kernel; returns
// what one and two threads took, in turn.
struct KernelTable {
  std::vector<KernelTimes> one;
  std::vector<KernelTimes> two;
};
KernelTable RunAndPrint(const std::vector<Kernel>& kernels, size_t rounds);

// Median over rounds of one kernel's time to another's.
double PairedRatio(const KernelTimes& times, const KernelTimes& base);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_METER_ROUNDS_H_
