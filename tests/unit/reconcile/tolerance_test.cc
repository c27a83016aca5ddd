#include "reconcile/tolerance.h"

#include <string>

#include "gtest/gtest.h"
#include "reconcile/unit_scale.h"

namespace drawdown {
namespace {

Currency Code(std::string_view code) { return Currency::Parse(code).value(); }
MoneyAmount Money(std::string_view text) { return ParseMoney(text).value(); }

TEST(ToleranceTest, AgreesWithTheVectorsOfFocus) {
  struct Case {
    uint64_t rows;
    const char* difference;
    const char* tolerance;
    bool passes;
  };
  // FOCUS 1.4, Invoice Handling.
  const Case cases[] = {{5, "0.02", "1", true},
                        {5, "5.00", "1", false},
                        {1'000'000, "4.50", "5", true},
                        {1'000'000, "15.00", "5", false}};
  for (const Case& c : cases) {
    const MoneyAmount tolerance = InvoiceTolerance(c.rows, Code("USD"));
    EXPECT_EQ(FormatMoney(tolerance), c.tolerance);
    EXPECT_EQ(Money(c.difference) <= tolerance, c.passes) << c.difference;
  }
}

TEST(ToleranceTest, TheRootBeginsToMatterAboveFortyThousandRows) {
  EXPECT_EQ(FormatMoney(InvoiceTolerance(0, Code("USD"))), "1");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(0, Code("KWD"))), "0.1");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(40'000, Code("USD"))), "1");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(40'401, Code("USD"))), "1.005");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(40'001, Code("USD"))),
            "1.00001249992");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(1'000'000, Code("JPY"))), "500");
  EXPECT_EQ(FormatMoney(InvoiceTolerance(1, Code("JPY"))), "100");
  EXPECT_TRUE(InvoiceTolerance(UINT64_MAX, Code("JPY")).valid());
}

TEST(ToleranceTest, ALastPlaceIsNeverMoreThanASubunit) {
  struct Case {
    int scale;
    const char* currency;
    const char* place;
  };
  const Case cases[] = {{0, "USD", "0.01"},  {1, "USD", "0.01"},
                        {3, "USD", "0.001"}, {0, "JPY", "1"},
                        {2, "JPY", "0.01"},  {19, "USD", "0"}};
  for (const Case& c : cases) {
    EXPECT_EQ(
        FormatMoney(LastPlace({MoneyAmount(), c.scale}, Code(c.currency))),
        c.place)
        << c.scale;
  }
}

// What a double says beyond its twelfth digit may be a sum's noise.
TEST(ToleranceTest, PlacesBeyondThoseOfADoubleAreNotPublished) {
  const auto place = [](const char* amount, int scale) {
    return FormatMoney(LastPlace({Money(amount), scale}, Code("USD")));
  };
  EXPECT_EQ(place("27.5999999999999", 13), "0.0000000001");
  EXPECT_EQ(place("27.599999999999998", 15), "0.0000000001");
  EXPECT_EQ(place("-27.599999999999998", 24), "0.0000000001");
  EXPECT_EQ(place("958.5600000000006", 13), "0.000000001");
  // Ten decimals and fifteen digits are what bills are rounded to.
  EXPECT_EQ(place("27.59999999999", 11), "0.0000000001");
  EXPECT_EQ(place("27.5999999999", 10), "0.0000000001");
  EXPECT_EQ(place("12345.6789012345", 10), "0.0000000001");
  EXPECT_EQ(place("123456.7890123456", 10), "0.000001");
  EXPECT_EQ(place("0.000012345678", 12), "0.000000000001");
  EXPECT_EQ(place("1", 38), "0.00000000001");
  EXPECT_EQ(place("0.0000000000000001", 16), "0.0000000000000001");
  EXPECT_EQ(place("12345678901234567", 3), "0.01");
}

TEST(UnitScaleTest, FindsKnownFactorsAndNoOthers) {
  struct Case {
    Int128 billed;
    Int128 right;
    int64_t gpus;
    int64_t factor;  // 0: none; negative: too little
  };
  const Case cases[] = {{800, 100, 1, 8},         {100, 800, 1, -8},
                        {400, 100, 4, 4},         {400, 100, 1, 0},
                        {200, 100, 2, 0},         {6'000, 100, 1, 60},
                        {100, 360'000, 1, -3600}, {1'000'000, 1, 1, 1'000'000},
                        {100'000'000, 1, 1, 0},   {801, 100, 1, 0},
                        {0, 100, 1, 0},           {100, 0, 1, 0},
                        {-1'000, -100, 1, 10},    {-1'000, 100, 1, 0},
                        {1'600, 100, 16, 16},     {1'600, 100, 8, 0}};
  for (const Case& c : cases) {
    const auto scale = FindUnitScale(c.billed, c.right, 0, c.gpus);
    int64_t found = 0;
    if (scale.has_value()) {
      found = scale->too_small ? -scale->factor : scale->factor;
    }
    EXPECT_EQ(found, c.factor) << static_cast<int64_t>(c.billed) << " "
                               << static_cast<int64_t>(c.right);
  }
}

TEST(UnitScaleTest, PublishedRoundingIsAllowedFor) {
  EXPECT_TRUE(FindUnitScale(801, 100, 1, 1).has_value());
  EXPECT_FALSE(FindUnitScale(802, 100, 1, 1).has_value());
  // Of what is billed: its slack counts eightfold for what is right.
  EXPECT_TRUE(FindUnitScale(100, 808, 1, 1).has_value());
  EXPECT_FALSE(FindUnitScale(100, 809, 1, 1).has_value());
}

TEST(UnitScaleTest, HugeAmountsDoNotOverflow) {
  const Int128 huge = static_cast<Int128>(1) << 125;
  EXPECT_FALSE(FindUnitScale(huge, huge - 1, huge, 8).has_value());
}

TEST(UnitScaleTest, TheFactorIsNamed) {
  EXPECT_EQ(UnitScaleText({4, false, false}, 4),
            "4 times too much: the GPUs of a billed unit");
  EXPECT_EQ(UnitScaleText({100, true, false}, 4),
            "100 times too little: a power of ten, such as a block size");
}

}  // namespace
}  // namespace drawdown
