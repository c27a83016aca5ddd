#include "report/json.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

struct StringCase {
  std::string_view text;
  std::string_view json;
};

class JsonStringTest : public testing::TestWithParam<StringCase> {};

TEST_P(JsonStringTest, IsEscaped) {
  std::string out;
  AppendJsonString(GetParam().text, &out);
  EXPECT_EQ(out, GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonStringTest,
    testing::Values(StringCase{"", R"("")"}, StringCase{"a", R"("a")"},
                    StringCase{R"(a"b\c)", R"("a\"b\\c")"},
                    StringCase{"a\nb\tc", R"("a\nb\u0009c")"},
                    StringCase{"\x1b\x7f", R"("\u001b\u007f")"},
                    StringCase{"\u009b", R"("\u009b")"},
                    StringCase{"\u202e", R"("\u202e")"},
                    StringCase{"\u2028", R"("\u2028")"},
                    StringCase{"\U000e0041", R"("\udb40\udc41")"},
                    StringCase{"\u4e2d\U0001f600", "\"\u4e2d\U0001f600\""},
                    StringCase{"a\xff", R"("a\ufffd")"},
                    StringCase{"</script>", R"("</script>")"}));

TEST(JsonObjectTest, WritesAMemberPerLine) {
  const std::string text = Collect([](const Sink& sink) {
    JsonObject json(sink);
    json.Text("name", "a");
    json.Text("none", std::nullopt);
    json.Count("count", 18446744073709551615u);
    json.Bool("yes", true);
    const std::vector<std::string> notes = {"x", "y"};
    json.Texts("notes", notes);
    json.Rows("none_of", {{"a", ColumnKind::kText}}, {});
    json.Rows("rows",
              {{"text", ColumnKind::kText},
               {"cost", ColumnKind::kDecimal},
               {"rows", ColumnKind::kCount},
               {"list", ColumnKind::kJson}},
              {{"a", "1.50", "7", "[]"}, {std::nullopt, "-0.1", "0", "{}"}});
    json.Close();
  });
  EXPECT_EQ(text, R"({
  "name": "a",
  "none": null,
  "count": 18446744073709551615,
  "yes": true,
  "notes": ["x", "y"],
  "none_of": [],
  "rows": [
    {"text": "a", "cost": "1.50", "rows": 7, "list": []},
    {"text": null, "cost": "-0.1", "rows": 0, "list": {}}
  ]
}
)");
}

TEST(JsonObjectTest, GivesLongListsInPieces) {
  size_t largest = 0;
  size_t total = 0;
  JsonObject json([&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    total += piece.size();
  });
  json.OpenRows("rows");
  for (int i = 0; i < 10'000; ++i) {
    json.AddRow({{"a", ColumnKind::kText}}, {std::string(90, 'x')});
  }
  json.CloseRows();
  json.Close();
  EXPECT_GT(total, 1'000'000u);
  EXPECT_LT(largest, 100'000u);
}

}  // namespace
}  // namespace drawdown
