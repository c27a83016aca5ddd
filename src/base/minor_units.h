// How many decimals a currency's amounts have where they are paid.
#ifndef DRAWDOWN_SRC_BASE_MINOR_UNITS_H_
#define DRAWDOWN_SRC_BASE_MINOR_UNITS_H_

#include "drawdown/units.h"

namespace drawdown {

// 2, but for the national currencies that have no minor unit (0) or thousandths
// (3). ISO 4217, list one.
int MinorDigits(Currency currency);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_MINOR_UNITS_H_
