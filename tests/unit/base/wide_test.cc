#include "base/wide.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "gmock/gmock.h"
#include "tests/support/big_int.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;

constexpr int kRounds = 100'000;
constexpr auto kMin = static_cast<Int128>(static_cast<Uint128>(1) << 127);
constexpr Int128 kMax = -(kMin + 1);

std::string Text(Int128 value) { return BigInt(value).ToString(); }

TEST(Int128ToString, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 value = random.Any128();
    ASSERT_EQ(Int128ToString(value), BigInt(value).ToString());
  }
}

TEST(Int128ToString, Extremes) {
  EXPECT_EQ(Int128ToString(0), "0");
  EXPECT_EQ(Int128ToString(kMin), "-170141183460469231731687303715884105728");
  EXPECT_EQ(Int128ToString(kMax), "170141183460469231731687303715884105727");
}

TEST(PowerOfTen, EveryExponent) {
  for (int i = 0; i <= 38; ++i) {
    EXPECT_EQ(BigInt(PowerOfTen(i)), BigInt::PowerOfTen(i)) << i;
  }
}

TEST(PowerOfTenDeathTest, RefusesOthers) {
  EXPECT_DEATH(PowerOfTen(39), "CHECK failed");
  EXPECT_DEATH(PowerOfTen(-1), "CHECK failed");
}

TEST(DivHalfEven, Ties) {
  const struct {
    int value;
    int divisor;
    int quotient;
  } cases[] = {{5, 2, 2},   {7, 2, 4},   {-5, 2, -2}, {-7, 2, -4}, {1, 2, 0},
               {-1, 2, 0},  {3, 2, 2},   {-3, 2, -2}, {4, 3, 1},   {5, 3, 2},
               {-4, 3, -1}, {-5, 3, -2}, {0, 7, 0},   {9, 1, 9}};
  for (const auto& c : cases) {
    EXPECT_TRUE(DivHalfEven(c.value, c.divisor) == c.quotient)
        << c.value << " / " << c.divisor;
  }
}

TEST(DivHalfEven, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 value = random.Any128();
    const Int128 divisor = random.Positive128();
    ASSERT_EQ(BigInt(DivHalfEven(value, divisor)), HalfEven(value, divisor))
        << Text(value) << " / " << Text(divisor);
  }
}

TEST(MulDivHalfEven, Edges) {
  EXPECT_TRUE(*MulDivHalfEven(kMin, 1, 1) == kMin);
  EXPECT_TRUE(*MulDivHalfEven(kMin, kMax, kMax) == kMin);
  EXPECT_TRUE(*MulDivHalfEven(kMax, kMax, kMax) == kMax);
  EXPECT_EQ(GetErrorCode(MulDivHalfEven(kMin, -1, 1).status()),
            ErrorCode::kOverflow);
  EXPECT_EQ(GetErrorCode(MulDivHalfEven(kMin, kMin, 1).status()),
            ErrorCode::kOverflow);
}

// Rounding up is what takes these past the last value that fits.
TEST(MulDivHalfEven, OverflowByRounding) {
  // (2^127 - 1) x (2^127 - 1) / (2^127 - 2) = 2^127 + 1 / (2^127 - 2).
  EXPECT_FALSE(MulDivHalfEven(kMax, kMax, kMax - 1).ok());
  // (2^126 + 2^125) x 4 / 3 = 2^127, and its negation fits.
  const Int128 three_eighths = (kMax / 8 + 1) * 6;
  EXPECT_FALSE(MulDivHalfEven(three_eighths, 4, 3).ok());
  EXPECT_TRUE(*MulDivHalfEven(-three_eighths, 4, 3) == kMin);
  // 3 x (2^128 - 1) / 6 = 2^127 - 1/2, half-even 2^127.
  const Int128 factor = static_cast<Int128>(((~static_cast<Uint128>(0))) / 3);
  EXPECT_FALSE(MulDivHalfEven(factor, 9, 6).ok());
  EXPECT_TRUE(*MulDivHalfEven(factor, -9, 6) == kMin);
}

TEST(MulDivHalfEven, MatchesTheModel) {
  Random random;
  int fitting = 0;
  for (int i = 0; i < 3 * kRounds; ++i) {
    const Int128 a = random.Any128();
    const Int128 b = random.Any128();
    const Int128 divisor = random.Positive128();
    const BigInt expected = HalfEven(BigInt(a) * b, divisor);
    const auto result = MulDivHalfEven(a, b, divisor);
    ASSERT_EQ(result.ok(), expected.FitsInt128())
        << Text(a) << " x " << Text(b) << " / " << Text(divisor);
    if (!result.ok()) continue;
    ++fitting;
    ASSERT_EQ(BigInt(*result), expected)
        << Text(a) << " x " << Text(b) << " / " << Text(divisor);
  }
  EXPECT_GT(fitting, kRounds);
}

// Exact halves are rare by chance, so they are made: a x b = d x (q + 1/2).
TEST(MulDivHalfEven, TiesGoToEven) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 half = random.Positive128() >> random.Between(2, 64);
    if (half == 0) continue;
    const Int128 a = half;
    const Int128 b = random.Any128() | 1;
    const BigInt expected = HalfEven(BigInt(a) * b, BigInt(half) * 2);
    ASSERT_EQ(BigInt(*MulDivHalfEven(a, b, half * 2)), expected)
        << Text(a) << " x " << Text(b);
  }
}

// Divisors with a top bit pattern that makes the first quotient guess wrong.
TEST(MulDivHalfEven, HardDivisors) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Uint128 low = static_cast<Uint128>(random.Any128()) >> 64;
    const Int128 divisor = static_cast<Int128>(
        (static_cast<Uint128>(1) << random.Between(64, 126)) | low);
    const Int128 a = divisor - random.Between(1, 3);
    const Int128 b = random.Any128();
    const BigInt expected = HalfEven(BigInt(a) * b, divisor);
    const auto result = MulDivHalfEven(a, b, divisor);
    ASSERT_EQ(result.ok(), expected.FitsInt128());
    if (result.ok()) {
      ASSERT_EQ(BigInt(*result), expected)
          << Text(a) << " x " << Text(b) << " / " << Text(divisor);
    }
  }
}

TEST(WideDeathTest, RefusesDivisorsThatAreNotPositive) {
  EXPECT_DEATH(MulDivHalfEven(1, 1, 0).IgnoreError(), "CHECK failed");
  EXPECT_DEATH(DivHalfEven(1, -1), "CHECK failed");
}

TEST(Price, Examples) {
  const MoneyAmount price = *ParseMoney("4.10");
  EXPECT_EQ(FormatMoney(Price(price, *ParseGpuHours("2"))), "8.2");
  EXPECT_EQ(FormatMoney(Price(price, *ParseGpuSeconds("1"), 6)), "0.001139");
  EXPECT_EQ(FormatMoney(Price(price, *ParseGpuSeconds("1"))),
            "0.001138888888888889");
  EXPECT_EQ(FormatMoney(Price(*ParseMoney("0.5"), *ParseGpuHours("3"), 0)),
            "2");
  EXPECT_EQ(FormatMoney(Price(*ParseMoney("0.5"), *ParseGpuHours("-5"), 0)),
            "-2");
}

TEST(Price, InvalidStaysInvalid) {
  EXPECT_FALSE(Price(MoneyAmount::Invalid(), GpuTime(1)).valid());
  EXPECT_FALSE(Price(MoneyAmount(1), GpuTime::Invalid()).valid());
  EXPECT_FALSE(Price(MoneyAmount(kMax), GpuTime(kMax)).valid());
}

TEST(Price, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const MoneyAmount price(random.Any128());
    const GpuTime time(random.Any128() >> random.Between(0, 100));
    if (!price.valid() || !time.valid()) continue;
    const int scale = static_cast<int>(random.Between(0, 18));
    const BigInt place = BigInt::PowerOfTen(18 - scale);
    const BigInt expected =
        HalfEven(BigInt(price.count()) * time.count(), place * kMicrosPerHour) *
        place;
    const MoneyAmount result = Price(price, time, scale);
    const bool fits = expected.FitsInt128() && expected != BigInt(kMin);
    ASSERT_EQ(result.valid(), fits);
    if (fits) {
      ASSERT_EQ(BigInt(result.count()), expected);
    }
  }
}

TEST(RoundMoney, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const MoneyAmount amount(random.Any128());
    if (!amount.valid()) continue;
    const int scale = static_cast<int>(random.Between(0, 18));
    const BigInt place = BigInt::PowerOfTen(18 - scale);
    const BigInt expected = HalfEven(amount.count(), place) * place;
    const MoneyAmount result = RoundMoney(amount, scale);
    ASSERT_EQ(result.valid(), expected.FitsInt128());
    if (result.valid()) {
      ASSERT_EQ(BigInt(result.count()), expected);
    }
  }
}

TEST(RoundMoney, InvalidStaysInvalid) {
  for (int scale = 0; scale <= 18; ++scale) {
    EXPECT_FALSE(RoundMoney(MoneyAmount::Invalid(), scale).valid()) << scale;
  }
}

std::vector<Int128> Split(Int128 total, std::vector<Int128> weights) {
  return *SplitLargestRemainder(total, weights);
}

TEST(Split, Examples) {
  EXPECT_THAT(Split(10, {1, 1, 1}), ElementsAre(4, 3, 3));
  EXPECT_THAT(Split(11, {1, 1, 1}), ElementsAre(4, 4, 3));
  EXPECT_THAT(Split(-10, {1, 1, 1}), ElementsAre(-4, -3, -3));
  EXPECT_THAT(Split(5, {0, 3, 0, 1}), ElementsAre(0, 4, 0, 1));
  EXPECT_THAT(Split(1, {1, 2}), ElementsAre(0, 1));
  EXPECT_THAT(Split(7, {0, 0}), ElementsAre(7, 0));
  EXPECT_THAT(Split(0, {4, 5}), ElementsAre(0, 0));
  EXPECT_THAT(Split(kMin, {1}), ElementsAre(kMin));
}

TEST(Split, WeightsBeyond128Bits) {
  EXPECT_TRUE(SplitLargestRemainder(1, std::vector<Int128>{kMax - 1, 1}).ok());
  EXPECT_EQ(
      GetErrorCode(
          SplitLargestRemainder(1, std::vector<Int128>{kMax, 1}).status()),
      ErrorCode::kOverflow);
}

TEST(SplitDeathTest, RefusesNoWeightsAndNegativeOnes) {
  EXPECT_DEATH(Split(1, {}), "CHECK failed");
  EXPECT_DEATH(Split(1, {2, -1}), "CHECK failed");
}

std::vector<Int128> RandomWeights(Random* random) {
  const int64_t count = random->Between(1, 8);
  const int64_t shift = random->OneIn(2) ? 3 : random->Between(3, 126);
  std::vector<Int128> weights;
  for (int64_t i = 0; i < count; ++i) {
    weights.push_back(random->OneIn(6) ? 0 : random->Positive128() >> shift);
  }
  if (random->OneIn(4)) weights.back() = weights.front();
  return weights;
}

// Floors by the model, then one unit at a time to the largest remainder left.
std::vector<BigInt> ModelSplit(Int128 total,
                               const std::vector<Int128>& weights) {
  BigInt sum;
  for (const Int128 weight : weights) sum = sum + weight;
  const BigInt magnitude = total < 0 ? BigInt() - total : BigInt(total);
  std::vector<BigInt> parts;
  std::vector<BigInt> rests;
  BigInt left = magnitude;
  for (const Int128 weight : weights) {
    parts.push_back(Floor(magnitude * weight, sum));
    rests.push_back(Modulo(magnitude * weight, sum));
    left = left - parts.back();
  }
  for (; left > BigInt(); left = left - 1) {
    const auto largest = std::max_element(rests.begin(), rests.end());
    parts[static_cast<size_t>(largest - rests.begin())] =
        parts[static_cast<size_t>(largest - rests.begin())] + 1;
    *largest = -1;
  }
  if (total < 0) {
    for (BigInt& part : parts) part = BigInt() - part;
  }
  return parts;
}

TEST(Split, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 total = random.Any128();
    const std::vector<Int128> weights = RandomWeights(&random);
    if (std::count(weights.begin(), weights.end(), 0) ==
        static_cast<int64_t>(weights.size())) {
      continue;
    }
    const auto parts = SplitLargestRemainder(total, weights);
    ASSERT_TRUE(parts.ok()) << parts.status();
    const std::vector<BigInt> expected = ModelSplit(total, weights);
    BigInt sum;
    for (size_t k = 0; k < weights.size(); ++k) {
      ASSERT_EQ(BigInt((*parts)[k]), expected[k]) << Text(total) << " #" << k;
      sum = sum + (*parts)[k];
    }
    ASSERT_EQ(sum, BigInt(total));
  }
}

}  // namespace
}  // namespace drawdown
