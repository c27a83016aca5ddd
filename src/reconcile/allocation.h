// Where a pool agrees and its tenants do not: shared and idle GPUs.
#ifndef DRAWDOWN_SRC_RECONCILE_ALLOCATION_H_
#define DRAWDOWN_SRC_RECONCILE_ALLOCATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "bill/json_scan.h"
#include "drawdown/reconcile.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// Reads the tenant that a row's Tags name.
class TenantTag {
 public:
  // `key` empty: no row names one.
  explicit TenantTag(std::string key) : key_(std::move(key)) {}

  // The value of the tag, "" without it. Valid until the next call.
  std::string_view Of(std::string_view tags);

 private:
  std::string key_;
  std::string last_tags_;  // bills repeat them row after row
  std::string last_value_;
  JsonCell json_;
};

// A clean item of usage as one item per tenant, where its rows name tenants:
// those whose hours or money are not what the meter has are allocation_gap. A
// tag that names a tenant takes what is metered below it too. The parts sum to
// the item exactly. Any other item comes back as it is.
std::vector<Break> SplitByTenant(const Break& item, const Group& group,
                                 const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ALLOCATION_H_
