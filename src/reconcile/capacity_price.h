// What reserved capacity that nobody ran on may cost.
#ifndef DRAWDOWN_SRC_RECONCILE_CAPACITY_PRICE_H_
#define DRAWDOWN_SRC_RECONCILE_CAPACITY_PRICE_H_

#include <optional>
#include <string>

#include "base/interval.h"
#include "contract/contract.h"
#include "drawdown/units.h"

namespace drawdown {

// `time` spread evenly over the charge period, at the rates on demand in force
// in it, of a rate with tiers the first; empty where the contract lacks one.
std::optional<MoneyAmount> CapacityPrice(const Contract& contract,
                                         const std::string& pool,
                                         const Interval& charge, GpuTime time);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_CAPACITY_PRICE_H_
