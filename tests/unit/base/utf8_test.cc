#include "base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(Utf8Test, AcceptsTheEdgesOfEveryLength) {
  for (const std::string_view text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Utf8ValidPrefix(text), text.size()) << text;
  }
}

TEST(Utf8Test, RefusesWhatTheStandardForbids) {
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80", "\xe1\x80 ",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf1\x80\x80", "\xff", "\xfe"}) {
    EXPECT_EQ(Utf8ValidPrefix(std::string("ok, ") + std::string(bad)), 4u);
  }
}

TEST(Utf8Test, FindsABadByteAfterLongAsciiRuns) {
  for (size_t before = 0; before < 40; ++before) {
    std::string text(before, 'x');
    text += "\xff";
    text += std::string(20, 'y');
    EXPECT_EQ(Utf8ValidPrefix(text), before);
  }
}

}  // namespace
}  // namespace drawdown
