#include "base/decimal.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <string>

#include "base/error.h"
#include "base/wide.h"
#include "gmock/gmock.h"
#include "tests/support/big_int.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

constexpr int kRounds = 100'000;

TEST(ParseDecimal, Accepts) {
  const struct {
    const char* text;
    Int128 coefficient;
    int scale;
  } cases[] = {
      {"0", 0, 0},
      {"-0", 0, 0},
      {"-0.00", 0, 2},
      {"007", 7, 0},
      {"1.50", 150, 2},
      {"1.23e1", 123, 1},
      {"5.2E-9", 52, 10},
      {"35.2E+7", 352'000'000, 0},
      {"-12.5e0", -125, 1},
      {"1200e-2", 1'200, 2},
      {"0e999999", 0, 0},
      {"0e-999999", 0, 38},
      {"0e99999999999999999999999999", 0, 0},
      {"1e38", PowerOfTen(38), 0},
      {"1e-38", 1, 38},
      {"10e-39", 1, 38},
      {"0.00000000000000000000000000000000000001", 1, 38},
      {"99999999999999999999999999999999999999", PowerOfTen(38) - 1, 0},
  };
  for (const auto& c : cases) {
    const auto value = ParseDecimal(c.text);
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(Int128ToString(value->coefficient), Int128ToString(c.coefficient))
        << c.text;
    EXPECT_EQ(value->scale, c.scale) << c.text;
  }
}

TEST(ParseDecimal, Refuses) {
  const std::string cases[] = {
      "",
      "-",
      ".",
      "1.",
      ".5",
      "-.5",
      "1e",
      "1e+",
      "e5",
      "+1",
      " 1",
      "1 ",
      "1,000",
      "1.234,5",
      "NaN",
      "inf",
      "0x1",
      "1e400",
      "1e-39",
      "1_0",
      "--1",
      "1-",
      "1.2.3",
      "(12.34)",
      "$1",
      "1e1.5",
      "1e--5",
      "1\n",
      "1e39",
      "1e99999999999999999999",
      "\xE2\x88\x92"
      "1",         // U+2212 MINUS SIGN
      "\xD9\xA1",  // ARABIC-INDIC DIGIT ONE
      std::string("1\0"
                  "2",
                  3),
      "1e-99999999999999999999",
      "123456789012345678901234567890123456789",
      "1.00000000000000000000000000000000000001",
  };
  for (const std::string& text : cases) {
    EXPECT_EQ(GetErrorCode(ParseDecimal(text).status()), ErrorCode::kBadNumber)
        << text;
  }
}

TEST(ParseDecimal, MessageNamesTheTextAndTheReason) {
  EXPECT_EQ(ParseDecimal("1,000").status().message(),
            "\"1,000\" is not a decimal number");
  EXPECT_EQ(ParseDecimal("1e400").status().message(),
            "\"1e400\" is out of range");
}

TEST(ParseDecimal, ZerosBeyondTheRoomDoNotCount) {
  const std::string zeros(60, '0');
  EXPECT_EQ(*ParseDecimal(zeros + "1.5"), (Decimal{15, 1}));
  EXPECT_TRUE(*ParseDecimal("1.5" + zeros) ==
              (Decimal{15 * PowerOfTen(36), 37}));
  EXPECT_EQ(*ParseDecimal("1" + zeros + "e-60"), (Decimal{PowerOfTen(37), 37}));
}

// What a text of this shape must give, by brute force.
struct Model {
  BigInt digits;      // whole and fraction
  int64_t scale = 0;  // as written
};

BigInt Abs(const BigInt& value) {
  return value < BigInt() ? BigInt() - value : value;
}

// The largest scale up to the written one whose coefficient has at most 38
// digits; else the only one that is exact, if it fits.
std::optional<Decimal> Expected(const Model& model, BigInt* coefficient) {
  const int64_t longest = std::clamp<int64_t>(model.scale, 0, 38);
  std::optional<Decimal> last;
  for (int64_t scale = longest; scale >= 0; --scale) {
    BigInt scaled = model.digits;
    if (scale >= model.scale) {
      scaled = scaled * BigInt::PowerOfTen(scale - model.scale);
    } else {
      const BigInt divisor = BigInt::PowerOfTen(model.scale - scale);
      if (Modulo(scaled, divisor) != BigInt()) break;
      scaled = Floor(scaled, divisor);
    }
    *coefficient = scaled;
    last = Decimal{0, static_cast<int>(scale)};
    if (Abs(scaled) < BigInt::PowerOfTen(38)) return last;
  }
  if (last && !coefficient->FitsInt128()) last.reset();
  return last;
}

int SignificantDigits(const BigInt& value) {
  std::string digits = Abs(value).ToString();
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return static_cast<int>(digits.size());
}

TEST(ParseDecimal, MatchesTheModel) {
  Random random;
  int accepted = 0;
  for (int i = 0; i < 2 * kRounds; ++i) {
    const bool shorter = random.OneIn(2);
    const std::string sign = random.OneIn(3) ? "-" : "";
    const std::string whole =
        random.Digits(random.Between(1, shorter ? 9 : 40));
    const std::string fraction =
        random.OneIn(4) ? ""
                        : random.Digits(random.Between(1, shorter ? 9 : 45));
    const int64_t exponent = random.OneIn(2) ? 0 : random.Between(-50, 50);
    std::string text = sign + whole;
    if (!fraction.empty()) text += "." + fraction;
    if (exponent != 0) {
      text += random.OneIn(2) ? "e" : "E";
      if (exponent > 0 && random.OneIn(2)) text += "+";
      text += std::to_string(exponent);
    }
    const Model model = {BigInt(sign + whole + fraction),
                         static_cast<int64_t>(fraction.size()) - exponent};
    BigInt coefficient;
    std::optional<Decimal> expected = Expected(model, &coefficient);
    if (SignificantDigits(model.digits) > 38) expected.reset();
    const auto value = ParseDecimal(text);
    ASSERT_EQ(value.ok(), expected.has_value()) << text;
    if (!value.ok()) continue;
    ++accepted;
    ASSERT_EQ(BigInt(value->coefficient), coefficient) << text;
    ASSERT_EQ(value->scale, expected->scale) << text;
  }
  EXPECT_GT(accepted, kRounds / 2);
}

TEST(ParseDecimal, GrammarMatchesTheModel) {
  const std::regex grammar("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = random.From("0015.-+eE ,", random.Between(0, 7));
    const bool refused_as_syntax =
        GetErrorCode(ParseDecimal(text).status()) == ErrorCode::kBadNumber &&
        ParseDecimal(text).status().message().find("is not a decimal") !=
            absl::string_view::npos;
    ASSERT_EQ(!refused_as_syntax, std::regex_match(text, grammar)) << text;
  }
}

TEST(DecimalToScaled, MatchesTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    Decimal value{random.Any128(), static_cast<int>(random.Between(0, 38))};
    if (random.OneIn(2)) {
      const Int128 ten = PowerOfTen(static_cast<int>(random.Between(0, 20)));
      value.coefficient = value.coefficient / ten * ten;
    }
    const int scale = static_cast<int>(random.Between(0, 38));
    const BigInt up = BigInt(value.coefficient) * BigInt::PowerOfTen(scale);
    const BigInt unit = BigInt::PowerOfTen(value.scale);
    const auto result = DecimalToScaled(value, scale);
    if (Modulo(up, unit) != BigInt()) {
      ASSERT_EQ(GetErrorCode(result.status()), ErrorCode::kBadNumber);
    } else if (!Floor(up, unit).FitsInt128()) {
      ASSERT_EQ(GetErrorCode(result.status()), ErrorCode::kOverflow);
    } else {
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ(BigInt(*result), Floor(up, unit));
    }
  }
}

TEST(ParseScaled, SaysWhatIsLost) {
  EXPECT_EQ(ParseScaled("0.1234567", 6).status().message(),
            "0.1234567 has more than 6 decimals");
  EXPECT_EQ(GetErrorCode(ParseScaled("1e30", 18).status()),
            ErrorCode::kOverflow);
  EXPECT_TRUE(*ParseScaled("-0.12345600", 6) == -123'456);
}

TEST(FormatScaled, Examples) {
  const struct {
    Int128 value;
    int scale;
    int min_decimals;
    const char* text;
  } cases[] = {
      {0, 0, 0, "0"},
      {0, 6, 0, "0"},
      {0, 6, 2, "0.00"},
      {-1, 6, 0, "-0.000001"},
      {1'500'000, 6, 0, "1.5"},
      {1'500'000, 6, 2, "1.50"},
      {100, 0, 0, "100"},
      {-100, 2, 0, "-1"},
      {-100, 2, 2, "-1.00"},
      {123'456, 6, 0, "0.123456"},
      {1'234, 2, 1, "12.34"},
      {1, 38, 0, "0.00000000000000000000000000000000000001"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FormatScaled(c.value, c.scale, c.min_decimals), c.text);
  }
}

// Digits padded, pointed and trimmed on the model's text.
std::string ModelFormat(const BigInt& value, int scale, int min_decimals) {
  const BigInt unit = BigInt::PowerOfTen(scale);
  std::string rest = Modulo(Abs(value), unit).ToString();
  rest = std::string(
             static_cast<size_t>(scale) - std::min<size_t>(rest.size(), scale),
             '0') +
         rest;
  if (scale == 0) rest.clear();
  while (rest.size() > static_cast<size_t>(min_decimals) &&
         rest.back() == '0') {
    rest.pop_back();
  }
  return (value < BigInt() ? "-" : "") + Floor(Abs(value), unit).ToString() +
         (rest.empty() ? "" : "." + rest);
}

TEST(FormatScaled, MatchesTheModelAndReadsBack) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const Int128 value = random.Any128();
    const int scale = static_cast<int>(random.Between(0, 38));
    const int min_decimals = static_cast<int>(random.Between(0, scale));
    const std::string text = FormatScaled(value, scale, min_decimals);
    ASSERT_EQ(text, ModelFormat(value, scale, min_decimals));
    if (SignificantDigits(value) > 38) continue;
    const auto again = ParseScaled(text, scale);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(BigInt(*again), BigInt(value)) << text;
  }
}

}  // namespace
}  // namespace drawdown
