#include "ledger/run_policies.h"

#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr PoolSetting kAccrues = PoolSetting::kSuspendedAccrues;

TEST(RunPoliciesTest, LiteralThenLatestThenNewest) {
  const PoolPolicyList policies = {
      {"*", 0, kAccrues, 1},       {"aws", 0, kAccrues, 0},
      {"aws", 100, kAccrues, 1},   {"aws", 100, kAccrues, 0},
      {"gcp/*/a", 0, kAccrues, 0}, {"gcp/*/a", 0, PoolSetting::kLease, 7}};
  const struct {
    const char* pool;
    int64_t at_us;
    bool accrues;
  } kCases[] = {{"onprem/x", -1, false}, {"onprem/x", 0, true},
                {"aws/x", 99, false},    {"aws/x", 100, false},
                {"gcp/eu/a", 5, false},  {"gcp/eu/b", 5, true}};
  for (const auto& one : kCases) {
    EXPECT_EQ(SuspendedAccrues(policies, one.pool, one.at_us), one.accrues)
        << one.pool << " at " << one.at_us;
  }
  EXPECT_EQ(LeaseOf(policies, "gcp/eu/a", 0), 7);
  EXPECT_EQ(LeaseOf(policies, "gcp/eu/a", -1), kDefaultLeaseUs);
  EXPECT_EQ(LeaseOf(policies, "aws/x", 0), kDefaultLeaseUs);
}

TEST(RunPoliciesTest, WhatIsInForceIsOfOneSelectorAtOneInstant) {
  const PoolPolicyList policies = {{"aws", 100, kAccrues, 1},
                                   {"aws", 200, kAccrues, 0}};
  const struct {
    PoolPolicySet policy;
    bool in_force;
  } kCases[] = {{{"aws", 100, kAccrues, 1}, true},
                {{"aws", 150, kAccrues, 1}, true},
                {{"aws", 99, kAccrues, 1}, false},
                {{"aws", 200, kAccrues, 1}, false},
                {{"aws", 250, kAccrues, 0}, true},
                {{"aws/x", 150, kAccrues, 1}, false},
                {{"aws", 150, PoolSetting::kLease, 1}, false}};
  for (const auto& one : kCases) {
    EXPECT_EQ(IsInForce(policies, one.policy), one.in_force)
        << one.policy.pool << " from " << one.policy.from_us;
  }
}

TEST(RunPoliciesTest, WhatOnlyFollowsFromAnEarlierOneIsNotSaid) {
  const PoolPolicyList policies = {{"aws", 100, kAccrues, 0},
                                   {"aws", 200, kAccrues, 1},
                                   {"aws", 100, kAccrues, 1}};
  EXPECT_TRUE(IsSaid(policies, {"aws", 100, kAccrues, 1}));
  EXPECT_TRUE(IsSaid(policies, {"aws", 200, kAccrues, 1}));
  EXPECT_FALSE(IsSaid(policies, {"aws", 100, kAccrues, 0}));
  EXPECT_FALSE(IsSaid(policies, {"aws", 150, kAccrues, 1}));
  EXPECT_FALSE(IsSaid(policies, {"aws", 250, kAccrues, 1}));
  EXPECT_FALSE(IsSaid(policies, {"aws/x", 100, kAccrues, 1}));
}

TEST(RunPoliciesTest, WhatCannotStandInTheBooksIsRefused) {
  EXPECT_THAT(CheckPoolPolicy({"", 0, kAccrues, 1}),
              IsError(ErrorCode::kBadRow, "pool selector \"\" is empty"));
  EXPECT_THAT(CheckPoolPolicy({"aws//x", 0, kAccrues, 1}),
              IsError(ErrorCode::kBadRow, "has an empty part"));
  EXPECT_THAT(CheckPoolPolicy({"a\nb", 0, kAccrues, 1}),
              IsError(ErrorCode::kBadRow, "control character"));
  EXPECT_THAT(CheckPoolPolicy({"*", INT64_MAX, kAccrues, 1}),
              IsError(ErrorCode::kBadRow, "from is not in the years"));
}

}  // namespace
}  // namespace drawdown
