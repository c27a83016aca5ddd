// Corrections in a bill beside those that our own statement of the period
// makes of closed months.
#ifndef DRAWDOWN_SRC_RECONCILE_POSTED_CORRECTIONS_H_
#define DRAWDOWN_SRC_RECONCILE_POSTED_CORRECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drawdown/reconcile.h"
#include "drawdown/statement.h"
#include "drawdown/terms.h"
#include "reconcile/agreed.h"
#include "reconcile/cost_basis.h"
#include "reconcile/group.h"
#include "reconcile/lane.h"

namespace drawdown {

// Statements are by month, so all of a bill's corrections of one lane and
// closed month are compared as one, and with them what is charged for its time
// without being called a correction. Corrections of money alone are of the
// pool's on-demand usage.
class PostedCorrections {
 public:
  // One lane of one closed month, both sides.
  struct Sums {
    GpuTime time;  // of our statement
    MoneyAmount cost;
    MoneyAmount true_up;  // of `cost`, what no usage could carry
    MoneyAmount expected;
    RowSums billed;
    GpuTime slack;
    const Group* last = nullptr;  // of the bill's groups
    bool agrees = false;

    bool exact() const {
      return billed.cost == expected &&
             (billed.unmeasured != 0 || billed.billed == time);
    }
    // What the group should be billed: as it was, and the last one what all
    // should be beside the others.
    MoneyAmount ExpectedOf(const Group& group) const {
      return &group == last ? group.sums.cost - (billed.cost - expected)
                            : group.sums.cost;
    }
  };

  PostedCorrections() = default;
  PostedCorrections(const std::vector<StatementLine>& lines,
                    const std::vector<CorrectedPeriod>& months, Interner* pools,
                    Interner* commitments);

  // Makes covered usage of the pools that `picks` says usage on demand.
  void JoinKinds(const std::function<bool(uint32_t)>& picks);

  // Adds up the groups of corrections and of other periods' time in `currency`,
  // an index. `texts` names the lines that corrections are of. Call once, when
  // the groups are final: they stay where they are.
  void Compare(const std::vector<Group>& groups, uint32_t currency,
               const CostBasis& basis, const Interner& texts,
               const ReconcileOptions& options);

  // What the group is a part of; null where our statement has nothing of it.
  const Sums* Of(const Group& group) const;
  std::string_view MonthOf(const Group& group) const;

  // What the bill says nothing about, a line for each month. `currency` as in
  // output.
  std::vector<std::string> Missing(Currency currency) const;

 private:
  void Add(const Lane& lane, size_t month, const StatementLine& line);
  // The closed month that the group lies in, or months_.size().
  size_t IndexOf(const Group& group) const;

  uint32_t currency_ = 0;
  std::vector<CorrectedPeriod> months_;
  std::map<std::pair<size_t, Lane>, Sums> sums_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_POSTED_CORRECTIONS_H_
