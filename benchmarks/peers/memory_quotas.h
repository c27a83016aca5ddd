// Admission within a process, as kernels: what TryRecord is measured against.
#ifndef DRAWDOWN_BENCHMARKS_PEERS_MEMORY_QUOTAS_H_
#define DRAWDOWN_BENCHMARKS_PEERS_MEMORY_QUOTAS_H_

#include <vector>

#include "rounds.h"

namespace drawdown {

inline constexpr char kThreeWords[] = "CAS loop on three shared levels";
inline constexpr char kOneMutex[] = "a mutex, one level";

// All threads take from the same three levels; there is always enough left.
void AddMemoryQuotas(std::vector<Kernel>* kernels);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_PEERS_MEMORY_QUOTAS_H_
