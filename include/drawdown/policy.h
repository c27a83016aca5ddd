// Policies about runs: what a pool does with suspended and silent runs, and
// which usage a tenant is not charged for. Plain values.
#ifndef DRAWDOWN_POLICY_H_
#define DRAWDOWN_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "drawdown/ratio.h"
#include "drawdown/run.h"

namespace drawdown {

// What holds for the pools that a selector covers, from an instant on. For each
// of the two, the most literal selector decides, then the latest instant, then
// the newest word.
struct PoolPolicy {
  std::string pool;                // selector; "*": all
  std::optional<int64_t> from_us;  // absent when set: now
  // Whether a suspended run accrues, because it keeps its GPUs. It holds for
  // runs that are suspended from then on; one that already is stays as it is.
  std::optional<bool> suspended_accrues;
  // How long an accruing run may be silent before it is suspect. > 0
  std::optional<int64_t> lease_us;
};

// Usage that a tenant is not charged for because of how a run ended, for runs
// that stop from an instant on. Of several policies for one reason the deepest
// tenant decides, then the most literal selector, the latest instant, the
// newest word. One of `share` and `last_us`; a share of 0 waives nothing.
struct WaiverPolicy {
  std::string tenant;  // at or below; "": all
  std::string pool;    // selector; "*": all
  StopReason reason = StopReason::kUnknown;
  std::optional<int64_t> from_us;  // absent when set: now
  std::optional<Ratio> share;      // of the run's usage
  std::optional<int64_t> last_us;  // the usage of its last so many microseconds
};

}  // namespace drawdown

#endif  // DRAWDOWN_POLICY_H_
