// Policies about runs: what a pool does with suspended and silent runs. Plain
// values.
#ifndef DRAWDOWN_POLICY_H_
#define DRAWDOWN_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>

namespace drawdown {

// What holds for the pools that a selector covers, from an instant on. For each
// of the two, the most literal selector decides, then the latest instant, then
// the newest word.
struct PoolPolicy {
  std::string pool;  // selector; "*": all
  int64_t from_us = 0;
  // Whether a suspended run accrues, because it keeps its GPUs. It holds for
  // runs that are suspended from then on; one that already is stays as it is.
  std::optional<bool> suspended_accrues;
  // How long an accruing run may be silent before it is suspect. > 0
  std::optional<int64_t> lease_us;
};

}  // namespace drawdown

#endif  // DRAWDOWN_POLICY_H_
