#include "reconcile/exclusions.h"

#include <algorithm>
#include <map>
#include <optional>

namespace drawdown {

namespace {

GpuTime TimeOf(int64_t micro_gpus, int64_t length_us) {
  // Micro-GPUs x microseconds are 10^-6 GPU-microseconds.
  return GpuTime(static_cast<Int128>(micro_gpus) * length_us /
                 kMicroGpusPerGpu);
}

// Of a pool from one instant on.
struct Change {
  int64_t micro_gpus = 0;
  int delivered = 0;  // spans that say how many were
};

// Delivered + replaced - excluded over the window, never below 0 at a moment;
// none where it is not stated at each.
std::optional<GpuTime> InService(const std::vector<CapacitySpan>& spans,
                                 int64_t start_us, int64_t end_us) {
  std::map<int64_t, Change> changes{{start_us, {}}, {end_us, {}}};
  for (const CapacitySpan& span : spans) {
    const int64_t from_us = std::max(span.start_us, start_us);
    const int64_t to_us = std::min(span.end_us, end_us);
    if (from_us >= to_us) continue;
    const bool less = span.state == CapacityState::kExcluded;
    const int64_t gpus = less ? -span.micro_gpus : span.micro_gpus;
    const int stated = span.state == CapacityState::kDelivered ? 1 : 0;
    changes[from_us].micro_gpus += gpus;
    changes[from_us].delivered += stated;
    changes[to_us].micro_gpus -= gpus;
    changes[to_us].delivered -= stated;
  }
  GpuTime sum;
  Change now;
  for (auto change = changes.begin(); change->first < end_us;) {
    now.micro_gpus += change->second.micro_gpus;
    now.delivered += change->second.delivered;
    const int64_t from_us = change->first;
    ++change;
    if (now.delivered == 0) return std::nullopt;
    sum +=
        TimeOf(std::max<int64_t>(now.micro_gpus, 0), change->first - from_us);
  }
  return sum;
}

}  // namespace

Exclusions::Exclusions(const CapacityTable& capacity,
                       const std::vector<std::string>& pools, Interner* names) {
  for (const CapacitySpan& span : capacity.spans) {
    if (span.pool >= pools.size()) continue;
    Pool& pool = pools_[names->Intern(pools[span.pool])];
    pool.spans.push_back(span);
    if (span.state == CapacityState::kExcluded) pool.excluded.push_back(span);
  }
}

bool Exclusions::Has(uint32_t pool) const {
  const auto found = pools_.find(pool);
  return found != pools_.end() && !found->second.excluded.empty();
}

GpuTime Exclusions::Of(uint32_t pool, int64_t start_us, int64_t end_us) const {
  GpuTime sum;
  const auto found = pools_.find(pool);
  if (found == pools_.end()) return sum;
  for (const CapacitySpan& span : found->second.excluded) {
    const int64_t from_us = std::max(span.start_us, start_us);
    const int64_t to_us = std::min(span.end_us, end_us);
    if (from_us < to_us) sum += TimeOf(span.micro_gpus, to_us - from_us);
  }
  return sum;
}

GpuTime Exclusions::CertainOf(uint32_t pool, int64_t start_us, int64_t end_us,
                              GpuTime metered) const {
  const GpuTime excluded = Of(pool, start_us, end_us);
  if (excluded.zero()) return excluded;
  const std::optional<GpuTime> others =
      InService(pools_.at(pool).spans, start_us, end_us);
  if (!others.has_value() || metered <= *others) return GpuTime();
  return std::min(metered - *others, excluded);
}

}  // namespace drawdown
