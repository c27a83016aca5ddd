// Amounts as reasons say them.
#ifndef DRAWDOWN_SRC_MODEL_REASON_TEXT_H_
#define DRAWDOWN_SRC_MODEL_REASON_TEXT_H_

#include <string>

#include "drawdown/units.h"

namespace drawdown {

// "12,288", "0.333333333": GPU-hours, half-even to nine places.
std::string HoursText(GpuTime time);

// "12,288 GPU-hours".
std::string GpuHoursText(GpuTime time);

// "25,190.40 USD", "25,190 JPY": exact, at least the currency's decimals.
std::string MoneyText(MoneyAmount amount, Currency currency);

// cost / time, half-even to six decimals: "4.10 USD". REQUIRES: time not zero.
std::string UnitPriceText(MoneyAmount cost, GpuTime time, Currency currency);

template <typename Unit>
Quantity<Unit> Magnitude(Quantity<Unit> value) {
  return value < Quantity<Unit>() ? -value : value;
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_REASON_TEXT_H_
