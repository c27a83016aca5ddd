// Runs shaped as a real training cluster's (Philly: 15 tenants of very uneven
// weight, nine of ten runs on one GPU, lifetimes from seconds to days over 108
// days), the same on every machine.
#ifndef DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_
#define DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "drawdown/run.h"

namespace drawdown {

inline constexpr int64_t kFirstStartUs = 1'501'545'600 * kMicrosPerSecond;
inline constexpr int64_t kTraceDays = 108;

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

// In order of run id, which says nothing of the order of starts.
std::vector<RunRow> PhillyRuns(size_t count);

// The rows as a file for `drawdown import runs`.
void WriteRunsCsv(const std::vector<RunRow>& runs, const std::string& path);

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

// An empty directory of that name below the program's working directory, which
// must be on a disk; removed first if it is there.
std::string FreshDirectory(const std::string& name);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_
