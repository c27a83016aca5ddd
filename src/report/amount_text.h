// Amounts of commitments: GPU time or, of a spend commitment, money.
#ifndef DRAWDOWN_SRC_REPORT_AMOUNT_TEXT_H_
#define DRAWDOWN_SRC_REPORT_AMOUNT_TEXT_H_

#include <string>

#include "drawdown/units.h"
#include "report/sheet.h"

namespace drawdown {

// In GPU-hours to nine decimals, or exact money.
std::string AmountText(bool money, Int128 amount);

// For people: GPU-hours with three decimals, money with the currency's.
std::string ReadableAmount(bool money, Currency currency, Int128 amount);

// "gpu_hours" or the currency.
std::string AmountUnit(bool money, Currency currency);

// GPU-seconds; none of money.
Cell AmountSecondsCell(bool money, Int128 amount);

// part / whole in percent with two decimals; none where the whole is not above
// zero.
Cell PercentCell(Int128 part, Int128 whole);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_AMOUNT_TEXT_H_
