// How far published amounts may be from exact ones.
#ifndef DRAWDOWN_SRC_RECONCILE_TOLERANCE_H_
#define DRAWDOWN_SRC_RECONCILE_TOLERANCE_H_

#include <cstdint>

#include "bill/bill_row.h"
#include "drawdown/units.h"
#include "model/reason_text.h"

namespace drawdown {

// Whether `amount`, whichever way it goes, is at most `bound`. What does not
// fit compares as the least there is, and is within nothing.
template <typename Unit>
bool IsWithin(Quantity<Unit> amount, Quantity<Unit> bound) {
  const Quantity<Unit> magnitude = Magnitude(amount);
  return magnitude.valid() && magnitude <= bound;
}

// 0.01 USD, 1 JPY, 0.001 KWD.
MoneyAmount Subunit(Currency currency);

// A unit of the last published place (PublishedDecimals), never more than a
// subunit: "32.8" is 32.80.
MoneyAmount LastPlace(const BilledMoney& money, Currency currency);

// FOCUS 1.4, Invoice Detail: MAX(100 x Subunit, 0.5 x SQRT(rows) x Subunit),
// where `rows` of Cost and Usage add up to the invoice. Rounded down to 5e-12.
MoneyAmount InvoiceTolerance(uint64_t rows, Currency currency);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TOLERANCE_H_
