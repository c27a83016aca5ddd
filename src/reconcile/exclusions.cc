#include "reconcile/exclusions.h"

#include <algorithm>

namespace drawdown {

Exclusions::Exclusions(const CapacityTable& capacity,
                       const std::vector<std::string>& pools, Interner* names) {
  for (const CapacitySpan& span : capacity.spans) {
    if (span.state != CapacityState::kExcluded || span.pool >= pools.size()) {
      continue;
    }
    spans_[names->Intern(pools[span.pool])].push_back(span);
  }
}

GpuTime Exclusions::Of(uint32_t pool, int64_t start_us, int64_t end_us) const {
  GpuTime sum;
  const auto found = spans_.find(pool);
  if (found == spans_.end()) return sum;
  for (const CapacitySpan& span : found->second) {
    const int64_t from_us = std::max(span.start_us, start_us);
    const int64_t to_us = std::min(span.end_us, end_us);
    if (from_us >= to_us) continue;
    // Micro-GPUs x microseconds are 10^-6 GPU-microseconds.
    sum += GpuTime(static_cast<Int128>(span.micro_gpus) * (to_us - from_us) /
                   kMicroGpusPerGpu);
  }
  return sum;
}

}  // namespace drawdown
