// Metered usage, and fees, that the bill has no row for.
#ifndef DRAWDOWN_SRC_RECONCILE_UNBILLED_H_
#define DRAWDOWN_SRC_RECONCILE_UNBILLED_H_

#include <vector>

#include "drawdown/reconcile.h"
#include "reconcile/compare.h"

namespace drawdown {

// One item per lane and maximal run of consecutive buckets that no compared
// group's window covers: usage, and fees of commitments that the bill holds
// other fees of.
std::vector<Break> FindUnbilled(const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_UNBILLED_H_
