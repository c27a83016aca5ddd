// Money that rows of a bill give back without saying of what.
#ifndef DRAWDOWN_SRC_RECONCILE_REFUNDS_H_
#define DRAWDOWN_SRC_RECONCILE_REFUNDS_H_

#include <vector>

#include "drawdown/reconcile.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// Sets Break::price_effect of credits and negative adjustments in the period,
// which pass through, to what they give back; of credits, beyond those that the
// contract grants. REQUIRES: sorted items.
void MarkRefunds(const std::vector<Group>& groups,
                 const CompareContext& context, std::vector<Break>* items);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_REFUNDS_H_
