// Metered usage as rating reads it: cells by bucket over sorted name tables.
#ifndef DRAWDOWN_SRC_MODEL_USAGE_TABLE_H_
#define DRAWDOWN_SRC_MODEL_USAGE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

// Usage of one (tenant, pool) in the bucket that starts at bucket_us.
struct UsageCell {
  int64_t bucket_us = 0;
  uint32_t tenant = 0;  // index into UsageTable::tenants
  uint32_t pool = 0;    // index into UsageTable::pools
  GpuTime gpu_time;
};

struct UsageTable {
  int64_t bucket_length_us = kMicrosPerHour;
  // Sorted by name and unique, so that index order is name order.
  std::vector<std::string> tenants;
  std::vector<std::string> pools;
  // Sorted by (bucket, tenant, pool); one cell per triple; none is zero.
  std::vector<UsageCell> cells;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_USAGE_TABLE_H_
