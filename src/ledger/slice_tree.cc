#include "ledger/slice_tree.h"

#include <algorithm>
#include <set>

#include "ledger/quota_rules.h"

namespace drawdown {

SliceTree::Place SliceTree::PlaceOf(const QuotaScope& scope,
                                    std::string_view tenant) {
  return {tenant,           scope.pool,     scope.period,
          scope.rolling_us, scope.contract, scope.commitment};
}

// Each is noted at every tenant above it, up to the one whose slice it is in.
SliceTree::SliceTree(const Quotas& quotas, int64_t at_us) {
  Quotas slices;
  std::set<Place> places;
  for (const StoredQuota* const quota : quotas) {
    for (const QuotaVersion& version : quota->versions) {
      if (version.from_us > at_us) {
        until_us_ = std::min(until_us_, version.from_us);
      }
    }
    const QuotaLimit* const limit = LimitAt(*quota, at_us);
    if (limit == nullptr || !limit->slice) continue;
    slices.push_back(quota);
    places.insert(PlaceOf(quota->scope, quota->scope.tenant));
  }
  for (const StoredQuota* const slice : slices) {
    std::string_view tenant = slice->scope.tenant;
    for (size_t slash = tenant.rfind('/'); slash != tenant.npos;
         slash = tenant.rfind('/')) {
      tenant = tenant.substr(0, slash);
      const Place place = PlaceOf(slice->scope, tenant);
      topmost_[place].push_back(slice);
      if (places.contains(place)) break;
    }
  }
}

const SliceTree::Quotas& SliceTree::Topmost(const StoredQuota& above) const {
  static const Quotas none;
  const auto found = topmost_.find(PlaceOf(above.scope, above.scope.tenant));
  return found == topmost_.end() ? none : found->second;
}

}  // namespace drawdown
