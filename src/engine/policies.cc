// Policies about runs.
#include "base/error.h"
#include "engine/impl.h"
#include "ledger/run_policies.h"

namespace drawdown {
namespace {

std::vector<PoolPolicySet> SettingsOf(const PoolPolicy& policy) {
  std::vector<PoolPolicySet> settings;
  if (policy.suspended_accrues) {
    settings.push_back({policy.pool, policy.from_us,
                        PoolSetting::kSuspendedAccrues,
                        *policy.suspended_accrues ? 1 : 0});
  }
  if (policy.lease_us) {
    settings.push_back(
        {policy.pool, policy.from_us, PoolSetting::kLease, *policy.lease_us});
  }
  return settings;
}

PoolPolicy PolicyOf(const StoredPoolPolicy& stored) {
  PoolPolicy policy;
  policy.pool = stored.pool;
  policy.from_us = stored.from_us;
  if (stored.setting == PoolSetting::kLease) {
    policy.lease_us = stored.value;
  } else {
    policy.suspended_accrues = stored.value != 0;
  }
  return policy;
}

}  // namespace

absl::Status Ledger::SetPoolPolicy(const PoolPolicy& policy) {
  const std::vector<PoolPolicySet> settings = SettingsOf(policy);
  if (settings.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "the policy of pool \"" + policy.pool +
                         "\" says nothing: give suspended or lease");
  }
  return impl_->PostGrouped([&](Posting* posting) -> absl::Status {
    for (const PoolPolicySet& setting : settings) {
      RETURN_IF_ERROR(posting->Post(setting).status());
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<PoolPolicy>> Ledger::PoolPolicies() const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const PoolPolicyList stored, ReadPoolPolicies(books.get()));
  std::vector<PoolPolicy> policies;
  for (const StoredPoolPolicy& one : stored) policies.push_back(PolicyOf(one));
  return policies;
}

}  // namespace drawdown
