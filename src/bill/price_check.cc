#include "bill/price_check.h"

#include <algorithm>

#include "base/wide.h"

namespace drawdown {
namespace {

// Block sizes of price lists reach 10^9 ("per billion tokens").
constexpr int kMaxPower = 9;
constexpr int kMaxExponent = 38;

// price x quantity x 10^decimals, rounded half-even to an integer.
std::optional<Int128> Product(const Decimal& price, const Decimal& quantity,
                              int decimals) {
  const int exponent = decimals - price.scale - quantity.scale;
  if (exponent < -kMaxExponent) return std::nullopt;
  if (exponent < 0) {
    const auto product = MulDivHalfEven(price.coefficient, quantity.coefficient,
                                        PowerOfTen(-exponent));
    return product.ok() ? std::optional<Int128>(*product) : std::nullopt;
  }
  Int128 product = 0;
  if (__builtin_mul_overflow(price.coefficient, quantity.coefficient,
                             &product) ||
      __builtin_mul_overflow(product, PowerOfTen(exponent), &product)) {
    return std::nullopt;
  }
  return product;
}

// |a - b|, nothing if it does not fit twice.
std::optional<Int128> Distance(Int128 a, Int128 b) {
  Int128 difference = 0;
  Int128 doubled = 0;
  if (__builtin_sub_overflow(a, b, &difference) ||
      __builtin_mul_overflow(difference, Int128{2}, &doubled)) {
    return std::nullopt;
  }
  return difference < 0 ? -difference : difference;
}

// The finest scale within which `distance` is, -1 if none.
int FinestWithin(Int128 distance) {
  int scale = kMoneyDecimals;
  while (scale >= 0 && 2 * distance > PowerOfTen(kMoneyDecimals - scale)) {
    --scale;
  }
  return scale;
}

// Whether the larger is at least three times the smaller: only then can a power
// of ten bring them closer.
bool FarApart(Int128 a, Int128 b) {
  const Int128 x = a < 0 ? -a : a;
  const Int128 y = b < 0 ? -b : b;
  return x / 3 >= y || y / 3 >= x;
}

void FindPower(const Decimal& price, const Decimal& quantity, Int128 cost,
               PriceMiss* miss) {
  for (int power = -kMaxPower; power <= kMaxPower; ++power) {
    if (power == 0) continue;
    const auto product = Product(price, quantity, kMoneyDecimals + power);
    const auto distance =
        product ? Distance(*product, cost) : std::optional<Int128>();
    if (!distance) continue;
    const int within = FinestWithin(*distance);
    if (within > miss->last_within_power) {
      miss->power_of_ten = power;
      miss->last_within_power = within;
    }
  }
}

}  // namespace

std::optional<PriceMiss> CheckPrice(const Decimal& unit_price,
                                    const Decimal& quantity, MoneyAmount cost) {
  const auto product = Product(unit_price, quantity, kMoneyDecimals);
  if (!product || *product == cost.count()) return std::nullopt;
  const auto distance = Distance(*product, cost.count());
  if (!distance) return std::nullopt;
  PriceMiss miss;
  miss.first_missed = FinestWithin(*distance) + 1;
  const bool both =
      unit_price.coefficient != 0 && quantity.coefficient != 0 && !cost.zero();
  if (both && FarApart(*product, cost.count())) {
    FindPower(unit_price, quantity, cost.count(), &miss);
  }
  return miss;
}

int PublishedDecimals(MoneyAmount amount, int written, int at_least) {
  constexpr int kDigits = 15;        // what any double keeps
  constexpr int kDecimals = 10;      // what bills round to
  constexpr int kDigitsOfSums = 12;  // what a sum of thousands of doubles keeps
  const Int128 size = amount.count() < 0 ? -amount.count() : amount.count();
  const auto has_more = [size](int decimals, int digits) {
    const int exponent = digits + kMoneyDecimals - decimals;
    return size >= PowerOfTen(std::max(exponent, 0));
  };
  int decimals = std::max(written, at_least);
  if (decimals <= kDecimals && !has_more(decimals, kDigits)) return decimals;
  while (decimals > at_least && has_more(decimals, kDigitsOfSums)) --decimals;
  return decimals;
}

int NeededDecimals(MoneyAmount amount, int at_least) {
  const auto needed = [at_least](Int128 size) {
    int decimals = at_least;
    while (decimals < kMoneyDecimals &&
           size % PowerOfTen(kMoneyDecimals - decimals) != 0) {
      ++decimals;
    }
    return decimals;
  };
  const int all = needed(amount.count());
  const int published = PublishedDecimals(amount, all, at_least);
  if (published == all) return all;
  const Int128 size = amount.count() < 0 ? -amount.count() : amount.count();
  const Int128 unit = PowerOfTen(kMoneyDecimals - published);
  return needed((size + unit / 2) / unit * unit);
}

}  // namespace drawdown
