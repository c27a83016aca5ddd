// Heartbeats of runs, and runs that may be gone. Plain values.
#ifndef DRAWDOWN_GHOST_H_
#define DRAWDOWN_GHOST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

// "The run was alive at this instant": an observation, not an amount, so the
// same one may be given any number of times and in any order.
struct Heartbeat {
  RunKey key;
  int64_t at_us = 0;
};

struct HeartbeatResult {
  uint64_t fresh = 0;  // newer than what the ledger had
  uint64_t stale = 0;  // changed nothing
  // Of runs that are unknown or over, one line each. The others were taken.
  std::vector<std::string> refused;
};

// How long a run may be silent before it is suspect, where neither a query nor
// the pool's policy says.
inline constexpr int64_t kDefaultLeaseUs = 30 * 60 * kMicrosPerSecond;

struct GhostQuery {
  std::optional<int64_t> at_us;     // taken as now; default: the clock
  std::optional<int64_t> lease_us;  // default: the pool's, else 30 minutes
  std::string tenant;               // this tenant and everything below; "": all
  std::string pool;                 // selector; "": all
};

// An accruing run that gave no sign of life for longer than its lease.
struct Ghost {
  RunInfo run;
  int64_t last_sign_us = 0;  // its last change or heartbeat
  bool heartbeat = false;    // that was a heartbeat
  int64_t lease_us = 0;
  GpuTime since;  // what it accrued since then, up to the query's instant
};

}  // namespace drawdown

#endif  // DRAWDOWN_GHOST_H_
