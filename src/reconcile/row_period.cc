#include "reconcile/row_period.h"

namespace drawdown {

bool Inside(const BillRow& row, const Interval& period) {
  return row.charge_start_us >= period.start_us &&
         row.charge_end_us <= period.end_us;
}

bool Touches(const BillRow& row, const Interval& period) {
  return row.charge_start_us < period.end_us &&
         row.charge_end_us > period.start_us;
}

bool BilledIn(const BillRow& row, const Interval& period) {
  const int64_t middle =
      row.billing_start_us + (row.billing_end_us - row.billing_start_us) / 2;
  return middle >= period.start_us && middle < period.end_us;
}

bool IsOfPeriod(const BillRow& row, const Interval& period) {
  return Touches(row, period) || BilledIn(row, period);
}

}  // namespace drawdown
