// 128-bit arithmetic whose products go through 256 bits.
#ifndef DRAWDOWN_SRC_BASE_WIDE_H_
#define DRAWDOWN_SRC_BASE_WIDE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

// a x b / divisor, rounded half-even once. kOverflow if the result does not fit
// an Int128. REQUIRES: divisor > 0.
absl::StatusOr<Int128> MulDivHalfEven(Int128 a, Int128 b, Int128 divisor);

// value / divisor, rounded half-even. REQUIRES: divisor > 0.
Int128 DivHalfEven(Int128 value, Int128 divisor);

// price (1e-18 per GPU-hour) x time, rounded half-even to `scale` decimals
// (0..18) of a currency unit. Invalid on overflow.
MoneyAmount Price(MoneyAmount per_gpu_hour, GpuTime time, int scale = 18);

// `amount` rounded half-even to `scale` decimals (0..18) of a currency unit.
MoneyAmount RoundMoney(MoneyAmount amount, int scale);

// REQUIRES: every sum on the way fits.
Int128 SumOf(std::span<const Int128> values);

// Splits `total` in proportion to `weights` by largest remainder: the parts sum
// to `total` exactly; equal remainders go to the lower index. All-zero weights
// give everything to index 0. kOverflow if the weights do not sum.
// REQUIRES: weights not empty, each >= 0.
absl::StatusOr<std::vector<Int128>> SplitLargestRemainder(
    Int128 total, std::span<const Int128> weights);

// Decimal digits of an Int128.
std::string Int128ToString(Int128 value);

// 10^exponent; REQUIRES 0 <= exponent <= 38.
Int128 PowerOfTen(int exponent);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_WIDE_H_
