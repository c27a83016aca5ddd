// Exact decimals read from text and written back.
#ifndef DRAWDOWN_SRC_BASE_DECIMAL_H_
#define DRAWDOWN_SRC_BASE_DECIMAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

// The value coefficient x 10^-scale. `scale` keeps the digits as written
// ("1.50" has scale 2), because a bill's tolerance is half a unit of the last
// *published* place (reference: FOCUS practice, price checks).
struct Decimal {
  Int128 coefficient = 0;
  int scale = 0;  // 0..38

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// Accepts [-]digits[.digits][(e|E)[-|+]digits]; no leading '+', no blanks, no
// separators, no NaN, no hex; "-0" is 0. A digit is needed on both sides of a
// point: FOCUS knows neither ".5" nor "1.". Its 'E+7' is not FOCUS either, but
// unambiguous and seen. kBadNumber when it is not that, has more than 38
// significant digits (leading and trailing zeros are not significant), or is
// out of range (1e400, 1e-39). Trailing zeros count in `scale` as far as the
// coefficient holds them.
absl::StatusOr<Decimal> ParseDecimal(std::string_view text);

// What ParseDecimal makes of [-]digits[.digits] with at most 18 bytes after the
// sign, as nearly every number of a bill is written; nothing for other texts.
std::optional<Decimal> ParseShortDecimal(std::string_view text);

// value x 10^scale as an integer. kBadNumber when digits would be lost,
// kOverflow when it does not fit. REQUIRES: 0 <= scale <= 38, also value.scale.
absl::StatusOr<Int128> DecimalToScaled(const Decimal& value, int scale);

// ParseDecimal then DecimalToScaled.
absl::StatusOr<Int128> ParseScaled(std::string_view text, int scale);

// Exact text of value x 10^-scale, trailing zeros trimmed, at least
// `min_decimals` decimals kept. "-0" never appears.
// REQUIRES: 0 <= min_decimals <= scale <= 38.
std::string FormatScaled(Int128 value, int scale, int min_decimals = 0);

// Microseconds as "1.5 s".
std::string SecondsText(int64_t length_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_DECIMAL_H_
