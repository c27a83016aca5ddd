// Time in which GPUs were there and not billable: cordoned, failed, drained.
#ifndef DRAWDOWN_SRC_RECONCILE_EXCLUSIONS_H_
#define DRAWDOWN_SRC_RECONCILE_EXCLUSIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash_map.h"
#include "model/capacity_table.h"
#include "reconcile/agreed.h"

namespace drawdown {

class Exclusions {
 public:
  Exclusions() = default;
  // `pools` are the names that the spans index.
  Exclusions(const CapacityTable& capacity,
             const std::vector<std::string>& pools, Interner* names);

  // Whether anything of the pool was.
  bool Has(uint32_t pool) const;

  // The excluded GPU time of a pool over [start_us, end_us).
  GpuTime Of(uint32_t pool, int64_t start_us, int64_t end_us) const;

  // What of `metered` in that time must have been on excluded GPUs: as much of
  // their time as lies beyond the pool's others. 0 where it is not stated how
  // many were delivered.
  GpuTime CertainOf(uint32_t pool, int64_t start_us, int64_t end_us,
                    GpuTime metered) const;

 private:
  struct Pool {
    std::vector<CapacitySpan> spans;
    std::vector<CapacitySpan> excluded;  // of those
  };

  HashMap<uint32_t, Pool> pools_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_EXCLUSIONS_H_
