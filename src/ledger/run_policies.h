// Table::kPolicies: what was said about the pools that runs are in, one record
// an entry, never changed. Which of them is in force is decided here.
//
//   "p" + K64 sequence    StoredPoolPolicy
#ifndef DRAWDOWN_SRC_LEDGER_RUN_POLICIES_H_
#define DRAWDOWN_SRC_LEDGER_RUN_POLICIES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ghost.h"
#include "ledger/entry.h"
#include "ledger/store.h"

namespace drawdown {

struct StoredPoolPolicy {
  std::string pool;
  int64_t from_us = 0;
  PoolSetting setting = PoolSetting::kSuspendedAccrues;
  int64_t value = 0;
};

std::string PoolPolicyKey(uint64_t sequence);
std::string EncodePoolPolicy(std::string_view key, const PoolPolicySet& policy);

// kBadRow.
absl::Status CheckPoolPolicy(const PoolPolicySet& policy);
// "suspended runs accrue", "lease 1800 s".
std::string DescribeSetting(PoolSetting setting, int64_t value);

// In the order they were posted.
using PoolPolicyList = std::vector<StoredPoolPolicy>;
absl::StatusOr<PoolPolicyList> ReadPoolPolicies(ReadTransaction* books);

// Of the policies that cover the pool and hold at the instant: that of the most
// literal selector, then the latest, then the newest.
bool SuspendedAccrues(const PoolPolicyList& policies, std::string_view pool,
                      int64_t at_us);
int64_t LeaseOf(const PoolPolicyList& policies, std::string_view pool,
                int64_t at_us);

// Whether its selector says so from its very instant on: what only follows from
// an earlier policy would be lost with that.
bool IsSaid(const PoolPolicyList& policies, const PoolPolicySet& policy);
// Whether its selector says so at its instant.
bool IsInForce(const PoolPolicyList& policies, const PoolPolicySet& policy);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_RUN_POLICIES_H_
