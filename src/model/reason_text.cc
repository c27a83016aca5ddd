#include "model/reason_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/decimal.h"
#include "base/minor_units.h"
#include "base/wide.h"

namespace drawdown {
namespace {

// Commas between groups of three digits of the whole part.
std::string Grouped(std::string decimal) {
  const size_t first_digit = decimal.front() == '-' ? 1 : 0;
  size_t place = std::min(decimal.find('.'), decimal.size());
  while (place > first_digit + 3) {
    place -= 3;
    decimal.insert(place, ",");
  }
  return decimal;
}

}  // namespace

std::string HoursText(GpuTime time) {
  if (!time.valid()) return "overflow";
  std::string text = FormatGpuHours(time);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return Grouped(text);
}

std::string GpuHoursText(GpuTime time) {
  return absl::StrCat(HoursText(time), " GPU-hours");
}

std::string MoneyText(MoneyAmount amount, Currency currency) {
  if (!amount.valid()) return "overflow";
  const int decimals = MinorDigits(currency);
  return absl::StrCat(Grouped(FormatScaled(amount.count(), 18, decimals)), " ",
                      currency.ToString());
}

std::string UnitPriceText(MoneyAmount cost, GpuTime time, Currency currency) {
  CHECK(!time.zero());
  const Int128 divisor = Magnitude(time).count();
  const absl::StatusOr<Int128> price = MulDivHalfEven(
      time < GpuTime() ? -cost.count() : cost.count(), kMicrosPerHour, divisor);
  if (!price.ok()) return "overflow";
  return MoneyText(RoundMoney(MoneyAmount(*price), 6), currency);
}

}  // namespace drawdown
