// The checks of a reconciliation: what was verified beside the items.
#ifndef DRAWDOWN_SRC_RECONCILE_CHECKS_H_
#define DRAWDOWN_SRC_RECONCILE_CHECKS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/bill.h"
#include "drawdown/reconcile.h"
#include "model/stored_breaks.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// What was given to Add, counted there.
struct AddedRows {
  uint64_t rows = 0;
  std::map<std::string, MoneyAmount> billed;  // by currency
};

// What all items come to, beside the totals of the result.
struct ItemSums {
  // Of those within the tolerance, by currency: too little, and too much.
  struct Side {
    uint64_t items = 0;
    MoneyAmount sum;
  };
  uint64_t rows = 0;
  uint64_t copies = 0;  // of them, rows of duplicate_charge
  GpuTime metered;
  bool fits = true;  // each item
  std::map<Currency, std::array<Side, 2>> tolerated;
};

// Whether its amounts fit 128 bits.
bool Fits(const BreakFigures& item);

// Fills result.totals, billed_total and expected_total too.
ItemSums SumItems(const StoredBreaks& items, ReconcileResult* result);

// Every row in exactly one item: the items hold the rows and the money that
// were added and that the bill's own summary names, and difference = billed -
// expected, per currency.
ReconcileCheck CheckConservation(const ReconcileResult& result,
                                 const ItemSums& sums, const AddedRows& added,
                                 const BillSummary& summary);

// What could not be checked because the bill has no BilledCost.
std::optional<ReconcileCheck> CheckAmount(const CompareContext& context);

// Every metered cell in exactly one item.
ReconcileCheck CheckMetered(const ItemSums& sums,
                            const CompareContext& context);

// EffectiveCost of covered and unused rows against the price of their hours,
// and of purchases against what no such row carries: one check for each that
// the bill has of a commitment. `groups` without the copies taken out.
// effective_checks.cc
std::vector<ReconcileCheck> CheckEffectiveCosts(
    const std::vector<Group>& groups, const CompareContext& context);

// The purchase rows of each commitment against the contract.
std::vector<ReconcileCheck> CheckPurchases(const std::vector<Group>& groups,
                                           const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_CHECKS_H_
