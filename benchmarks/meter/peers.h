// What others count with.
#ifndef DRAWDOWN_BENCHMARKS_METER_PEERS_H_
#define DRAWDOWN_BENCHMARKS_METER_PEERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/meter.h"
#include "rounds.h"

namespace drawdown {

// Names of kernels that others are ratios to.
std::string PlainAdd(size_t size);
std::string RecordOf(size_t size);
inline constexpr char kRecordOne[] = "Record, one meter";

// Each adds kernels over `size` counters, a power of two.
void AddOurs(const std::vector<Meter>& meters, size_t size,
             std::vector<Kernel>* kernels);
void AddByHandle(const std::vector<Meter>& meters, size_t size,
                 std::vector<Kernel>* kernels);
void AddStandardPeers(size_t size, std::vector<Kernel>* kernels);
// Nothing, and a line that says so, where the library was not there.
void AddPrometheus(size_t size, std::vector<Kernel>* kernels);
void AddTbb(size_t size, std::vector<Kernel>* kernels);

// Meter::Record behind a call: of this program, or of the shared object that
// the benchmark is built with.
__attribute__((visibility("default"))) void RecordByCall(uint64_t id,
                                                         int64_t gpu_us);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_METER_PEERS_H_
