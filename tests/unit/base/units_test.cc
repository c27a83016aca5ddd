#include "drawdown/units.h"

#include <limits>
#include <string>

#include "base/decimal.h"
#include "base/error.h"
#include "base/wide.h"
#include "gmock/gmock.h"
#include "tests/support/big_int.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

constexpr int kRounds = 100'000;
constexpr auto kMin = static_cast<Int128>(static_cast<Uint128>(1) << 127);
constexpr Int128 kMax = -(kMin + 1);

TEST(Quantity, OverflowIsInvalidAndStays) {
  const GpuTime most(kMax);
  const GpuTime over = most + GpuTime(1);
  EXPECT_FALSE(over.valid());
  EXPECT_FALSE((over - GpuTime(1)).valid());
  EXPECT_FALSE((over + GpuTime(-1)).valid());
  EXPECT_FALSE((GpuTime(1) + over).valid());
  EXPECT_FALSE((GpuTime(1) - over).valid());
  EXPECT_FALSE((-over).valid());
  EXPECT_FALSE((over * 0).valid());
  EXPECT_FALSE((over * 1).valid());
  EXPECT_EQ(over, GpuTime::Invalid());
  EXPECT_NE(over, most);
}

TEST(Quantity, TheExtremesAreValid) {
  EXPECT_TRUE(GpuTime(kMax).valid());
  EXPECT_TRUE((-GpuTime(kMax)).valid());
  EXPECT_FALSE((-GpuTime(kMax) - GpuTime(1)).valid());
  EXPECT_TRUE((GpuTime(kMax) - GpuTime(kMax)).zero());
  EXPECT_FALSE((GpuTime(kMax) * 2).valid());
  EXPECT_LT(-GpuTime(kMax), GpuTime(kMax));
}

void ExpectQuantity(GpuTime actual, const BigInt& expected) {
  const BigInt limit = BigInt::PowerOfTwo(127);
  const bool fits = expected < limit && expected > BigInt() - limit;
  ASSERT_EQ(actual.valid(), fits) << expected;
  if (fits) {
    ASSERT_EQ(BigInt(actual.count()), expected);
  }
}

TEST(Quantity, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const GpuTime a(random.Any128());
    const GpuTime b(random.Any128());
    const Int128 factor = random.Any128();
    if (!a.valid() || !b.valid()) continue;
    ExpectQuantity(a + b, BigInt(a.count()) + b.count());
    ExpectQuantity(a - b, BigInt(a.count()) - b.count());
    ExpectQuantity(-a, BigInt() - a.count());
    ExpectQuantity(a * factor, BigInt(a.count()) * factor);
    ASSERT_EQ(a < b, BigInt(a.count()) < BigInt(b.count()));
  }
}

TEST(Currency, ParsesThreeCapitals) {
  const auto usd = Currency::Parse("USD");
  ASSERT_TRUE(usd.ok());
  EXPECT_EQ(usd->ToString(), "USD");
  EXPECT_FALSE(usd->empty());
  EXPECT_EQ(*usd, *Currency::Parse("USD"));
  EXPECT_LT(*Currency::Parse("EUR"), *usd);
  EXPECT_TRUE(Currency().empty());
  EXPECT_EQ(Currency().ToString(), "");
}

TEST(Currency, RefusesOthers) {
  for (const char* code :
       {"", "US", "USDT", "usd", "U$D", "US1", " US", "[\\]", "\xc3\x84U"}) {
    EXPECT_EQ(GetErrorCode(Currency::Parse(code).status()), ErrorCode::kBadRow)
        << code;
  }
}

TEST(FormatUnits, Examples) {
  EXPECT_EQ(FormatGpuSeconds(GpuTime(66'000'000)), "66");
  EXPECT_EQ(FormatGpuSeconds(GpuTime(250'000)), "0.25");
  EXPECT_EQ(FormatGpuSeconds(GpuTime(-3'521'082'502'000'000)), "-3521082502");
  EXPECT_EQ(FormatMoney(*ParseMoney("20.52022672899")), "20.52022672899");
  EXPECT_EQ(FormatMoney(MoneyAmount()), "0");
  EXPECT_EQ(FormatMoney(MoneyAmount(-1)), "-0.000000000000000001");
  EXPECT_EQ(FormatGpus(8'000'000), "8");
  EXPECT_EQ(FormatGpus(250'000), "0.25");
  EXPECT_EQ(FormatGpus(std::numeric_limits<int64_t>::min()),
            "-9223372036854.775808");
}

TEST(FormatUnits, InvalidSaysSo) {
  EXPECT_EQ(FormatGpuSeconds(GpuTime::Invalid()), "overflow");
  EXPECT_EQ(FormatGpuHours(GpuTime::Invalid()), "overflow");
  EXPECT_EQ(FormatMoney(MoneyAmount::Invalid()), "overflow");
}

TEST(FormatGpuHours, AlwaysNineDecimalsHalfEven) {
  const struct {
    Int128 micros;
    const char* text;
  } cases[] = {
      {Int128{3'521'082'502} * kMicrosPerSecond, "978078.472777778"},
      {0, "0.000000000"},
      {kMicrosPerHour, "1.000000000"},
      {-kMicrosPerHour, "-1.000000000"},
      {1, "0.000000000"},   // 0.27... nano-hours
      {-1, "0.000000000"},  // never "-0"
      {2, "0.000000001"},
      {-2, "-0.000000001"},
      {9, "0.000000002"},   // 2.5, to even
      {27, "0.000000008"},  // 7.5, to even
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FormatGpuHours(GpuTime(c.micros)), c.text);
  }
}

TEST(FormatUnits, MatchesTheModelAndReadsBack) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 count = random.Any128() >> 2;
    const std::string seconds = FormatGpuSeconds(GpuTime(count));
    const std::string money = FormatMoney(MoneyAmount(count));
    ASSERT_EQ(BigInt(ParseGpuSeconds(seconds)->count()), BigInt(count));
    ASSERT_EQ(BigInt(ParseMoney(money)->count()), BigInt(count));
    // The digits of nine decimals, without the point, are nano-hours.
    std::string hours = FormatGpuHours(GpuTime(count));
    ASSERT_EQ(hours[hours.size() - 10], '.');
    hours.erase(hours.size() - 10, 1);
    ASSERT_EQ(BigInt(hours),
              HalfEven(BigInt(count) * 1'000'000'000, BigInt(kMicrosPerHour)));
  }
}

TEST(FormatGpus, ReadsBack) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const auto micros = static_cast<int64_t>(random.Positive128() >> 64);
    const auto again = ParseGpus(FormatGpus(micros));
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*again, micros);
  }
}

struct ParseCase {
  const char* text;
  const char* count;  // null: kBadNumber
};

TEST(ParseGpuSeconds, Table) {
  const ParseCase cases[] = {
      {"0", "0"},
      {"66", "66000000"},
      {"-0.25", "-250000"},
      {"1e3", "1000000000"},
      {"0.0000010", "1"},
      {"0.0000001", nullptr},
      {"170141183460469231731687303715884",
       "170141183460469231731687303715884000000"},
      {"170141183460469231731687303715885", nullptr},
      {"", nullptr},
      {"1s", nullptr},
  };
  for (const ParseCase& c : cases) {
    const auto time = ParseGpuSeconds(c.text);
    if (c.count != nullptr) {
      ASSERT_TRUE(time.ok()) << time.status();
      EXPECT_EQ(Int128ToString(time->count()), c.count) << c.text;
    } else {
      EXPECT_EQ(GetErrorCode(time.status()), ErrorCode::kBadNumber) << c.text;
    }
  }
}

TEST(ParseGpuHours, ExactOrRefused) {
  const ParseCase cases[] = {
      {"1", "3600000000"},
      {"0.000000001", nullptr},  // 3.6 GPU-microseconds
      {"0.0000000025", "9"},
      {"-0.0000000025", "-9"},
      {"0.00000000250000", "9"},
      {"978078.4727777778", nullptr},
      {"1e-9", nullptr},
      {"47261439850130342147690917698",
       "170141183460469231731687303712800000000"},
      {"47261439850130342147690917699", nullptr},
      {"abc", nullptr},
  };
  for (const ParseCase& c : cases) {
    const auto time = ParseGpuHours(c.text);
    if (c.count != nullptr) {
      ASSERT_TRUE(time.ok()) << time.status();
      EXPECT_EQ(Int128ToString(time->count()), c.count) << c.text;
    } else {
      EXPECT_EQ(GetErrorCode(time.status()), ErrorCode::kBadNumber) << c.text;
    }
  }
}

TEST(ParseGpuHours, MatchesTheModel) {
  Random random;
  int exact = 0;
  for (int i = 0; i < kRounds; ++i) {
    Decimal hours{random.Any128() >> random.Between(1, 100),
                  static_cast<int>(random.Between(0, 20))};
    if (random.OneIn(2)) {
      const Int128 round = random.OneIn(2) ? 25 : PowerOfTen(12);
      hours.coefficient = hours.coefficient / round * round;
    }
    const auto text = FormatScaled(hours.coefficient, hours.scale);
    const auto time = ParseGpuHours(text);
    const BigInt scaled = BigInt(hours.coefficient) * kMicrosPerHour;
    const BigInt unit = BigInt::PowerOfTen(hours.scale);
    const BigInt whole = Floor(scaled, unit);
    const bool fits = Modulo(scaled, unit) == BigInt() && whole.FitsInt128() &&
                      ParseDecimal(text).ok();
    ASSERT_EQ(time.ok(), fits) << text;
    if (!fits) continue;
    ++exact;
    ASSERT_EQ(BigInt(time->count()), whole) << text;
  }
  EXPECT_GT(exact, kRounds / 20);
}

TEST(ParseMoney, Table) {
  const ParseCase cases[] = {
      {"20.52022672899", "20520226728990000000"},
      {"-1.5", "-1500000000000000000"},
      {"5.2E-9", "5200000000"},
      {"38000000000", "38000000000000000000000000000"},
      {"0.0000000000000000001", nullptr},
      {"170141183460469231731", "170141183460469231731000000000000000000"},
      {"170141183460469231732", nullptr},
      {"NaN", nullptr},
      {"1e400", nullptr},
      {"$1", nullptr},
  };
  for (const ParseCase& c : cases) {
    const auto money = ParseMoney(c.text);
    if (c.count != nullptr) {
      ASSERT_TRUE(money.ok()) << money.status();
      EXPECT_EQ(Int128ToString(money->count()), c.count) << c.text;
    } else {
      EXPECT_EQ(GetErrorCode(money.status()), ErrorCode::kBadNumber) << c.text;
    }
  }
}

TEST(ParseGpus, Table) {
  EXPECT_EQ(*ParseGpus("8"), 8'000'000);
  EXPECT_EQ(*ParseGpus("0.25"), 250'000);
  EXPECT_EQ(*ParseGpus("0"), 0);
  EXPECT_EQ(*ParseGpus("-0"), 0);
  EXPECT_EQ(*ParseGpus("9223372036854.775807"),
            std::numeric_limits<int64_t>::max());
  for (const char* text : {"-1", "-0.000001", "0.0000001", "", "8 GPUs",
                           "9223372036854.775808", "1e30"}) {
    EXPECT_EQ(GetErrorCode(ParseGpus(text).status()), ErrorCode::kBadNumber)
        << text;
  }
}

TEST(ParseUnits, MessagesNameTheTextAndTheUnit) {
  EXPECT_EQ(ParseGpuSeconds("0.1234567").status().message(),
            "\"0.1234567\" GPU-seconds have more than 6 decimals");
  EXPECT_EQ(ParseMoney("1e30").status().message(),
            "\"1e30\" currency units do not fit 128 bits");
  EXPECT_EQ(ParseGpus("-1").status().message(), "\"-1\" GPUs are negative");
}

}  // namespace
}  // namespace drawdown
