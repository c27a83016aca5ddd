// What a person should know of a whole bill, one line each.
#ifndef DRAWDOWN_SRC_RECONCILE_NOTES_H_
#define DRAWDOWN_SRC_RECONCILE_NOTES_H_

#include <vector>

#include "drawdown/reconcile.h"
#include "reconcile/checks.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// Adds to result->notes. `sums` of its items.
void AddNotes(const BillSummary& bill, const ItemSums& sums,
              const std::vector<Group>& groups, const CompareContext& context,
              ReconcileResult* result);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_NOTES_H_
