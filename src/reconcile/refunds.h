// Money that rows of a bill give back without saying of what.
#ifndef DRAWDOWN_SRC_RECONCILE_REFUNDS_H_
#define DRAWDOWN_SRC_RECONCILE_REFUNDS_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bill/bill_row.h"
#include "drawdown/reconcile.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// The services that rows of the contract's things are of, and those that other
// usage and purchases are of.
class OurServices {
 public:
  void Add(const BillRow& row, const RoutedRow& routed);
  // Whether money of `service`, empty where the row has none, may be of such a
  // thing: a service of which nothing is used or bought is a name for an
  // account's credits and fees. Where there are too many services to know, it
  // may.
  bool MayBe(std::string_view service) const;

 private:
  static constexpr size_t kMost = 1024;

  struct Services {
    std::set<std::string, std::less<>> names;
    std::string last;

    void Add(std::string_view service);
    bool Has(std::string_view service) const;
    bool full() const { return names.size() >= kMost; }
  };

  Services ours_;
  Services others_;
};

// Sets Break::price_effect of credits, negative adjustments and corrections of
// nothing to what they give back; of credits, beyond those that the contract
// grants. What is not of the period, or names another service that is used, SKU
// or resource than the contract's, gives nothing of it back. Whether some item
// was changed. REQUIRES: sorted items.
bool MarkRefunds(const std::vector<Group>& groups, const OurServices& services,
                 const CompareContext& context, StoredBreaks* breaks);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_REFUNDS_H_
