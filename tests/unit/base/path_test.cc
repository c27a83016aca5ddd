#include "base/path.h"

#include <string>

#include "base/error.h"
#include "gmock/gmock.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

std::string Repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST(ValidatePath, Accepts) {
  const std::string cases[] = {
      "acme",
      "acme/research/llm",
      "aws/us-east-1/gb200",
      "a b/c",
      "a*/b",
      "**",
      ".a/b.",
      "...",
      "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac",
      "\xf0\x9f\x9a\x80",
      "\xf4\x8f\xbf\xbf",  // U+10FFFF
      "\xed\x9f\xbf",      // U+D7FF, before the surrogates
      Repeat("a/", 15) + "a",
      std::string(400, 'x'),
  };
  for (const std::string& path : cases) {
    EXPECT_TRUE(ValidatePath(path, "tenant").ok()) << path;
  }
}

TEST(ValidatePath, Refuses) {
  const struct {
    std::string path;
    const char* reason;
  } cases[] = {
      {"", "is empty"},
      {"/", "empty part"},
      {"/a", "empty part"},
      {"a/", "empty part"},
      {"a//b", "empty part"},
      {"*", "'*'"},
      {"a/*/b", "'*'"},
      {".", "'.' or '..'"},
      {"..", "'.' or '..'"},
      {"../us-east-1/h200", "'.' or '..'"},
      {"a/./b", "'.' or '..'"},
      {"a/..", "'.' or '..'"},
      {" a", "blank"},
      {"a /b", "blank"},
      {"a/ b", "blank"},
      {Repeat("a/", 16) + "a", "16 parts"},
      {std::string(401, 'x'), "400 bytes"},
      {"a\nb", "control"},
      {std::string("a\0b", 3), "control"},
      {"a\x7f", "control"},
      {"a\xc2\x85"
       "b",
       "control"},  // U+0085
      {"a\x80", "UTF-8"},
      {"a\xc3", "UTF-8"},
      {"\xc0\xaf", "UTF-8"},  // overlong '/'
      {"\xc1\xbf", "UTF-8"},
      {"\xe0\x80\xaf", "UTF-8"},      // overlong '/'
      {"\xf0\x80\x80\xaf", "UTF-8"},  // overlong '/'
      {"\xed\xa0\x80", "UTF-8"},      // surrogate
      {"\xf4\x90\x80\x80", "UTF-8"},  // U+110000
      {"\xff", "UTF-8"},
      {"\xe6\x97", "UTF-8"},
      {"\xe6\x97"
       "a",
       "UTF-8"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ValidatePath(c.path, "pool");
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadRow) << c.path;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.reason)) << c.path;
  }
}

TEST(ValidatePath, MessageNamesKindAndPath) {
  EXPECT_EQ(ValidatePath("a//b", "tenant").message(),
            "tenant \"a//b\" has an empty part");
}

TEST(StaysInFolder, Table) {
  for (const char* name : {"aws", ".aws", "...", "a b"}) {
    EXPECT_TRUE(StaysInFolder(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("/"),
        std::string("../x"), std::string("a/b"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(StaysInFolder(name)) << name;
  }
}

TEST(SelectorCovers, Table) {
  const struct {
    const char* selector;
    const char* path;
    bool covers;
  } cases[] = {
      {"", "acme", true},
      {"*", "acme/x/y", true},
      {"acme", "acme", true},
      {"acme", "acme/chat", true},
      {"acme", "acme2", false},
      {"acme", "acm", false},
      {"acme/chat", "acme", false},
      {"aws/*/gb200", "aws/us-east-1/gb200", true},
      {"aws/*/gb200", "aws/us-east-1/gb200/mig", true},
      {"aws/*/gb200", "aws/us-east-1/h100", false},
      {"aws/*/gb200", "aws/us-east-1", false},
      {"*/us-east-1", "aws/us-east-1/gb200", true},
      {"*/us-east-1", "aws/us-west-2/gb200", false},
      {"*/*", "aws", false},
      {"*/*", "aws/us-west-2", true},
      {"aws/us*", "aws/us-west-2", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(SelectorCovers(c.selector, c.path), c.covers)
        << c.selector << " and " << c.path;
  }
}

TEST(ValidateSelector, AStarIsAWholePart) {
  for (const char* selector : {"*", "aws", "aws/*", "*/*/h100", "aws/*/h100"}) {
    EXPECT_TRUE(ValidateSelector(selector).ok()) << selector;
  }
  for (const char* selector :
       {"aws/us-*", "aws/**", "**", "*x", "aws/*-1/h100"}) {
    for (const absl::Status& status :
         {ValidateSelector(selector), CheckStars(selector)}) {
      EXPECT_NE(status.message().find("stands for one whole part"),
                status.message().npos)
          << selector << ": " << status;
    }
  }
  // Of questions, which may be asked with a '/' at the end, nothing more.
  EXPECT_TRUE(CheckStars("aws/").ok());
  EXPECT_TRUE(CheckStars("").ok());
  for (const char* selector : {"aws//x", "/aws", "/", "*//x"}) {
    EXPECT_FALSE(CheckStars(selector).ok()) << selector;
  }
  EXPECT_FALSE(ValidateSelector("aws/").ok());
}

TEST(SelectorRank, MoreLiteralFirstThenLonger) {
  const char* ordered[] = {"",      "*",       "*/*",    "*/*/*", "a",
                           "a/*",   "a/*/*",   "a/b",    "*/a/b", "a/*/*/b",
                           "a/b/c", "a/b/c/*", "a/b/c/d"};
  for (size_t i = 1; i < std::size(ordered); ++i) {
    EXPECT_LT(SelectorRank(ordered[i - 1]), SelectorRank(ordered[i]))
        << ordered[i];
  }
  EXPECT_EQ(SelectorRank("aws/*/gb200"), SelectorRank("*/x/gb200"));
}

TEST(IsAtOrBelow, Table) {
  EXPECT_TRUE(IsAtOrBelow("acme", "acme"));
  EXPECT_TRUE(IsAtOrBelow("acme/chat", "acme"));
  EXPECT_TRUE(IsAtOrBelow("acme/chat", ""));
  EXPECT_FALSE(IsAtOrBelow("acme2", "acme"));
  EXPECT_FALSE(IsAtOrBelow("acme", "acme/chat"));
  EXPECT_FALSE(IsAtOrBelow("other/acme", "acme"));
  EXPECT_FALSE(IsAtOrBelow("", "acme"));
}

}  // namespace
}  // namespace drawdown
