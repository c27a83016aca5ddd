#include "contract/json_scanner.h"

#include <gtest/gtest.h>

#include <string>

namespace drawdown {
namespace {

TEST(JsonScannerTest, UndoesEscapes) {
  const std::pair<const char*, std::string> cases[] = {
      {R"("")", ""},
      {R"("a b")", "a b"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20AC")", "A\xC3\xA9\xE2\x82\xAC"},
      {R"("\ud83d\ude00")", "\xF0\x9F\x98\x80"},
      {"\"\xC3\xA9\"", "\xC3\xA9"},
  };
  for (const auto& [text, expected] : cases) {
    JsonScanner scanner(text);
    std::string value;
    EXPECT_TRUE(scanner.ReadString(&value)) << text << scanner.error();
    EXPECT_EQ(value, expected);
    EXPECT_TRUE(scanner.ExpectEnd());
  }
}

TEST(JsonScannerTest, RefusesBadStrings) {
  const char* const texts[] = {
      R"("\x")",     R"("\u12")",   R"("\u12g4")",
      R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")",
      R"("a)",       R"("\)",       "\"\x1f\"",
      R"("\u)",      "a",           "",
  };
  for (const char* text : texts) {
    JsonScanner scanner(text);
    std::string value;
    EXPECT_FALSE(scanner.ReadString(&value)) << text;
    EXPECT_TRUE(scanner.failed()) << text;
    EXPECT_FALSE(scanner.ExpectEnd()) << text;
  }
}

TEST(JsonScannerTest, NumbersStayText) {
  for (const char* text : {"0", "-0", "10", "1.50", "1e400", "-2.5E-3"}) {
    JsonScanner scanner(text);
    std::string_view number;
    EXPECT_TRUE(scanner.ReadNumber(&number)) << text;
    EXPECT_EQ(number, text);
  }
  for (const char* text : {"01", "1.", ".5", "-", "1e", "+1", "e", "--1"}) {
    JsonScanner scanner(text);
    std::string_view number;
    EXPECT_FALSE(scanner.ReadNumber(&number)) << text;
  }
}

TEST(JsonScannerTest, SkipsValuesToADepth) {
  const auto nested = [](int levels) {
    return std::string(static_cast<size_t>(levels), '[') +
           std::string(static_cast<size_t>(levels), ']');
  };
  const std::string deep = nested(32);
  JsonScanner good(deep);
  EXPECT_TRUE(good.SkipValue());
  const std::string deeper = nested(34);
  JsonScanner bad(deeper);
  EXPECT_FALSE(bad.SkipValue());
  EXPECT_EQ(bad.error(), "nested more than 32 levels deep");
  const std::string open(1'000'000, '[');
  JsonScanner hostile(open);
  EXPECT_FALSE(hostile.SkipValue());
}

}  // namespace
}  // namespace drawdown
