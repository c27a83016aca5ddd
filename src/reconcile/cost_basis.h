// Which of a bill's amounts is compared, and what that says of each row.
#ifndef DRAWDOWN_SRC_RECONCILE_COST_BASIS_H_
#define DRAWDOWN_SRC_RECONCILE_COST_BASIS_H_

#include <cstdint>

#include "base/hash_map.h"
#include "drawdown/reconcile.h"
#include "reconcile/lane.h"

namespace drawdown {

// Commitments whose hours are billed as they run: no fee pays for them.
struct AsUsed {
  HashSet<uint32_t> covered;
  HashSet<uint32_t> left;  // of those, whose unused rows no fee pays for either
};

struct CostBasis {
  BilledAmount amount = BilledAmount::kBilledCost;
  // Commitments of which the bill holds purchase rows that are of the period.
  HashSet<uint32_t> purchased;
  HashSet<uint32_t> upfront;    // of those, the ones with a one-time fee
  HashSet<uint32_t> recurring;  // and those with another
  // Likewise of rows of their unused part.
  HashSet<uint32_t> unused;
  AsUsed as_used;
};

// Whether a fee has paid for a row of the lane, or pays for other rows: by
// BilledCost the fee is billed and what it covers is free, by EffectiveCost the
// fee is free.
inline bool IsFree(const Lane& lane, const CostBasis& basis) {
  if (basis.amount == BilledAmount::kEffectiveCost) {
    return IsPurchase(lane.kind);
  }
  return (lane.kind == RowKind::kCovered &&
          !basis.as_used.covered.contains(lane.commitment)) ||
         (lane.kind == RowKind::kUnused &&
          basis.purchased.contains(lane.commitment) &&
          !basis.as_used.left.contains(lane.commitment));
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COST_BASIS_H_
