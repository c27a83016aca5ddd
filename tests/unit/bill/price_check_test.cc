#include "bill/price_check.h"

#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

std::string Show(std::string_view price, std::string_view quantity,
                 std::string_view cost) {
  const auto miss = CheckPrice(*ParseDecimal(price), *ParseDecimal(quantity),
                               *ParseMoney(cost));
  if (!miss) return "equal";
  std::string text = "from " + std::to_string(miss->first_missed);
  if (miss->last_within_power >= 0) {
    text += ", x10^" + std::to_string(miss->power_of_ten) + " to " +
            std::to_string(miss->last_within_power);
  }
  return text;
}

struct Case {
  std::string price;
  std::string quantity;
  std::string cost;
  std::string shown;
};

TEST(PriceCheckTest, TellsFromWhichDecimalOnAProductMisses) {
  const std::vector<Case> cases = {
      {"4.10", "8", "32.80", "equal"},
      {"-4.10", "8", "-32.8", "equal"},
      {"0", "8", "0", "equal"},
      // 0.5 x 0.0000887429 = 0.00004437145, published with ten decimals.
      {"0.5", "0.0000887429", "0.0000443714", "from 11"},
      {"0.5", "0.0000887429", "0.0000443715", "from 11"},
      {"1", "0.0500000000000000001", "0.05", "equal"},
      {"1", "0.050000000000000001", "0.05", "from 18"},
      {"1", "0.05", "0.06", "from 2"},
      {"1", "0.04", "0.6", "from 0, x10^1 to 0"},
      {"1", "100", "0", "from 0"},
      {"0", "5", "7", "from 0"},
      {"0.05", "0.00000003", "0.000015", "from 5, x10^4 to 18"},
      {"-0.05", "0.00000003", "-0.000015", "from 5, x10^4 to 18"},
      {"0.0845", "0.00000007", "0.00005915", "from 4, x10^4 to 18"},
      {"2", "3000", "0.006", "from 0, x10^-6 to 18"},
      {"3", "0.3333", "99.99", "from 0, x10^2 to 18"},
      // Within half a unit of the fourth decimal after the shift.
      {"0.123456", "1", "12.3456", "from 0, x10^2 to 18"},
      {"0.12345678", "1", "12.3457", "from 0, x10^2 to 4"},
      {"0.04", "1", "-4", "from 0"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(Show(test.price, test.quantity, test.cost), test.shown)
        << test.price << " x " << test.quantity << " = " << test.cost;
  }
}

TEST(PriceCheckTest, WhatIsTooLargeIsNotJudged) {
  const std::string huge = "1" + std::string(37, '0');
  EXPECT_EQ(Show(huge, huge, "1"), "equal");
  const std::string tiny = "0." + std::string(37, '0') + "1";
  EXPECT_EQ(Show(tiny, tiny, "0"), "equal");
  EXPECT_EQ(Show("1e20", "1", "1e20"), "equal");
}

TEST(PriceCheckTest, CountsTheDecimalsAnAmountNeeds) {
  EXPECT_EQ(NeededDecimals(*ParseMoney("0"), 0), 0);
  EXPECT_EQ(NeededDecimals(*ParseMoney("12"), 0), 0);
  EXPECT_EQ(NeededDecimals(*ParseMoney("0.00001605990"), 0), 10);
  EXPECT_EQ(NeededDecimals(*ParseMoney("-0.5"), 0), 1);
  EXPECT_EQ(NeededDecimals(*ParseMoney("-0.5"), 7), 7);
  // What a double says beyond its twelfth digit may be a sum's noise.
  EXPECT_EQ(NeededDecimals(*ParseMoney("27.599999999999998"), 0), 1);
  EXPECT_EQ(NeededDecimals(*ParseMoney("958.5600000000006"), 0), 2);
  EXPECT_EQ(NeededDecimals(*ParseMoney("958.56000000006"), 0), 2);
  EXPECT_EQ(NeededDecimals(*ParseMoney("958.5600000006"), 0), 10);
  EXPECT_EQ(NeededDecimals(*ParseMoney("95856.0000000006"), 0), 10);
  EXPECT_EQ(NeededDecimals(*ParseMoney("958560.0000000006"), 0), 0);
  EXPECT_EQ(NeededDecimals(*ParseMoney("958560.0000000006"), 2), 2);
  EXPECT_EQ(NeededDecimals(*ParseMoney("-0.1234567890123456"), 0), 12);
  EXPECT_EQ(NeededDecimals(*ParseMoney("0.123456789012345"), 0), 12);
  EXPECT_EQ(NeededDecimals(*ParseMoney("0.000000000000000001"), 0), 18);
}

}  // namespace
}  // namespace drawdown
