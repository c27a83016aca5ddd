#include "report/amount_text.h"

#include "base/decimal.h"
#include "base/wide.h"
#include "report/text.h"

namespace drawdown {

std::string AmountText(bool money, Int128 amount) {
  return money ? FormatMoney(MoneyAmount(amount))
               : FormatGpuHours(GpuTime(amount));
}

std::string ReadableAmount(bool money, Currency currency, Int128 amount) {
  return money ? ReadableMoney(currency, MoneyAmount(amount))
               : ReadableHours(GpuTime(amount));
}

std::string AmountUnit(bool money, Currency currency) {
  return money ? currency.ToString() : "gpu_hours";
}

Cell AmountSecondsCell(bool money, Int128 amount) {
  return money ? std::nullopt : SecondsCell(GpuTime(amount));
}

Cell PercentCell(Int128 part, Int128 whole) {
  constexpr int kDecimals = 2;
  if (whole <= 0) return std::nullopt;
  const auto scaled = MulDivHalfEven(part, PowerOfTen(2 + kDecimals), whole);
  if (!scaled.ok()) return std::nullopt;
  return FormatScaled(*scaled, kDecimals, kDecimals);
}

}  // namespace drawdown
