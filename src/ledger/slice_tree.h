// Which slices are set aside in a quota: found once for all quotas, since each
// admission asks for all that are below a quota and for those below these.
#ifndef DRAWDOWN_SRC_LEDGER_SLICE_TREE_H_
#define DRAWDOWN_SRC_LEDGER_SLICE_TREE_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "drawdown/quota.h"
#include "ledger/quota_records.h"

namespace drawdown {

class SliceTree {
 public:
  using Quotas = std::vector<const StoredQuota*>;

  // Of those that are slices at the instant; they outlive it.
  SliceTree(const Quotas& quotas, int64_t at_us);

  // The instant from which on it may be another.
  int64_t until_us() const { return until_us_; }
  // The slices below the quota that are not below another of them.
  const Quotas& Topmost(const StoredQuota& above) const;

 private:
  // A tenant, and what quotas of one kind have in common.
  using Place = std::tuple<std::string_view, std::string_view, QuotaPeriod,
                           int64_t, std::string_view, std::string_view>;
  static Place PlaceOf(const QuotaScope& scope, std::string_view tenant);

  std::map<Place, Quotas> topmost_;
  int64_t until_us_ = std::numeric_limits<int64_t>::max();
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_SLICE_TREE_H_
