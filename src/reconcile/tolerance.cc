#include "reconcile/tolerance.h"

#include <algorithm>

#include "base/minor_units.h"
#include "base/wide.h"
#include "bill/price_check.h"
#include "model/reason_text.h"

namespace drawdown {
namespace {

constexpr int kMoneyScale = 18;
constexpr int kRootScale = 9;

// The largest integer whose square is at most `value`, which is below 2^126.
Int128 SquareRoot(Int128 value) {
  Int128 root = 0;
  for (int bit = 62; bit >= 0; --bit) {
    const Int128 next = root | (static_cast<Int128>(1) << bit);
    if (next <= value / next) root = next;
  }
  return root;
}

}  // namespace

MoneyAmount Subunit(Currency currency) {
  return MoneyAmount(PowerOfTen(kMoneyScale - MinorDigits(currency)));
}

MoneyAmount LastPlace(const BilledMoney& money, Currency currency) {
  const int subunits = MinorDigits(currency);
  const int scale = PublishedDecimals(money.amount, money.scale, subunits);
  return scale > kMoneyScale ? MoneyAmount()
                             : MoneyAmount(PowerOfTen(kMoneyScale - scale));
}

MoneyAmount InvoiceTolerance(uint64_t rows, Currency currency) {
  const MoneyAmount subunit = Subunit(currency);
  // The root to nine places: rows x 10^18 is below 2^124.
  const Int128 root =
      SquareRoot(static_cast<Int128>(rows) * PowerOfTen(2 * kRootScale));
  const Int128 half_at_root = subunit.count() / (2 * PowerOfTen(kRootScale));
  return std::max(subunit * 100, MoneyAmount(root * half_at_root));
}

}  // namespace drawdown
