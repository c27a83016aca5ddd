// The items of a result, each from one group of bill rows.
#ifndef DRAWDOWN_SRC_RECONCILE_ITEMS_H_
#define DRAWDOWN_SRC_RECONCILE_ITEMS_H_

#include <optional>
#include <vector>

#include "drawdown/reconcile.h"
#include "model/stored_breaks.h"
#include "reconcile/compare.h"
#include "reconcile/copies.h"
#include "reconcile/group.h"

namespace drawdown {

// Of a group whose disposition is kCompare or kLateCorrection.
Break ComparedItem(const Group& group, const CompareContext& context);

// Of any other.
Break RoutedItem(const Group& group, const CompareContext& context);

// Of charges for time outside the period: says in the reason of each what was
// metered then. Break::lines is an index into `groups`. Errors of
// context.metered.
absl::Status SayWhatWasMetered(const std::vector<Group>& groups,
                               const CompareContext& context,
                               std::vector<Break>* items);

// Of copies of rows that are not compared; without period and lines.
Break PassedCopiesItem(const RowSums& sums, const RowNames& names,
                       bool corrections, const Group& group,
                       const CompareContext& context);

// Takes the copies that the books of `group` lack out of it, and returns them
// as an item. `copies` in the order of CopyFinder::ForEach.
std::optional<Break> TakeOutCopies(const Copies& copies, Group& group,
                                   const CompareContext& context);

// By every field, so that the order never depends on the input's.
void SortItems(StoredBreaks* breaks);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ITEMS_H_
