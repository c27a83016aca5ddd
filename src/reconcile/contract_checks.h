// Rows that a bill must have by the contract: unused hours and credits.
#ifndef DRAWDOWN_SRC_RECONCILE_CONTRACT_CHECKS_H_
#define DRAWDOWN_SRC_RECONCILE_CONTRACT_CHECKS_H_

#include <cstdint>
#include <vector>

#include "drawdown/reconcile.h"
#include "reconcile/compare.h"

namespace drawdown {

// FOCUS DiscountHandling-A-017: what a Continuous commitment had left in each
// charge period has a row.
std::vector<ReconcileCheck> CheckUnusedRows(const CompareContext& context);

// The provider's Credit rows of the period, in the contract's currency.
struct CreditRows {
  uint64_t rows = 0;
  MoneyAmount billed;
  MoneyAmount places;  // a unit of each row's last published place
};

// Credits that the contract grants in the period against those billed. Credits
// of a bill whose contract grants none are not judged.
ReconcileCheck CheckCredits(const CreditRows& credits,
                            const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_CONTRACT_CHECKS_H_
