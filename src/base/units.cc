#include "drawdown/units.h"

#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kMicroScale = 6;
constexpr int kMoneyScale = 18;
constexpr int kHourDecimals = 9;

absl::Status BadNumber(std::string_view text, const char* unit,
                       const char* why) {
  return MakeError(ErrorCode::kBadNumber,
                   absl::StrCat(Quoted(text), " ", unit, " ", why));
}

// kBadNumber for every reason, because here the text is the caller's input.
absl::StatusOr<Int128> ParseCount(std::string_view text, int scale,
                                  const char* unit) {
  ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(text));
  absl::StatusOr<Int128> count = DecimalToScaled(value, scale);
  if (count.ok()) return count;
  if (GetErrorCode(count.status()) == ErrorCode::kOverflow) {
    return BadNumber(text, unit, "do not fit 128 bits");
  }
  return BadNumber(text, unit,
                   scale == kMicroScale ? "have more than 6 decimals"
                                        : "have more than 18 decimals");
}

template <typename Unit>
std::string FormatQuantity(Quantity<Unit> quantity, int scale) {
  return quantity.valid() ? FormatScaled(quantity.count(), scale) : "overflow";
}

// What is left of `divisor` after cancelling it against `factor`.
struct Fraction {
  Int128 factor = 1;
  Int128 divisor = 1;
};

// GPU-microseconds per 10^-scale GPU-hours, in lowest terms.
Fraction MicrosPerHourUnit(int scale) {
  Fraction fraction{kMicrosPerHour, PowerOfTen(scale)};
  for (const int prime : {2, 5}) {
    while (fraction.factor % prime == 0 && fraction.divisor % prime == 0) {
      fraction.factor /= prime;
      fraction.divisor /= prime;
    }
  }
  return fraction;
}

}  // namespace

absl::StatusOr<Currency> Currency::Parse(std::string_view code) {
  const bool letters = std::all_of(code.begin(), code.end(),
                                   [](char c) { return c >= 'A' && c <= 'Z'; });
  if (code.size() != 3 || !letters) {
    return MakeError(
        ErrorCode::kBadRow,
        absl::StrCat("currency ", Quoted(code), " is not three letters A-Z"));
  }
  uint32_t packed = 0;
  for (const char c : code) packed = packed << 8 | static_cast<uint8_t>(c);
  return Currency(packed);
}

std::string Currency::ToString() const {
  if (empty()) return "";
  return {static_cast<char>(packed_ >> 16 & 0xFF),
          static_cast<char>(packed_ >> 8 & 0xFF),
          static_cast<char>(packed_ & 0xFF)};
}

std::string FormatGpuSeconds(GpuTime time) {
  return FormatQuantity(time, kMicroScale);
}

std::string FormatGpuHours(GpuTime time) {
  if (!time.valid()) return "overflow";
  // 10^9 nano-hours per kMicrosPerHour is 5 per 18, which cannot overflow.
  const absl::StatusOr<Int128> nano_hours = MulDivHalfEven(time.count(), 5, 18);
  return FormatScaled(*nano_hours, kHourDecimals, kHourDecimals);
}

std::string FormatMoney(MoneyAmount amount) {
  return FormatQuantity(amount, kMoneyScale);
}

std::string FormatGpus(int64_t micro_gpus) {
  return FormatScaled(micro_gpus, kMicroScale);
}

absl::StatusOr<GpuTime> ParseGpuSeconds(std::string_view text) {
  ASSIGN_OR_RETURN(const Int128 micros,
                   ParseCount(text, kMicroScale, "GPU-seconds"));
  return GpuTime(micros);
}

absl::StatusOr<GpuTime> ParseGpuHours(std::string_view text) {
  ASSIGN_OR_RETURN(const Decimal hours, ParseDecimal(text));
  const Fraction unit = MicrosPerHourUnit(hours.scale);
  if (hours.coefficient % unit.divisor != 0) {
    return BadNumber(text, "GPU-hours",
                     "are not a whole number of GPU-microseconds");
  }
  const GpuTime time = GpuTime(hours.coefficient / unit.divisor) * unit.factor;
  if (!time.valid()) return BadNumber(text, "GPU-hours", "do not fit 128 bits");
  return time;
}

absl::StatusOr<MoneyAmount> ParseMoney(std::string_view text) {
  ASSIGN_OR_RETURN(const Int128 attos,
                   ParseCount(text, kMoneyScale, "currency units"));
  return MoneyAmount(attos);
}

absl::StatusOr<int64_t> ParseGpus(std::string_view text) {
  ASSIGN_OR_RETURN(const Int128 micros, ParseCount(text, kMicroScale, "GPUs"));
  if (micros < 0) return BadNumber(text, "GPUs", "are negative");
  if (micros > std::numeric_limits<int64_t>::max()) {
    return BadNumber(text, "GPUs", "are more than 9223372036854.775807");
  }
  return static_cast<int64_t>(micros);
}

}  // namespace drawdown
