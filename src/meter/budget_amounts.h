// The arithmetic of budgets (budget_rules.h) where each budget of a chain is
// asked for an amount of its own: more, or less, than those below it. Pure.
#ifndef DRAWDOWN_SRC_METER_BUDGET_AMOUNTS_H_
#define DRAWDOWN_SRC_METER_BUDGET_AMOUNTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "meter/budget_rules.h"

namespace drawdown {

// As ForEachTooSmall of one amount. What is reserved never grows by it: a
// budget can claim more only where those below it claim as much less.
// REQUIRES: no amount is negative, and there are as many as budgets.
template <typename Visit>
inline void ForEachTooSmall(BudgetChain chain, std::span<const Int128> amounts,
                            int64_t now_us, const Visit& visit) {
  Int128 reserved_more = 0;  // by what those below it claim then
  for (size_t i = 0; i < chain.size(); ++i) {
    Budget* const budget = chain[i];
    const Int128 beyond = amounts[i] + reserved_more;
    const Int128 room = WideRoomAt(*budget, now_us);
    const Int128 short_by = beyond - (room - budget->reserved_us);
    if (amounts[i] > 0 && room < amounts[i]) {
      visit(budget, kUnlimited);
    } else if (beyond > 0 && short_by > 0) {
      visit(budget, short_by);
    }
    const Int128 unclaimed = budget_internal::Unclaimed(*budget);
    reserved_more += std::max<Int128>(0, unclaimed - beyond) -
                     std::max<Int128>(0, unclaimed);
  }
}

// Whether or not it fits; `times` -1 gives it back, in any order.
inline void Take(BudgetChain chain, std::span<const Int128> amounts,
                 int times) {
  Int128 reserved_more = 0;
  for (size_t i = 0; i < chain.size(); ++i) {
    const Int128 before = ClaimOf(*chain[i]);
    chain[i]->taken_us += amounts[i] * times;
    chain[i]->reserved_us += reserved_more;
    reserved_more += ClaimOf(*chain[i]) - before;
  }
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_BUDGET_AMOUNTS_H_
