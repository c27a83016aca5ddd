// What a bill applies to commitments, its ContractApplied, against the contract
// and our books.
#ifndef DRAWDOWN_SRC_RECONCILE_APPLIED_SUMS_H_
#define DRAWDOWN_SRC_RECONCILE_APPLIED_SUMS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "contract/contract.h"
#include "drawdown/reconcile.h"
#include "reconcile/bill_names.h"
#include "reconcile/compare.h"
#include "reconcile/quantity.h"
#include "reconcile/route.h"

namespace drawdown {

// The elements of ContractApplied, added up by commitment.
class AppliedSums {
 public:
  // Of a row of the contract's provider, inside `period` or not, and how it was
  // routed.
  void Add(const BillRow& row, const RoutedRow& routed, const BillNames& names,
           const Contract& contract, const Interval& period);

  // One check per commitment that a row applies to, or one that says that none
  // does. Fails on elements that name no commitment of the contract, have
  // another unit than it, count more money or hours than the charge or are
  // charged while it is not in force; and where the applied GPU-hours of a
  // Usage commitment are not those that our books cover by it in the period, or
  // the applied costs of a Spend commitment not what our books count; and where
  // the ContractId is not that of the commitment's Contract Commitment rows.
  // Not executable beside those: values that could not be read.
  std::vector<ReconcileCheck> Check(const CompareContext& context,
                                    const BillContents& bill) const;

 private:
  struct Sums {
    uint64_t elements = 0;
    uint64_t other_unit = 0;
    uint64_t more_than_charge = 0;
    uint64_t not_in_force = 0;
    uint64_t other_currency = 0;
    GpuTime time;  // in the period, of those with a quantity in GPU time
    GpuTime slack;
    MoneyAmount cost;  // in the period, in the contract's currency
    MoneyAmount cost_places;
    std::set<std::string> contracts;  // ContractIds, the first kMostContracts
    std::string last_contract;        // of the last element
  };
  static constexpr size_t kMostContracts = 4;
  static constexpr size_t kMostUnknown = 1024;

  void AddUnknown(std::string_view commitment);
  static ReconcileCheck CheckOne(const Commitment& commitment, const Sums& sums,
                                 const CompareContext& context);
  static void CompareContracts(const Commitment& commitment, const Sums& sums,
                               const BillContents& bill, ReconcileCheck* check);
  static void CompareHours(const Commitment& commitment, const Sums& sums,
                           const CompareContext& context,
                           ReconcileCheck* check);
  static void CompareCosts(const Commitment& commitment, const Sums& sums,
                           const CompareContext& context,
                           ReconcileCheck* check);

  std::map<std::string, Sums> by_commitment_;
  std::map<std::string, uint64_t> unknown_;  // elements by the id they name
  uint64_t more_unknown_ = 0;                // of ids beyond kMostUnknown
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_APPLIED_SUMS_H_
