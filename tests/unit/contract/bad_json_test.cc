#include <gtest/gtest.h>

#include <string>

#include "contract/parse.h"
#include "drawdown/status.h"

namespace drawdown {
namespace {

struct JsonCase {
  const char* member;  // put into kGood after its last member
  const char* problem;
};

constexpr char kGood[] =
    "{\"id\": \"c\", \"provider\": \"aws\", \"currency\": \"USD\",\n"
    "\"term\": {\"start\": \"2026-01-01T00:00:00Z\", "
    "\"end\": \"2027-01-01T00:00:00Z\"}";

const JsonCase kCases[] = {
    {"}", ""},
    {",\n}", "3:1: expected '\"', got \"}\""},
    {"", "2:73: expected '}', got the end"},
    {"} x", "2:75: expected the end, got \"x\""},
    {",\n\"grace\" \"1h\"}", "3:9: expected ':', got \"\\\"\""},
    {",\n\"nope\": [1, {\"a\": null}]}",
     "3:1: nope: unknown field; there are "},
    {",\n\"nope\": [1,]}", "3:12: expected a value, got \"]\""},
    {",\n\"nope\": 01}", "3:9: this is not a JSON number"},
    {",\n\"nope\": 1.}", "3:9: this is not a JSON number"},
    {",\n\"nope\": NaN}", "3:9: expected a value, got \"N\""},
    {",\n\"nope\": nul}", "3:9: expected a value, got \"n\""},
    {",\n/* */\"grace\": \"1h\"}", "3:1: expected '\"', got \"/\""},
    {",\n\"grace\": \"1h\", \"grace\": \"1h\"}",
     "3:16: grace: is given more than once"},
    {",\n\"provider_alias\": [\"a\"], \"providerAlias\": [\"b\"]}",
     "3:26: provider_alias: is given more than once"},
    {",\n\"grace\": 1}",
     "3:10: grace: expected a string, got the number 1; decimals and times are "
     "written as strings: \"1\""},
    {",\n\"grace\": null}",
     "3:10: grace: expected a string, got null; leave the field out instead"},
    {",\n\"grace\": true}",
     "3:10: grace: expected a string, got a truth value"},
    {",\n\"grace\": {}}", "3:10: grace: expected a string, got an object"},
    {",\n\"grace\": \"1h}", "3:10: the string has no closing quote"},
    {",\n\"grace\": \"1\nh\"}", "3:12: control character in a string"},
    {",\n\"rate\": {}}", "3:9: rate: expected an array, got an object"},
    {",\n\"rate\": [1]}", "3:10: rate[0]: expected an object, got a number"},
    {",\n\"rate\": [{\"price\": 4.10}]}",
     "3:20: rate[0].price: expected a string, got the number 4.10; decimals "
     "and "
     "times are written as strings: \"4.10\""},
    {",\n\"rate\": [{\"prise\": \"1\"}]}",
     "3:11: rate[0].prise: unknown field; there are pool, price, "},
    {",\n\"calendar\": []}",
     "3:13: calendar: expected an object, got an array"},
    {",\n\"calendar\": {\"monthDay\": 1.5}}",
     "3:26: calendar.month_day: \"1.5\" is not a whole number of 32 bits"},
    {",\n\"calendar\": {\"month_day\": 3000000000}}",
     "3:27: calendar.month_day: \"3000000000\" is not a whole number of 32 "
     "bits"},
    {",\n\"calendar\": {\"month_day\": true}}",
     "3:27: calendar.month_day: expected a whole number, got a truth value"},
    {",\n\"calendar\": {\"month_day\": 29}}",
     "3:14: calendar.month_day: 29 is outside 1..28"},
    {",\n\"calendar\": {\"dayLabel\": \"MIDDLE\"}}",
     "3:26: calendar.day_label: \"MIDDLE\" is none of START, END"},
    {",\n\"calendar\": {\"day_label\": 0}}",
     "3:27: calendar.day_label: expected the name of a value, got a number"},
    {",\n\"allotment\": [{\"mayBorrow\": 1}]}",
     "3:29: allotment[0].may_borrow: expected true or false, got a number"},
    {",\n\"provider_alias\": [\"a\", \"\"]}",
     "3:25: provider_alias[1]: \"\" is empty"},
};

TEST(BadJsonTest, ProblemsHavePlaces) {
  for (const JsonCase& test : kCases) {
    const auto contract = ParseContract("f", std::string(kGood) + test.member);
    if (*test.problem == '\0') {
      EXPECT_TRUE(contract.ok()) << contract.status();
      continue;
    }
    EXPECT_EQ(GetErrorCode(contract.status()), ErrorCode::kBadContract);
    const std::string lines = "\n" + std::string(contract.status().message());
    EXPECT_NE(lines.find(std::string("\nf:") + test.problem), std::string::npos)
        << test.problem << lines;
  }
}

TEST(BadJsonTest, ReportsEveryBadValueOnce) {
  std::vector<ContractProblem> problems;
  EXPECT_FALSE(ParseContract("f",
                             std::string(kGood) +
                                 ",\n\"grace\": 1,\n\"nope\": 2,\n"
                                 "\"effective\": 3}",
                             &problems)
                   .ok());
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].field, "grace");
  EXPECT_EQ(problems[1].field, "nope");
  EXPECT_EQ(problems[2].field, "effective");
}

TEST(BadJsonTest, AValueOfTheWrongTypeIsNotCalledMissing) {
  std::vector<ContractProblem> problems;
  EXPECT_FALSE(ParseContract("f", "{\"id\": 7}", &problems).ok());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "id");
}

}  // namespace
}  // namespace drawdown
