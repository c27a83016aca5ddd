#include "ledger/run_policies.h"

#include <optional>
#include <tuple>

#include "base/coding.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/run_rules.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kPoolPrefix = 'p';

// The value that holds among those for which `matches`.
template <typename Matches>
std::optional<int64_t> ValueInForce(const PoolPolicyList& policies,
                                    PoolSetting setting, int64_t at_us,
                                    const Matches& matches) {
  std::optional<int64_t> value;
  std::tuple<int, int64_t> best;
  for (const StoredPoolPolicy& policy : policies) {
    if (policy.setting != setting || policy.from_us > at_us ||
        !matches(policy)) {
      continue;
    }
    const std::tuple<int, int64_t> rank = {SelectorRank(policy.pool),
                                           policy.from_us};
    if (value && rank < best) continue;
    best = rank;
    value = policy.value;
  }
  return value;
}

std::optional<int64_t> ValueFor(const PoolPolicyList& policies,
                                PoolSetting setting, std::string_view pool,
                                int64_t at_us) {
  return ValueInForce(policies, setting, at_us,
                      [pool](const StoredPoolPolicy& policy) {
                        return SelectorCovers(policy.pool, pool);
                      });
}

absl::StatusOr<StoredPoolPolicy> DecodePoolPolicy(std::string_view key,
                                                  std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "policy"));
  ByteReader in(body);
  StoredPoolPolicy policy;
  policy.pool = in.String();
  policy.from_us = in.Fixed<int64_t>();
  policy.setting = in.Fixed<PoolSetting>();
  policy.value = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("policy");
  return policy;
}

}  // namespace

std::string PoolPolicyKey(uint64_t sequence) {
  std::string key(1, kPoolPrefix);
  AppendKey64(sequence, &key);
  return key;
}

std::string EncodePoolPolicy(std::string_view key,
                             const PoolPolicySet& policy) {
  std::string out;
  AppendString(policy.pool, &out);
  AppendFixed(policy.from_us, &out);
  AppendFixed(policy.setting, &out);
  AppendFixed(policy.value, &out);
  SealRecord(key, &out);
  return out;
}

absl::Status CheckPoolPolicy(const PoolPolicySet& policy) {
  RETURN_IF_ERROR(ValidateSelector(policy.pool));
  RETURN_IF_ERROR(CheckInstant("from", policy.from_us));
  if (policy.setting == PoolSetting::kLease && policy.value <= 0) {
    return MakeError(
        ErrorCode::kBadRow,
        "lease of " + std::to_string(policy.value) + " us: it is more than 0");
  }
  return absl::OkStatus();
}

std::string DescribeSetting(PoolSetting setting, int64_t value) {
  switch (setting) {
    case PoolSetting::kSuspendedAccrues:
      return value != 0 ? "suspended runs accrue" : "suspended runs are free";
    case PoolSetting::kLease:
      return "lease " + SecondsText(value);
  }
  return "?";
}

absl::StatusOr<PoolPolicyList> ReadPoolPolicies(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kPolicies));
  PoolPolicyList policies;
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(std::string_view(&kPoolPrefix, 1)));
  while (found && cursor->key().front() == kPoolPrefix) {
    ASSIGN_OR_RETURN(StoredPoolPolicy policy,
                     DecodePoolPolicy(cursor->key(), cursor->value()));
    policies.push_back(std::move(policy));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return policies;
}

bool SuspendedAccrues(const PoolPolicyList& policies, std::string_view pool,
                      int64_t at_us) {
  return ValueFor(policies, PoolSetting::kSuspendedAccrues, pool, at_us)
             .value_or(0) != 0;
}

int64_t LeaseOf(const PoolPolicyList& policies, std::string_view pool,
                int64_t at_us) {
  return ValueFor(policies, PoolSetting::kLease, pool, at_us)
      .value_or(kDefaultLeaseUs);
}

bool IsSaid(const PoolPolicyList& policies, const PoolPolicySet& policy) {
  return ValueInForce(policies, policy.setting, policy.from_us,
                      [&](const StoredPoolPolicy& other) {
                        return other.pool == policy.pool &&
                               other.from_us == policy.from_us;
                      }) == policy.value;
}

bool IsInForce(const PoolPolicyList& policies, const PoolPolicySet& policy) {
  return ValueInForce(policies, policy.setting, policy.from_us,
                      [&](const StoredPoolPolicy& other) {
                        return other.pool == policy.pool;
                      }) == policy.value;
}

}  // namespace drawdown
