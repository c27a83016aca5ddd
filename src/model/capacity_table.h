// Stated capacity as rating reads it.
#ifndef DRAWDOWN_SRC_MODEL_CAPACITY_TABLE_H_
#define DRAWDOWN_SRC_MODEL_CAPACITY_TABLE_H_

#include <cstdint>
#include <vector>

#include "drawdown/capacity.h"

namespace drawdown {

// One record: a constant number of GPUs over [start_us, end_us).
struct CapacitySpan {
  uint32_t pool = 0;  // index into UsageTable::pools
  CapacityState state = CapacityState::kDelivered;
  int64_t start_us = 0;
  int64_t end_us = 0;
  int64_t micro_gpus = 0;
};

struct CapacityTable {
  std::vector<CapacitySpan> spans;  // in any order; spans add up
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_CAPACITY_TABLE_H_
