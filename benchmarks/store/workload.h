// Runs shaped as a real training cluster's (Philly: 15 tenants of very uneven
// weight, nine of ten runs on one GPU, lifetimes from seconds to days over 108
// days), the same on every machine.
#ifndef DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_
#define DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/run.h"
#include "measure.h"

namespace drawdown {

inline constexpr int64_t kFirstStartUs = 1'501'545'600 * kMicrosPerSecond;
inline constexpr int64_t kTraceDays = 108;

// In order of run id, which says nothing of the order of starts.
std::vector<RunRow> PhillyRuns(size_t count);

// The rows as a file for `drawdown import runs`.
void WriteRunsCsv(const std::vector<RunRow>& runs, const std::string& path);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_STORE_WORKLOAD_H_
