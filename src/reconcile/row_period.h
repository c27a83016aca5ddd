// Whether a row of a bill is of the period that is reconciled.
#ifndef DRAWDOWN_SRC_RECONCILE_ROW_PERIOD_H_
#define DRAWDOWN_SRC_RECONCILE_ROW_PERIOD_H_

#include "base/interval.h"
#include "bill/bill_row.h"

namespace drawdown {

// Whether all, or some, of the charge period is in the period.
bool Inside(const BillRow& row, const Interval& period);
bool Touches(const BillRow& row, const Interval& period);

// A bill belongs to the period that holds the middle of its billing period, so
// that calendars cut a few hours apart still meet.
bool BilledIn(const BillRow& row, const Interval& period);

// Whether a row charges time of the period, or is billed in it.
bool IsOfPeriod(const BillRow& row, const Interval& period);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ROW_PERIOD_H_
