// Live meters seen from outside: what is counting, what a drain did. Plain
// values.
#ifndef DRAWDOWN_LIVE_H_
#define DRAWDOWN_LIVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

// What one call of Ledger::Drain moved.
struct DrainResult {
  uint64_t meters = 0;       // of any process, whose counts became durable
  GpuTime gpu_time;          // how much
  uint64_t files = 0;        // lanes files there are, of all processes
  uint64_t retired = 0;      // removed: of ended processes, or damaged or gone
  uint64_t regressions = 0;  // regression records written
  bool flipped = false;      // a new bucket has begun
};

// One meter with something open, over all processes that have it.
struct LiveMeter {
  std::string tenant;
  std::string pool;
  GpuTime open;       // counted for a bucket that is not journalled yet
  GpuTime undrained;  // of that, not yet durable against power loss
  std::vector<uint32_t> pids;  // of the processes that may be counting
};

// One process's lanes file.
struct LiveOwner {
  std::string file;  // uuid
  uint32_t pid = 0;
  bool counting = false;  // false: ended, or of an earlier boot
  int64_t created_us = 0;
  uint32_t meters = 0;
  uint32_t lanes = 0;
};

struct LiveView {
  int64_t at_us = 0;
  std::vector<LiveMeter> meters;  // by tenant, then pool
  std::vector<LiveOwner> owners;  // by pid
  GpuTime undrained;
  int64_t bucket_us = 0;      // start of the bucket that counts now
  int64_t last_drain_us = 0;  // since boot; 0: none
  // How long after a bucket's start the counting went over to it: the bound of
  // what can lie in the bucket before. Of the last flip, and the longest since
  // boot.
  int64_t flip_lateness_us = 0;
  int64_t longest_flip_lateness_us = 0;
  uint64_t flips = 0;        // since boot
  uint64_t regressions = 0;  // regression records in the books
  uint64_t rejected = 0;     // negative amounts given to Record
  // Why this ledger's background drain failed the last time; "": it did not.
  std::string drain_error;
};

}  // namespace drawdown

#endif  // DRAWDOWN_LIVE_H_
