// What was consumed against what was rated: ConsumedQuantity beside
// PricingQuantity.
#ifndef DRAWDOWN_SRC_RECONCILE_CONSUMED_H_
#define DRAWDOWN_SRC_RECONCILE_CONSUMED_H_

#include <cstdint>

#include "drawdown/reconcile.h"
#include "reconcile/route.h"

namespace drawdown {

class ConsumedSums {
 public:
  // `rows` of compared usage, all alike. `given`: with a ConsumedQuantity.
  void Add(bool given, const RoutedRow& routed, uint64_t rows);

  // Rating may go beyond what was consumed only where the contract has a grain.
  ReconcileCheck Check(bool has_grain) const;

 private:
  struct Sums {
    uint64_t rows = 0;
    GpuTime consumed;
    GpuTime rated;
  };

  uint64_t both_ = 0;  // rows with both quantities
  Sums more_;          // rows that consumed more than was rated
  Sums less_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_CONSUMED_H_
