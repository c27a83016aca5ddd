// Fees of commitments that a bill has none of.
#ifndef DRAWDOWN_SRC_RECONCILE_LACKING_FEES_H_
#define DRAWDOWN_SRC_RECONCILE_LACKING_FEES_H_

#include <string>
#include <vector>

#include "contract/contract.h"
#include "drawdown/units.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

struct LackingFees {
  MoneyAmount amount;
  bool shortfall = false;  // of spend, and nothing else
};

// What our statement of the period, once it is over, has of a commitment's fees
// and true-ups, less what its other rows cost, where no row of the bill is a
// fee of it for time of the period. They may be billed elsewhere, so this is no
// break. Nothing where there is one, where the bill has no BilledCost, and
// where other rows cost as much.
LackingFees LackingFeesOf(const Commitment& commitment,
                          const std::vector<Group>& groups,
                          const CompareContext& context);

// "a shortfall of 6,700.00 USD".
std::string LackingFeesText(const LackingFees& lacking, Currency currency);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_LACKING_FEES_H_
