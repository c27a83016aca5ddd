// What a bill says of the terms of commitments against what the contract says.
#ifndef DRAWDOWN_SRC_RECONCILE_COMMITMENT_TERMS_H_
#define DRAWDOWN_SRC_RECONCILE_COMMITMENT_TERMS_H_

#include <vector>

#include "bill/bill_tables.h"
#include "drawdown/reconcile.h"
#include "reconcile/bill_names.h"
#include "reconcile/compare.h"

namespace drawdown {

// Contract Commitment rows against the commitments they name: category, model,
// interval and currency, and what one interval is of by a step that holds in
// the period, GPU-hours of a Usage commitment and money of a Spend one.
std::vector<ReconcileCheck> CheckTerms(
    const std::vector<BilledCommitment>& commitments,
    const CompareContext& context, const BillNames& names);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COMMITMENT_TERMS_H_
