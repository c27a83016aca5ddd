// What every measuring program needs: options, clocks, order statistics.
#ifndef DRAWDOWN_BENCHMARKS_SUPPORT_MEASURE_H_
#define DRAWDOWN_BENCHMARKS_SUPPORT_MEASURE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace drawdown {

// SplitMix64: the same numbers from every compiler and standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(Next() % static_cast<uint64_t>(limit));
  }

 private:
  uint64_t state_;
};

// A number after `--name`, or what it is without the option; exits with a usage
// line when it is not a number above zero.
size_t OptionOr(int argc, char** argv, const std::string& name,
                size_t otherwise);

// Prints the status and exits unless it is OK.
void Expect(const absl::Status& status);

double Median(std::vector<double> values);
// Of the sorted values, the one below which `share` of them lie.
double Percentile(std::vector<double> values, double share);

double SecondsSince(std::chrono::steady_clock::time_point start);
// What the calling thread has used of its processor.
double ProcessorSeconds();

// An empty directory of that name below the program's working directory, which
// must be on a disk; removed first if it is there.
std::string FreshDirectory(const std::string& name);

// Runs the calling thread on that CPU alone from here on, where it may.
void PinTo(int cpu);

// The machine's load average of the last minute, as the kernel says it.
std::string LoadAverage();

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_SUPPORT_MEASURE_H_
