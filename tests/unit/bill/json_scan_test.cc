#include "bill/json_scan.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

// key=value, one letter for the kind.
std::string Show(std::string_view text) {
  JsonCell object;
  if (!object.Parse(text)) return "invalid";
  std::string shown;
  for (const JsonCell::Member& member : object.members()) {
    const char kind = "snx"[static_cast<int>(member.kind)];
    shown += std::string(member.key) + "=" + std::string(member.value) + ":" +
             kind + ";";
  }
  return shown;
}

struct Case {
  std::string text;
  std::string shown;
};

TEST(JsonScanTest, ReadsMembersAsTheyAreWritten) {
  const std::vector<Case> cases = {
      {"{}", ""},
      {" { } ", ""},
      {R"({"GpuCount":8})", "GpuCount=8:n;"},
      {R"({ "a" : "b" , "c" : -0.50e+3 })", "a=b:s;c=-0.50e+3:n;"},
      {R"({"a":0,"b":10,"c":1E9,"d":0.1})", "a=0:n;b=10:n;c=1E9:n;d=0.1:n;"},
      {R"({"a":true,"b":false,"c":null})", "a=true:x;b=false:x;c=null:x;"},
      {R"({"a":{"b":[1,{}, []]},"c":[]})", R"(a={"b":[1,{}, []]}:x;c=[]:x;)"},
      {R"({"a":"x\"y\\"})", R"(a=x\"y\\:s;)"},
      {R"({"a":1,"a":2})", "a=1:n;a=2:n;"},
      {R"({"Gpu\u0043ount":8})", "GpuCount=8:n;"},
      {R"({"\u00f6\u6771\ud83d\ude00\"\/\n":1})",
       "\xc3\xb6\xe6\x9d\xb1\xf0\x9f\x98\x80\"/\n=1:n;"},
      {R"({"\ud83dx":1})", "\xed\xa0\xbdx=1:n;"},
  };
  for (const Case& test : cases) EXPECT_EQ(Show(test.text), test.shown);
}

TEST(JsonScanTest, RefusesWhatIsNotOneObject) {
  for (const std::string text : {"",
                                 " ",
                                 "null",
                                 "8",
                                 "[]",
                                 "{",
                                 "}",
                                 "{}x",
                                 "{} {}",
                                 "{,}",
                                 R"({"a"})",
                                 R"({"a":})",
                                 R"({"a":1,})",
                                 R"({"a":1 "b":2})",
                                 "{a:1}",
                                 "{'a':1}",
                                 R"({"a":01})",
                                 R"({"a":1.})",
                                 R"({"a":.5})",
                                 R"({"a":+1})",
                                 R"({"a":-})",
                                 R"({"a":1e})",
                                 R"({"a":NaN})",
                                 R"({"a":0x10})",
                                 R"({"a":tru})",
                                 R"({"a":"x)",
                                 R"({"a":"\x"})",
                                 R"({"a":"\u12g4"})",
                                 R"({"a":"\u12)",
                                 R"({"a":"\)",
                                 "{\"a\":\"\n\"}",
                                 R"({"a":[1,]})",
                                 R"({"a":[1})",
                                 R"({"a":{"b"}})",
                                 R"({"a":{"b":1})"}) {
    EXPECT_EQ(Show(text), "invalid") << text;
  }
}

TEST(JsonScanTest, ReadsTheElementsOfAnArray) {
  JsonCell array;
  ASSERT_TRUE(array.ParseArray(R"( [ 1 , "a\u0062" , {"x":[2]} ,null] )"));
  ASSERT_EQ(array.members().size(), 4u);
  EXPECT_EQ(array.members()[0].value, "1");
  EXPECT_EQ(array.TextOf(array.members()[1]), "ab");
  EXPECT_EQ(array.members()[2].value, R"({"x":[2]})");
  EXPECT_EQ(array.members()[3].value, "null");
  EXPECT_TRUE(array.ParseArray("[]"));
  EXPECT_TRUE(array.members().empty());
  for (const char* text : {"", "{}", "[", "[1", "[1,]", "[,1]", "[1]]", "1",
                           "[1] 2", "[\"a\":1]"}) {
    EXPECT_FALSE(array.ParseArray(text)) << text;
  }
}

TEST(JsonScanTest, LimitsTheDepth) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']') + "}";
  };
  JsonCell object;
  EXPECT_TRUE(object.Parse(nested(31)));
  EXPECT_FALSE(object.Parse(nested(32)));
  EXPECT_FALSE(object.Parse("{\"a\":" + std::string(60'000, '[')));
}

}  // namespace
}  // namespace drawdown
