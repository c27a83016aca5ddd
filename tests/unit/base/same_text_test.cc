#include "base/same_text.h"

#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

// Every length on both sides of each way of comparing, a difference anywhere.
TEST(SameTextTest, AgreesWithTheOperator) {
  for (size_t size = 0; size <= 70; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(SameText(text, std::string(size, 'x'))) << size;
    EXPECT_FALSE(SameText(text, std::string(size + 1, 'x'))) << size;
    for (size_t place = 0; place < size; ++place) {
      std::string other = text;
      other[place] = 'y';
      EXPECT_FALSE(SameText(text, other)) << size << " at " << place;
      EXPECT_FALSE(SameText(other, text)) << size << " at " << place;
    }
  }
}

TEST(SameTextTest, ReadsNothingOutsideTheTexts) {
  const std::string around = "a12345678b12345678c";
  EXPECT_TRUE(SameText(std::string_view(around).substr(1, 8),
                       std::string_view(around).substr(10, 8)));
  EXPECT_TRUE(SameText("", std::string_view()));
}

}  // namespace
}  // namespace drawdown
