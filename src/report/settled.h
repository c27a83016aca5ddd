// What of a bill's breaks is made good elsewhere, so that nobody asks for it
// twice: by corrections in the same bill, by credits and adjustments, or in the
// bill of the period that a charge is of.
#ifndef DRAWDOWN_SRC_REPORT_SETTLED_H_
#define DRAWDOWN_SRC_REPORT_SETTLED_H_

#include <map>
#include <string>
#include <vector>

#include "drawdown/reconcile.h"

namespace drawdown {

// Of a difference above 0, and of the hours billed beyond the meter: at most
// those.
struct Settled {
  MoneyAmount money;
  GpuTime time;
};

// By the place of each item. A break is settled as far as corrections of its
// pool (else SKU, else resource) take it back: first those of the same time,
// then those whose time overlaps, then those of the period. A correction that
// charges more is, as far as rows of its time bill too little. Late usage,
// which is compared with the meter, gives nothing back. A charge for another
// period's time is settled, but for hours that were not metered then.
std::vector<Settled> SettledOf(const ReconcileResult& result);

// What the provider's rows give back in the period without saying of what, by
// currency and above 0, as Break::price_effect has it: credits beyond those
// that the contract grants, adjustments, and corrections that name nothing.
std::map<std::string, MoneyAmount> RefundsOf(const ReconcileResult& result);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_SETTLED_H_
