// Runs as rating reads them, where the provider bills each by itself.
#ifndef DRAWDOWN_SRC_MODEL_RUN_USAGE_H_
#define DRAWDOWN_SRC_MODEL_RUN_USAGE_H_

#include <cstdint>
#include <vector>

namespace drawdown {

// A constant number of GPUs over [start, end).
struct RunSpan {
  int64_t start_us = 0;
  int64_t end_us = 0;
  int64_t micro_gpus = 0;
};

// One start of one job, by names of a usage table.
struct RunUsage {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  bool ended = false;          // else it goes on after its last span
  std::vector<RunSpan> spans;  // by time, all of the run; none is empty
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_RUN_USAGE_H_
