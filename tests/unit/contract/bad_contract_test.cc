// Every rule of contract text, one case each: bad_contracts.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "contract/parse.h"
#include "drawdown/status.h"

namespace drawdown {
namespace {

struct Section {
  std::string name;
  std::string text;  // lines, without the last newline
  int line = 0;
};

std::vector<Section> ReadSections() {
  std::ifstream file(BAD_CONTRACTS);
  EXPECT_TRUE(file.is_open()) << BAD_CONTRACTS;
  std::vector<Section> sections;
  bool first = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("=== ")) {
      sections.push_back({line.substr(4), "", number});
      first = true;
    } else if (!sections.empty()) {
      if (!first) sections.back().text += '\n';
      sections.back().text += line;
      first = false;
    }
  }
  return sections;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool Fits(const std::string& actual, std::string_view expected) {
  if (!expected.ends_with("...")) return actual == expected;
  expected.remove_suffix(3);
  return actual.starts_with(expected);
}

void ExpectProblems(const std::string& text, const std::string& expected,
                    int line) {
  const auto contract = ParseContract("f", text);
  ASSERT_FALSE(contract.ok()) << "case before line " << line;
  EXPECT_EQ(GetErrorCode(contract.status()), ErrorCode::kBadContract);
  const std::vector<std::string> actual =
      Lines(std::string(contract.status().message()));
  const std::vector<std::string> wanted = Lines(expected);
  ASSERT_EQ(actual.size(), wanted.size())
      << "case before line " << line << ": " << contract.status().message();
  for (size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(Fits(actual[i], "f:" + wanted[i]))
        << "case before line " << line << "\n got " << actual[i]
        << "\nwant f:" << wanted[i];
  }
}

TEST(BadContractTest, EveryProblemHasItsPlaceAndWords) {
  const std::vector<Section> sections = ReadSections();
  ASSERT_FALSE(sections.empty());
  const std::string good = sections[0].text + "\n";
  ASSERT_TRUE(ParseContract("f", good).ok());
  std::string text = good;
  int cases = 0;
  for (size_t i = 1; i < sections.size(); ++i) {
    const Section& section = sections[i];
    if (section.name == "append") {
      text = good + section.text + "\n";
    } else if (section.name == "replace") {
      const size_t at = good.find(section.text);
      ASSERT_NE(at, std::string::npos) << "line " << section.line;
      text = good;
      text.replace(at, section.text.size(), sections[++i].text);
    } else {
      ASSERT_EQ(section.name, "problems") << "line " << section.line;
      ExpectProblems(text, section.text, section.line);
      ++cases;
    }
  }
  EXPECT_GT(cases, 120);
}

constexpr char kGood[] =
    "id: \"c\" provider: \"aws\" currency: \"USD\"\n"
    "term { start: \"2026-01-01T00:00:00Z\" end: \"2027-01-01T00:00:00Z\" }\n";

std::string FirstProblem(const std::string& text) {
  std::vector<ContractProblem> problems;
  EXPECT_FALSE(ParseContract("f", text, &problems).ok()) << text;
  if (problems.empty()) return "";
  return std::to_string(problems[0].line) + ":" +
         std::to_string(problems[0].column) + " " + problems[0].field + " " +
         problems[0].message;
}

TEST(BadContractTest, BytesThatAreNotText) {
  const std::string good = kGood;
  EXPECT_EQ(FirstProblem(good + "grace: \"\xff\""),
            "3:9  the text is not valid UTF-8");
  EXPECT_EQ(FirstProblem(good + "provider_alias: \"a\\xff\""),
            "3:1 provider_alias[0] \"a?\" is not valid UTF-8");
  EXPECT_EQ(FirstProblem(good + std::string("\0", 1)).substr(0, 4), "3:1 ");
  EXPECT_EQ(FirstProblem(std::string((16 << 20) + 1, '\n')),
            "1:1  the text has 16777217 bytes; at most 16777216 are read");
}

TEST(BadContractTest, LengthOfIds) {
  const std::string good = kGood;
  const std::string id(200, 'x');
  EXPECT_TRUE(ParseContract("f", good + "provider_alias: \"" + id + "\"").ok());
  EXPECT_NE(FirstProblem(good + "provider_alias: \"" + id + "x\"")
                .find("201 bytes; at most 200"),
            std::string::npos);
}

TEST(BadContractTest, TabsAreOneColumn) {
  EXPECT_EQ(FirstProblem(std::string(kGood) + "\t\tgrace: \"x\"").substr(0, 9),
            "3:3 grace");
  EXPECT_EQ(FirstProblem(std::string(kGood) + "\tnope: 1").substr(0, 8),
            "3:2 nope");
}

TEST(BadContractTest, DeepNestingIsRefused) {
  std::string deep = kGood;
  for (int i = 0; i < 100'000; ++i) deep += "x {";
  EXPECT_FALSE(ParseContract("f", deep).ok());
}

TEST(BadContractTest, MessageStopsAtTwenty) {
  std::string text = kGood;
  for (int i = 0; i < 23; ++i) text += "nope: 1\n";
  std::vector<ContractProblem> problems;
  const auto contract = ParseContract("f", text, &problems);
  ASSERT_FALSE(contract.ok());
  EXPECT_EQ(problems.size(), 23u);
  const std::vector<std::string> lines =
      Lines(std::string(contract.status().message()));
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_EQ(lines[19].substr(0, 5), "f:22:");
  EXPECT_EQ(lines[20], "f: and 3 more problems");
}

}  // namespace
}  // namespace drawdown
