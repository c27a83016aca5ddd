// Pages of ours: what a hostile name can do in one (nothing), and what every
// page has.
#include "report/html_page.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/html_text.h"
#include "report/svg_bars.h"
#include "report/svg_time_chart.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kInjection[] =
    "</title></style><script>alert(1)</script><img src=x onerror=\"a'b\">&\x1b";

std::string PageOf(const std::string& name) {
  return Collect([&](const Sink& sink) {
    HtmlPage page({name, name}, sink);
    page.OpenSection(name, name);
    page.Heading(name, name, Tone::kBad);
    page.Paragraph(name);
    const KeyFigure figure = {name, name, name, Tone::kGood};
    page.Figures({&figure, 1});
    const HtmlTable table = {name,
                             {{name, ColumnKind::kText},
                              {"word", ColumnKind::kWord},
                              {"number", ColumnKind::kDecimal}},
                             {{name, name, name}}};
    page.Table(table);
    TimeChart chart;
    chart.title = chart.description = chart.unit_name = name;
    chart.to_us = 3 * kMicrosPerHour;
    chart.lines = {{name, LineLook::kActual, {{0, 0}, {1, 5}}, true}};
    chart.bands = {{name, {{0, 0, 1}}}};
    page.Chart(RenderTimeChart(chart), table);
    page.Chart(RenderBars({name, name, {name, name}, {{name, name, {1, 2}}}}),
               table);
    page.CloseSection();
    page.Close(name);
  });
}

TEST(EscapeHtmlTest, LeavesNothingThatMarksUp) {
  EXPECT_EQ(EscapeHtml("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(EscapeHtml("\x1b[0m\xff\n"), "\\x1b[0m\\xff\\n");
  EXPECT_EQ(EscapeHtml("\xe2\x80\xae"), "\\u202e");
  EXPECT_EQ(EscapeHtml("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(HtmlPageTest, NamesCannotBreakOut) {
  const std::string page = PageOf(kInjection);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("onerror=\"")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  // The same elements as of a page of harmless names.
  const std::string plain = PageOf("plain");
  EXPECT_EQ(std::count(page.begin(), page.end(), '<'),
            std::count(plain.begin(), plain.end(), '<'));
}

TEST(HtmlPageTest, FetchesAndRunsNothing) {
  const std::string page = PageOf("plain");
  EXPECT_THAT(page, StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src"));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
}

TEST(HtmlTableTest, GroupsNumbersAndSaysWhereThereIsNone) {
  const std::string table = RenderHtmlTable(
      {"what",
       {{"first_name", ColumnKind::kText}, {"cost", ColumnKind::kDecimal}},
       {{"a", "1234567.5"}, {"b", std::nullopt}}});
  EXPECT_THAT(table, HasSubstr("<th scope=\"col\">first name</th>"));
  EXPECT_THAT(table, HasSubstr("<th scope=\"row\">a</th>"
                               "<td class=\"number\">1,234,567.5</td>"));
  EXPECT_THAT(table, HasSubstr("<td class=\"number\">\xe2\x80\x93</td>"));
}

TEST(TimeChartTest, DrawsWholeCoordinates) {
  TimeChart chart;
  chart.title = "t";
  chart.description = "d";
  chart.unit_name = "GPU-hours";
  chart.unit = 10;
  chart.to_us = 4 * kMicrosPerHour;
  chart.now_us = 2 * kMicrosPerHour;
  chart.lines = {
      {"used", LineLook::kActual, {{0, 0}, {2 * kMicrosPerHour, 200}}, false},
      {"due",
       LineLook::kLimit,
       {{0, 100}, {kMicrosPerHour, 400}, {4 * kMicrosPerHour, 400}},
       true}};
  chart.bands = {
      {"band",
       {{2 * kMicrosPerHour, 200, 200}, {4 * kMicrosPerHour, 300, 400}}}};
  const std::string svg = RenderTimeChart(chart);
  // 400 / 10 = 40 units, an axis to 40 in steps of 10.
  EXPECT_THAT(svg, HasSubstr("<polyline class=\"line actual\" "
                             "points=\"0,1000 500,500 \"/>"));
  EXPECT_THAT(svg, HasSubstr("<polyline class=\"line limit\" points=\"0,750 "
                             "250,750 250,0 1000,0 1000,0 \"/>"));
  EXPECT_THAT(svg, HasSubstr("points=\"500,500 1000,0 1000,250 500,500 \"/>"));
  EXPECT_THAT(svg, HasSubstr("style=\"top:75%\">10</span>"));
  EXPECT_THAT(svg, HasSubstr("<title>t</title>\n<desc>d</desc>"));
}

TEST(BarsTest, ShareOneScale) {
  const std::string svg = RenderBars(
      {"t",
       "d",
       {"x", "y"},
       {{"a", "3", {1, 2}}, {"b", "0", {0, 0}}, {"c", "6", {6, 0}}}});
  EXPECT_THAT(svg,
              HasSubstr("<title>a: 3</title><rect class=\"fill0\" x=\"0\" "
                        "width=\"167\" height=\"10\"/><rect class=\"fill1\""
                        " x=\"167\" width=\"333\" height=\"10\"/></svg>"));
  EXPECT_THAT(svg, HasSubstr("<title>b: 0</title></svg>"));
  EXPECT_THAT(svg, HasSubstr("x=\"0\" width=\"1000\""));
}

}  // namespace
}  // namespace drawdown
