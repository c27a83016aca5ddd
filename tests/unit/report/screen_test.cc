#include "report/screen.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(ScreenTest, LinesAreCutToTheScreen) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(FitToScreen("abcdef\n\nabcd\n", {4, 3}),
            (Lines{"abc>", "", "abcd"}));
  EXPECT_EQ(FitToScreen("a\nb\nc\nd\n", {10, 3}),
            (Lines{"a", "b", "... 2 more"}));
  EXPECT_EQ(FitToScreen("a\nb\n", {3, 1}), (Lines{"..>"}));
  // A wide character that would not fit whole is left out.
  EXPECT_EQ(FitToScreen("a\u6f22\u5b57", {5, 3}), (Lines{"a\u6f22\u5b57"}));
  EXPECT_EQ(FitToScreen("a\u6f22\u5b57", {4, 3}), (Lines{"a\u6f22>"}));
  EXPECT_EQ(FitToScreen("a\u6f22\u5b57", {3, 3}), (Lines{"a>"}));
  EXPECT_EQ(FitToScreen("e\u0301f", {1, 3}), (Lines{">"}));
  EXPECT_EQ(FitToScreen("e\u0301", {1, 3}), (Lines{"e\u0301"}));
  EXPECT_EQ(FitToScreen("", {4, 3}), Lines());
}

}  // namespace
}  // namespace drawdown
