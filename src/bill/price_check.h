// ListUnitPrice x PricingQuantity against ListCost.
#ifndef DRAWDOWN_SRC_BILL_PRICE_CHECK_H_
#define DRAWDOWN_SRC_BILL_PRICE_CHECK_H_

#include <optional>

#include "base/decimal.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr int kMoneyDecimals = 18;

// How a product misses its cost. "Within scale S" is to be at most half a unit
// of the S-th decimal away. A cost is published rounded to S decimals, and S is
// known only when the whole bill has been read; so both limits are kept.
struct PriceMiss {
  int first_missed = 0;        // the product is not within this scale or finer
  int power_of_ten = 0;        // the product x 10^this comes closest
  int last_within_power = -1;  // and is within this scale and coarser; -1: none

  friend auto operator<=>(const PriceMiss&, const PriceMiss&) = default;
};

// Nothing when the product is the cost, or too large to tell.
std::optional<PriceMiss> CheckPrice(const Decimal& unit_price,
                                    const Decimal& quantity, MoneyAmount cost);

// The last decimal that an amount with `written` decimals says something by,
// never less than `at_least`. One with more than 15 digits, or more than 10
// decimals, was a double, and mostly a sum of some ("958.5600000000006"): of it
// that is the 12th digit's, where it has so many.
int PublishedDecimals(MoneyAmount amount, int written, int at_least);

// The number of decimals `amount` needs, if more than `at_least`, as far as
// they are published.
int NeededDecimals(MoneyAmount amount, int at_least);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_PRICE_CHECK_H_
