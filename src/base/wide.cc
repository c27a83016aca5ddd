#include "base/wide.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/check.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr Int128 kInt128Max =
    static_cast<Int128>(~static_cast<Uint128>(0) >> 1);
constexpr Uint128 kMinMagnitude = static_cast<Uint128>(1) << 127;

constexpr std::array<Int128, 39> kPowersOfTen = [] {
  std::array<Int128, 39> powers{};
  Int128 power = 1;
  for (size_t i = 0; i < powers.size(); ++i) {
    powers[i] = power;
    if (i + 1 < powers.size()) power *= 10;
  }
  return powers;
}();

// high x 2^128 + low.
struct Uint256 {
  Uint128 high = 0;
  Uint128 low = 0;
};

struct Quotient {
  Uint128 value = 0;
  Uint128 remainder = 0;
};

constexpr uint64_t Low(Uint128 value) { return static_cast<uint64_t>(value); }
constexpr uint64_t High(Uint128 value) {
  return static_cast<uint64_t>(value >> 64);
}

// |value|, also of the one value whose negation does not exist.
constexpr Uint128 Magnitude(Int128 value) {
  const auto bits = static_cast<Uint128>(value);
  return value < 0 ? 0 - bits : bits;
}

Uint256 Multiply(Uint128 a, Uint128 b) {
  const Uint128 low = static_cast<Uint128>(Low(a)) * Low(b);
  const Uint128 cross = static_cast<Uint128>(High(a)) * Low(b) + High(low);
  const Uint128 carry = static_cast<Uint128>(Low(a)) * High(b) + Low(cross);
  const Uint128 high = static_cast<Uint128>(High(a)) * High(b);
  return {.high = high + High(cross) + High(carry),
          .low = (carry << 64) | Low(low)};
}

int LeadingZeros(Uint128 value) {
  return High(value) != 0 ? __builtin_clzll(High(value))
                          : 64 + __builtin_clzll(Low(value));
}

// One 64-bit digit of a long division (Knuth 4.3.1 D): divides
// *remainder x 2^64 + digit by `divisor`, whose top bit is set, and leaves the
// rest in *remainder. REQUIRES: *remainder < divisor.
uint64_t DivideDigit(Uint128* remainder, uint64_t digit, Uint128 divisor) {
  Uint128 guess = *remainder / High(divisor);
  Uint128 rest = *remainder % High(divisor);
  // The guess is at most two too large.
  while (High(guess) != 0 || guess * Low(divisor) > ((rest << 64) | digit)) {
    --guess;
    rest += High(divisor);
    if (High(rest) != 0) break;
  }
  *remainder = ((*remainder << 64) | digit) - guess * divisor;  // mod 2^128
  return Low(guess);
}

// REQUIRES: value.high < divisor, so that the quotient fits.
Quotient Divide(Uint256 value, Uint128 divisor) {
  if (value.high == 0) return {value.low / divisor, value.low % divisor};
  const int shift = LeadingZeros(divisor);
  if (shift > 0) {
    value.high = (value.high << shift) | (value.low >> (128 - shift));
    value.low <<= shift;
    divisor <<= shift;
  }
  Uint128 rest = value.high;
  const Uint128 upper = DivideDigit(&rest, High(value.low), divisor);
  const uint64_t lower = DivideDigit(&rest, Low(value.low), divisor);
  return {(upper << 64) | lower, rest >> shift};
}

// Whether half-even rounding takes a truncated quotient one further from zero.
bool RoundsAway(const Quotient& quotient, Uint128 divisor) {
  const Uint128 to_next = divisor - quotient.remainder;
  return quotient.remainder > to_next ||
         (quotient.remainder == to_next && (quotient.value & 1) != 0);
}

absl::Status ProductOverflow(Int128 a, Int128 b, Int128 divisor) {
  return MakeError(
      ErrorCode::kOverflow,
      absl::StrCat(Int128ToString(a), " x ", Int128ToString(b), " / ",
                   Int128ToString(divisor), " does not fit 128 bits"));
}

// The magnitudes of the parts of a split, before the units that flooring left.
struct Floors {
  std::vector<Uint128> parts;
  std::vector<Uint128> remainders;
  size_t left = 0;  // fewer than there are parts
};

Floors FloorParts(Uint128 total, std::span<const Int128> weights,
                  Uint128 weight_sum) {
  Floors floors;
  floors.parts.reserve(weights.size());
  floors.remainders.reserve(weights.size());
  Uint128 rest = total;
  for (const Int128 weight : weights) {
    const Quotient part =
        Divide(Multiply(total, static_cast<Uint128>(weight)), weight_sum);
    floors.parts.push_back(part.value);
    floors.remainders.push_back(part.remainder);
    rest -= part.value;
  }
  floors.left = static_cast<size_t>(rest);
  return floors;
}

void GiveUnitsToLargestRemainders(Floors* floors) {
  if (floors->left == 0) return;
  std::vector<size_t> order(floors->parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto& remainders = floors->remainders;
  std::nth_element(order.begin(), order.begin() + floors->left, order.end(),
                   [&remainders](size_t a, size_t b) {
                     return remainders[a] != remainders[b]
                                ? remainders[a] > remainders[b]
                                : a < b;
                   });
  for (size_t i = 0; i < floors->left; ++i) ++floors->parts[order[i]];
}

}  // namespace

absl::StatusOr<Int128> MulDivHalfEven(Int128 a, Int128 b, Int128 divisor) {
  CHECK(divisor > 0);
  Int128 product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) {
    return DivHalfEven(product, divisor);
  }
  const auto unsigned_divisor = static_cast<Uint128>(divisor);
  const Uint256 wide = Multiply(Magnitude(a), Magnitude(b));
  if (wide.high >= unsigned_divisor) return ProductOverflow(a, b, divisor);
  const Quotient quotient = Divide(wide, unsigned_divisor);
  const bool negative = (a < 0) != (b < 0);
  const Uint128 limit = negative ? kMinMagnitude : kMinMagnitude - 1;
  const Uint128 step = RoundsAway(quotient, unsigned_divisor) ? 1 : 0;
  if (quotient.value > limit - step) return ProductOverflow(a, b, divisor);
  const Uint128 magnitude = quotient.value + step;
  return static_cast<Int128>(negative ? 0 - magnitude : magnitude);
}

Int128 DivHalfEven(Int128 value, Int128 divisor) {
  CHECK(divisor > 0);
  const auto unsigned_divisor = static_cast<Uint128>(divisor);
  const Uint128 magnitude = Magnitude(value);
  Quotient quotient;
  if (High(magnitude) == 0 && High(unsigned_divisor) == 0) {
    // Most values fit 64 bits, whose division is far cheaper.
    quotient = {Low(magnitude) / Low(unsigned_divisor),
                Low(magnitude) % Low(unsigned_divisor)};
  } else {
    quotient = {magnitude / unsigned_divisor, magnitude % unsigned_divisor};
  }
  const Uint128 rounded =
      quotient.value + (RoundsAway(quotient, unsigned_divisor) ? 1 : 0);
  return static_cast<Int128>(value < 0 ? 0 - rounded : rounded);
}

MoneyAmount Price(MoneyAmount per_gpu_hour, GpuTime time, int scale) {
  CHECK(scale >= 0 && scale <= 18);
  if (!per_gpu_hour.valid() || !time.valid()) return MoneyAmount::Invalid();
  const Int128 last_place = PowerOfTen(18 - scale);
  const absl::StatusOr<Int128> places = MulDivHalfEven(
      per_gpu_hour.count(), time.count(), kMicrosPerHour * last_place);
  return places.ok() ? MoneyAmount(*places) * last_place
                     : MoneyAmount::Invalid();
}

MoneyAmount RoundMoney(MoneyAmount amount, int scale) {
  CHECK(scale >= 0 && scale <= 18);
  if (!amount.valid()) return amount;
  const Int128 last_place = PowerOfTen(18 - scale);
  return MoneyAmount(DivHalfEven(amount.count(), last_place)) * last_place;
}

Int128 SumOf(std::span<const Int128> values) {
  return std::accumulate(values.begin(), values.end(), Int128{0});
}

absl::StatusOr<std::vector<Int128>> SplitLargestRemainder(
    Int128 total, std::span<const Int128> weights) {
  CHECK(!weights.empty());
  Int128 weight_sum = 0;
  for (const Int128 weight : weights) {
    CHECK(weight >= 0);
    if (weight > kInt128Max - weight_sum) {
      return MakeError(ErrorCode::kOverflow,
                       "the weights of a split do not sum in 128 bits");
    }
    weight_sum += weight;
  }
  std::vector<Int128> parts(weights.size(), 0);
  if (weight_sum == 0) {
    parts[0] = total;
    return parts;
  }
  Floors floors =
      FloorParts(Magnitude(total), weights, static_cast<Uint128>(weight_sum));
  GiveUnitsToLargestRemainders(&floors);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Uint128 part = floors.parts[i];
    parts[i] = static_cast<Int128>(total < 0 ? 0 - part : part);
  }
  return parts;
}

std::string Int128ToString(Int128 value) {
  char digits[40];
  char* const end = digits + sizeof digits;
  char* begin = end;
  Uint128 rest = Magnitude(value);
  while (High(rest) != 0) {
    *--begin = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  uint64_t low = Low(rest);
  do {
    *--begin = static_cast<char>('0' + low % 10);
    low /= 10;
  } while (low != 0);
  if (value < 0) *--begin = '-';
  return std::string(begin, end);
}

Int128 PowerOfTen(int exponent) {
  CHECK(exponent >= 0 && exponent <= 38);
  return kPowersOfTen[static_cast<size_t>(exponent)];
}

}  // namespace drawdown
