#include "reconcile/tolerance.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/wide.h"

namespace drawdown {
namespace {

using Currencies = std::array<Currency, 16>;

// National currencies without a minor unit (ISO 4217); every other is published
// to the hundredth at least.
const Currencies& NoMinorUnit() {
  static const Currencies currencies = [] {
    constexpr std::array<std::string_view, 16> kCodes = {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
        "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
    Currencies parsed;
    for (size_t i = 0; i < kCodes.size(); ++i) {
      parsed[i] = Currency::Parse(kCodes[i]).value();
    }
    return parsed;
  }();
  return currencies;
}

constexpr int kMoneyScale = 18;
constexpr int kRootScale = 9;

int MinorDigits(Currency currency) {
  const Currencies& none = NoMinorUnit();
  return std::find(none.begin(), none.end(), currency) == none.end() ? 2 : 0;
}

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
  const int scale = std::max(money.scale, MinorDigits(currency));
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
