#include "report/table.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

const std::vector<ReportColumn> kColumns = {{"tenant", ColumnKind::kText},
                                            {"gpu_hours", ColumnKind::kDecimal},
                                            {"rows", ColumnKind::kCount},
                                            {"kind", ColumnKind::kWord}};

TEST(RenderTableTest, AlignsAndGroups) {
  TextTable table = {kColumns};
  table.rows = {{"acme/chat", "1234567.500", "12", "covered"},
                {"b", "-1", "1000", "x"},
                {std::nullopt, std::nullopt, "0", "longest kind"}};
  table.total = Row{"total", "1234566.500", std::nullopt, std::nullopt};
  EXPECT_EQ(RenderTable(table), R"(TENANT         GPU HOURS   ROWS  KIND
acme/chat  1,234,567.500     12  covered
b                     -1  1,000  x
-                      -      0  longest kind
---------------------------------------------
total      1,234,566.500
)");
}

TEST(RenderTableTest, AlignsWideAndCombiningCharacters) {
  const TextTable table = {
      {{"a", ColumnKind::kText}, {"b", ColumnKind::kText}},
      {{"\u4e2d\u6587", "1"}, {"e\u0301", "2"}, {"wide", "3"}}};
  EXPECT_EQ(RenderTable(table),
            "A     B\n"
            "\u4e2d\u6587  1\n"
            "e\u0301     2\n"
            "wide  3\n");
}

TEST(RenderTableTest, MakesHostileTextInert) {
  TextTable table = {{{"name", ColumnKind::kText}, {"n", ColumnKind::kCount}}};
  table.rows = {{kHostile, "1"}};
  table.details = {"because \x1b[2J of\nthis"};
  EXPECT_EQ(RenderTable(table),
            "NAME                                   N\n"
            "=cmd|' /C calc'!A0\\x1b[31m\\n\"\\u202e,x  1\n"
            "    because \\x1b[2J of\\nthis\n");
}

TEST(RenderFactsTest, PutsOneToALine) {
  EXPECT_EQ(RenderFacts(kColumns, {"a", "1234.5", "7", std::nullopt}),
            "tenant     a\n"
            "gpu hours  1,234.5\n"
            "rows       7\n"
            "kind       -\n");
}

std::string List(Format format, const std::vector<Row>& rows) {
  return Collect([&](const Sink& sink) {
    ListWriter list(format, "items", kColumns, sink);
    for (const Row& row : rows) list.Add(row);
    list.Finish();
  });
}

TEST(ListWriterTest, WritesEveryFormat) {
  const std::vector<Row> rows = {{kHostile, "1.5", "2", "k"},
                                 {std::nullopt, "-3", "0", std::nullopt}};
  EXPECT_EQ(List(Format::kCsv, rows),
            "tenant,gpu_hours,rows,kind\n"
            "\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",1.5,2,k\n"
            ",-3,0,\n");
  EXPECT_EQ(List(Format::kJson, rows), R"({
  "items": [
    {"tenant": "=cmd|' /C calc'!A0\u001b[31m\n\"\u202e,x", )"
                                       R"("gpu_hours": "1.5", "rows": 2, )"
                                       R"("kind": "k"},
    {"tenant": null, "gpu_hours": "-3", "rows": 0, "kind": null}
  ]
}
)");
  EXPECT_EQ(List(Format::kTable, {rows[1]}),
            "TENANT  GPU HOURS  ROWS  KIND\n"
            "-              -3     0  -\n");
}

TEST(ListWriterTest, WritesEmptyLists) {
  EXPECT_EQ(List(Format::kCsv, {}), "tenant,gpu_hours,rows,kind\n");
  EXPECT_EQ(List(Format::kJson, {}), "{\n  \"items\": []\n}\n");
  EXPECT_EQ(List(Format::kTable, {}), "TENANT  GPU HOURS  ROWS  KIND\n");
}

TEST(ListWriterTest, GivesLongCsvInPieces) {
  size_t pieces = 0;
  ListWriter list(Format::kCsv, "items", {{"a", ColumnKind::kText}},
                  [&](std::string_view) { ++pieces; });
  for (int i = 0; i < 10'000; ++i) list.Add({std::string(90, 'x')});
  list.Finish();
  EXPECT_GT(pieces, 10u);
}

}  // namespace
}  // namespace drawdown
