#include "ledger/slice_tree.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>

#include "base/path.h"
#include "gtest/gtest.h"
#include "ledger/quota_index.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

constexpr int64_t kNowUs = 1'000;

bool IsSlice(const StoredQuota& quota) {
  const QuotaVersion* const version = quota.At(kNowUs);
  return version != nullptr && version->limit && version->limit->slice;
}
bool IsBelow(const StoredQuota& one, const StoredQuota& above) {
  return SameKind(one.scope, above.scope) &&
         one.scope.tenant != above.scope.tenant &&
         IsAtOrBelow(one.scope.tenant, above.scope.tenant);
}

// As they are defined: each beside each.
std::set<const StoredQuota*> Naive(const QuotaIndex::Quotas& quotas,
                                   const StoredQuota& above) {
  std::set<const StoredQuota*> topmost;
  for (const StoredQuota* const one : quotas) {
    const bool covered = std::any_of(
        quotas.begin(), quotas.end(), [&](const StoredQuota* other) {
          return IsSlice(*other) && IsBelow(*other, above) &&
                 IsBelow(*one, *other);
        });
    if (IsSlice(*one) && IsBelow(*one, above) && !covered) topmost.insert(one);
  }
  return topmost;
}

TEST(SliceTreeTest, TopmostAreTheSlicesThatAreInNoOther) {
  constexpr uint64_t kSeed = 20261129;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random(kSeed);
  const char* const names[] = {"a", "b", "a-", "c"};
  size_t found = 0;
  for (int round = 0; round < 300; ++round) {
    std::deque<StoredQuota> stored;
    QuotaIndex::Quotas quotas;
    const int64_t wanted = random.Between(1, 20);
    for (int64_t i = 0; i < wanted; ++i) {
      StoredQuota& quota = stored.emplace_back();
      quota.scope.tenant = names[random.Between(0, 3)];
      for (int64_t depth = random.Between(0, 4); depth > 0; --depth) {
        quota.scope.tenant += "/" + std::string(names[random.Between(0, 3)]);
      }
      quota.scope.pool = random.OneIn(3) ? "aws/*" : "*";
      quota.scope.period =
          random.OneIn(3) ? QuotaPeriod::kTotal : QuotaPeriod::kMonth;
      QuotaLimit limit;
      limit.slice = !random.OneIn(3);
      quota.versions = {{random.OneIn(4) ? kNowUs + 1 : 0, limit}};
      quotas.push_back(&quota);
    }
    const SliceTree tree(quotas, kNowUs);
    for (const StoredQuota& above : stored) {
      const QuotaIndex::Quotas& topmost = tree.Topmost(above);
      const std::set<const StoredQuota*> is(topmost.begin(), topmost.end());
      ASSERT_EQ(is, Naive(quotas, above)) << above.scope.tenant;
      ASSERT_EQ(is.size(), topmost.size());
      found += is.size();
    }
  }
  EXPECT_GT(found, 100u);
}

}  // namespace
}  // namespace drawdown
