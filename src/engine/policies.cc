// Policies about runs.
#include <utility>

#include "base/error.h"
#include "engine/impl.h"
#include "ledger/run_policies.h"
#include "ledger/waivers.h"

namespace drawdown {
namespace {

// Without an instant: from now on. It is checked here and not in Posting, since
// salvage posts what old books have: a pool "aws/" covered all below it.
template <typename Entry>
absl::Status PostPolicy(Posting* posting, Entry entry,
                        absl::Status check(const Entry&),
                        std::optional<int64_t> from_us) {
  entry.from_us = from_us.value_or(0);
  RETURN_IF_ERROR(check(entry));
  if (!from_us) return posting->PostFromNow(std::move(entry)).status();
  return posting->Post(entry).status();
}

std::vector<PoolPolicySet> SettingsOf(const PoolPolicy& policy) {
  std::vector<PoolPolicySet> settings;
  if (policy.suspended_accrues) {
    settings.push_back({policy.pool, 0, PoolSetting::kSuspendedAccrues,
                        *policy.suspended_accrues ? 1 : 0});
  }
  if (policy.lease_us) {
    settings.push_back({policy.pool, 0, PoolSetting::kLease, *policy.lease_us});
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

WaiverPolicySet EntryOf(const WaiverPolicy& policy) {
  WaiverPolicySet entry;
  entry.tenant = policy.tenant;
  entry.pool = policy.pool;
  entry.reason = policy.reason;
  if (policy.share) entry.share = *policy.share;
  entry.last_us = policy.last_us;
  return entry;
}

WaiverPolicy PolicyOf(const StoredWaiver& stored) {
  WaiverPolicy policy;
  policy.tenant = stored.tenant;
  policy.pool = stored.pool;
  policy.reason = stored.reason;
  policy.from_us = stored.from_us;
  policy.last_us = stored.last_us;
  if (!stored.last_us) policy.share = stored.share;
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
      RETURN_IF_ERROR(
          PostPolicy(posting, setting, &CheckPoolPolicy, policy.from_us));
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

absl::Status Ledger::SetWaiverPolicy(const WaiverPolicy& policy) {
  if (policy.share.has_value() == policy.last_us.has_value()) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "a waiver policy says a share or a last time, one of both");
  }
  const WaiverPolicySet entry = EntryOf(policy);
  return impl_->PostGrouped([&](Posting* posting) {
    return PostPolicy(posting, entry, &CheckWaiver, policy.from_us);
  });
}

absl::StatusOr<std::vector<WaiverPolicy>> Ledger::WaiverPolicies() const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const WaiverList stored, ReadWaivers(books.get()));
  std::vector<WaiverPolicy> policies;
  for (const StoredWaiver& one : stored) policies.push_back(PolicyOf(one));
  return policies;
}

}  // namespace drawdown
