#include "bill/transforms.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

std::string InPattern(std::string_view text, std::string_view pattern) {
  std::string out = "refused";
  return TimeInPattern(text, pattern, &out) ? out : "refused";
}

TEST(TransformsTest, TimesInPatterns) {
  EXPECT_EQ(InPattern("09/21/2023", "MM/DD/YYYY"), "2023-09-21T00:00:00Z");
  EXPECT_EQ(InPattern("5/1/25", "M/D/YY"), "2025-05-01T00:00:00Z");
  EXPECT_EQ(InPattern("12/31/25", "M/D/YY"), "2025-12-31T00:00:00Z");
  EXPECT_EQ(InPattern("20261001 17:45:09", "YYYYMMDD hh:mm:ss"),
            "2026-10-01T17:45:09Z");
  for (const char* text : {"", "9/21/2023", "09/21/23", "09-21-2023",
                           "09/21/2023 ", "x9/21/2023", "09/21/20234"}) {
    EXPECT_EQ(InPattern(text, "MM/DD/YYYY"), "refused") << text;
  }
  // Whether there is such a day is for the reader of times.
  EXPECT_EQ(InPattern("02/30/2023", "MM/DD/YYYY"), "2023-02-30T00:00:00Z");
}

TEST(TransformsTest, Epochs) {
  std::string out;
  EXPECT_TRUE(TimeOfEpoch("1790812800", 0, &out));
  EXPECT_EQ(out, "2026-10-01T00:00:00Z");
  EXPECT_TRUE(TimeOfEpoch("1790812800250", 3, &out));
  EXPECT_EQ(out, "2026-10-01T00:00:00.25Z");
  for (const char* text : {"", "-1", "x", "253402300800", "0.0000001"}) {
    EXPECT_FALSE(TimeOfEpoch(text, 0, &out)) << text;
  }
}

TEST(TransformsTest, MonthsAndDays) {
  std::string out;
  EXPECT_TRUE(MonthOf("2026-12-31T23:59:59Z", 0, &out));
  EXPECT_EQ(out, "2026-12-01T00:00:00Z");
  EXPECT_TRUE(MonthOf("2026-12-31T23:59:59Z", 1, &out));
  EXPECT_EQ(out, "2027-01-01T00:00:00Z");
  EXPECT_TRUE(DaysLater("2024-02-28T00:00:00Z", 1, &out));
  EXPECT_EQ(out, "2024-02-29T00:00:00Z");
  EXPECT_FALSE(MonthOf("12/31/2026", 0, &out));
  EXPECT_FALSE(DaysLater("", 1, &out));
}

TEST(TransformsTest, PlainNumbers) {
  const auto plain = [](std::string_view text) {
    std::string out;
    return PlainNumber(text, &out) ? out : "refused";
  };
  EXPECT_EQ(plain("$10,000.00 "), "10000.00");
  EXPECT_EQ(plain(" 12"), "12");
  EXPECT_EQ(plain("-1,234,567.5"), "-1234567.5");
  EXPECT_EQ(plain("-$3"), "-3");
  EXPECT_EQ(plain("(12.50)"), "-12.50");
  EXPECT_EQ(plain("\xe2\x82\xac"
                  "7"),
            "7");
  EXPECT_EQ(plain("1.2e3"), "1.2e3");
  EXPECT_EQ(plain("999,999"), "999999");
  for (const char* text :
       {"", "$", "1,23", "12,34.5", ",123", "1234,567", "1,234,56", "1 2", "(1",
        "$$1", "(-1)", "1.234,56x,"}) {
    const std::string shown = plain(text);
    // What is left of "1.234,56x," is for the reader of numbers to refuse.
    EXPECT_TRUE(shown == "refused" || shown.find(',') != std::string::npos)
        << text << " as " << shown;
  }
}

TEST(TransformsTest, ExactProducts) {
  const auto product = [](std::string_view a, std::string_view b) {
    std::string out;
    return Product(a, b, &out) ? out : "refused";
  };
  EXPECT_EQ(product("0.1", "0.0004"), "0.00004");
  EXPECT_EQ(product("0.061644", "8"), "0.493152");
  EXPECT_EQ(product("-2.50", "4.00"), "-10");
  EXPECT_EQ(product("0.123456789012345678", "100000000000000000"),
            "12345678901234567.8");
  EXPECT_EQ(product("x", "1"), "refused");
  EXPECT_EQ(product("1234567890123456789012", "1234567890123456789"),
            "refused");
  EXPECT_EQ(product("0.00000000000000000001", "0.0000000000000000001"),
            "refused");
}

}  // namespace
}  // namespace drawdown
