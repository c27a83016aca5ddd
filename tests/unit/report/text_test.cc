#include "report/text.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

struct InertCase {
  std::string_view text;
  std::string_view inert;
};

class InertTest : public testing::TestWithParam<InertCase> {};

TEST_P(InertTest, SpellsOutWhatIsHarmful) {
  EXPECT_EQ(InertText(GetParam().text), GetParam().inert);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, InertTest,
    testing::Values(
        InertCase{"plain", "plain"}, InertCase{"", ""},
        InertCase{"caf\u00e9 \u4e2d\u6587", "caf\u00e9 \u4e2d\u6587"},
        // C0, DEL, C1.
        InertCase{"\x1b[31mred", "\\x1b[31mred"}, InertCase{"a\rb", "a\\x0db"},
        InertCase{"a\nb\tc", "a\\nb\\tc"}, InertCase{"\x7f", "\\x7f"},
        InertCase{"\u009b31m", "\\x9b31m"},
        InertCase{std::string_view("a\0b", 3), "a\\x00b"},
        // Reordering and hiding.
        InertCase{"\u202eevil", "\\u202eevil"},
        InertCase{"\u2066x", "\\u2066x"}, InertCase{"\u200f", "\\u200f"},
        InertCase{"a\u200bb", "a\\u200bb"}, InertCase{"\ufeff", "\\ufeff"},
        InertCase{"\u2028", "\\u2028"}, InertCase{"\U000e0041", "\\U000e0041"},
        // No UTF-8: a lone continuation, an overlong '/', a surrogate, a cut.
        InertCase{"\x80", "\\x80"}, InertCase{"\xc0\xaf", "\\xc0\\xaf"},
        InertCase{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        InertCase{"\xe4\xb8", "\\xe4\\xb8"}));

TEST(InertLinesTest, KeepsLineFeedsAndTabs) {
  EXPECT_EQ(InertLines("a\n\tb\x1b\r\n"), "a\n\tb\\x1b\\x0d\n");
}

TEST(DisplayWidthTest, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("\u4e2d\u6587"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("\U0001f600"), 2u);
  EXPECT_EQ(DisplayWidth("\u00e9"), 1u);
}

TEST(GroupThousandsTest, GroupsTheWholePart) {
  EXPECT_EQ(GroupThousands("0"), "0");
  EXPECT_EQ(GroupThousands("999"), "999");
  EXPECT_EQ(GroupThousands("1000"), "1,000");
  EXPECT_EQ(GroupThousands("-123456.7891"), "-123,456.7891");
  EXPECT_EQ(GroupThousands("38000000000.25"), "38,000,000,000.25");
}

TEST(GroupThousandsTest, LeavesOtherTextAlone) {
  for (const std::string_view text : {"", "-", "overflow", "1e9000", "1.2.3"}) {
    EXPECT_EQ(GroupThousands(text), text);
  }
}

TEST(ReadableMoneyTest, RoundsHalfEvenToCents) {
  const auto money = [](std::string_view text) {
    return ReadableMoney(*Currency::Parse("USD"), *ParseMoney(text));
  };
  EXPECT_EQ(money("0"), "0.00");
  EXPECT_EQ(money("1.5"), "1.50");
  EXPECT_EQ(money("2.125"), "2.12");
  EXPECT_EQ(money("2.135"), "2.14");
  EXPECT_EQ(money("-20.52022672899"), "-20.52");
}

TEST(ReadableMoneyTest, HasTheDecimalsOfTheCurrency) {
  const auto readable = [](std::string_view text, std::string_view currency) {
    return ReadableMoney(*Currency::Parse(currency), *ParseMoney(text));
  };
  EXPECT_EQ(readable("1234", "JPY"), "1234");
  EXPECT_EQ(readable("1234.5", "JPY"), "1234");
  EXPECT_EQ(readable("0.5", "JPY"), "0.5");
  EXPECT_EQ(readable("1.5", "KWD"), "1.500");
  EXPECT_EQ(readable("1.005", "USD"), "1.00");
}

TEST(ReadableMoneyTest, NeverShowsADifferenceAsNothing) {
  const Currency usd = *Currency::Parse("USD");
  EXPECT_EQ(ReadableMoney(usd, *ParseMoney("0.000004")), "0.000004");
  EXPECT_EQ(ReadableMoney(usd, *ParseMoney("-0.005")), "-0.005");
  EXPECT_EQ(ReadableMoney(usd, MoneyAmount::Invalid()), "overflow");
}

TEST(ReadableHoursTest, RoundsToThousandths) {
  EXPECT_EQ(ReadableHours(GpuTime(0)), "0.000");
  EXPECT_EQ(ReadableHours(*ParseGpuHours("1234.5")), "1234.500");
  EXPECT_EQ(ReadableHours(*ParseGpuSeconds("1")), "0.000277778");
  EXPECT_EQ(ReadableHours(GpuTime::Invalid()), "overflow");
}

TEST(CountOfTest, AgreesInNumber) {
  EXPECT_EQ(CountOf(0, "row"), "0 rows");
  EXPECT_EQ(CountOf(1, "row"), "1 row");
  EXPECT_EQ(CountOf(1234, "row"), "1,234 rows");
}

}  // namespace
}  // namespace drawdown
