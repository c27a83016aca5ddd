#include "drawdown/ratio.h"

#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/error.h"

namespace drawdown {
namespace {

absl::Status NotARatio(std::string_view text) {
  return MakeError(ErrorCode::kBadNumber,
                   absl::StrCat("\"", std::string(text),
                                "\" is not a part in 0..1 such as 1/7 or 0.25, "
                                "with a denominator of at most 1000000"));
}

absl::StatusOr<Ratio> Reduced(std::string_view text, Int128 num, Int128 den) {
  if (den <= 0 || num < 0 || num > den) return NotARatio(text);
  // Both fit: decimals have at most six places, denominators are bounded.
  const auto divisor =
      std::gcd(static_cast<int64_t>(num), static_cast<int64_t>(den));
  return Ratio{static_cast<int64_t>(num) / divisor,
               static_cast<int64_t>(den) / divisor};
}

}  // namespace

absl::StatusOr<Ratio> ParseRatio(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    const auto millionths = ParseScaled(text, 6);
    if (!millionths.ok()) return NotARatio(text);
    return Reduced(text, *millionths, Ratio::kMaxDenominator);
  }
  const auto num = ParseScaled(text.substr(0, slash), 0);
  const auto den = ParseScaled(text.substr(slash + 1), 0);
  if (!num.ok() || !den.ok() || *den > Ratio::kMaxDenominator) {
    return NotARatio(text);
  }
  return Reduced(text, *num, *den);
}

std::string FormatRatio(const Ratio& ratio) {
  if (ratio.den == 1) return std::to_string(ratio.num);
  return std::to_string(ratio.num) + "/" + std::to_string(ratio.den);
}

bool IsValidRatio(const Ratio& ratio) {
  return ratio.num >= 0 && ratio.num <= ratio.den &&
         ratio.den <= Ratio::kMaxDenominator &&
         std::gcd(ratio.num, ratio.den) == 1;
}

}  // namespace drawdown
