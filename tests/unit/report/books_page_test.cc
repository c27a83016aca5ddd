// The page of commitments: what it concludes, and from what.
#include "report/books_page.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/forecast_report.h"
#include "report/month_usage.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Int128 kHour = kMicrosPerHour;

int64_t At(const char* text) { return *ParseInstant(text); }

CommitmentForecast Block(Int128 projected) {
  CommitmentForecast block;
  block.commitment = "<b>block";
  ForecastInterval interval;
  interval.start_us = At("2026-10-01T00:00:00Z");
  interval.end_us = At("2026-11-01T00:00:00Z");
  interval.contracted = interval.available = 1000 * kHour;
  interval.drawn = 400 * kHour;
  interval.projected = {projected, projected, projected};
  const Int128 missing = interval.available - projected;
  interval.missing = {missing, missing, missing};
  const Int128 cost = missing / kHour * 2 * kAttosPerUnit;
  interval.missing_cost = {cost, cost, cost};
  if (missing == 0) interval.exhausted_us = At("2026-10-20T05:00:00Z");
  block.intervals = {interval};
  block.path = {{interval.start_us,
                 At("2026-10-11T00:00:00Z"),
                 0,
                 {400 * kHour, 400 * kHour, 400 * kHour}},
                {At("2026-10-11T00:00:00Z"),
                 interval.end_us,
                 0,
                 {100 * kHour, projected - 400 * kHour, 600 * kHour}}};
  return block;
}

StatementLine Line(const char* tenant, ChargeKind kind, Int128 hours,
                   bool priced) {
  StatementLine line;
  line.tenant = tenant;
  line.kind = kind;
  line.gpu_time = GpuTime(hours * kHour);
  if (priced) line.unit_price = MoneyAmount(kAttosPerUnit);
  line.cost = MoneyAmount(priced ? hours * kAttosPerUnit : 0);
  return line;
}

BooksPage Books(Int128 projected) {
  BooksPage books;
  books.at_us = At("2026-10-11T00:00:00Z");
  ContractForecast contract;
  contract.contract = "c";
  contract.currency = *Currency::Parse("EUR");
  contract.at_us = books.at_us;
  contract.commitments = {Block(projected)};
  contract.costs = {{At("2026-10-01T00:00:00Z"),
                     At("2026-11-01T00:00:00Z"),
                     {1, 5'000 * kAttosPerUnit, 6'000 * kAttosPerUnit}}};
  books.forecasts = {contract};
  Statement statement;
  statement.contract = "c";
  statement.currency = contract.currency;
  statement.lines = {Line("", ChargeKind::kUnused, 50, true),
                     Line("a<i>", ChargeKind::kCovered, 300, true),
                     Line("a<i>", ChargeKind::kCovered, 300, false),
                     Line("b", ChargeKind::kOnDemand, 100, true)};
  statement.total = MoneyAmount(450 * kAttosPerUnit);
  books.statements = {statement};
  return books;
}

std::string PageOf(const BooksPage& books) {
  return Collect([&](const Sink& sink) { WriteBooksPage(books, sink); });
}

TEST(BooksPageTest, SaysWhatIsMissedAndWhatItCosts) {
  const std::string page = PageOf(Books(700 * kHour));
  EXPECT_THAT(page, HasSubstr("badge bad\">misses 600.00 EUR</span>"));
  EXPECT_THAT(page, HasSubstr("<dd>600.00</dd>"));
  EXPECT_THAT(page, HasSubstr("<dd>5,000.00</dd>"));
  EXPECT_THAT(page, HasSubstr("75.00 % covered by commitments"));
  EXPECT_THAT(page, HasSubstr("<dd>85.71</dd>"));  // 300 of 350
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, Not(HasSubstr("<i>")));
}

TEST(BooksPageTest, SaysWhatIsUsedUp) {
  EXPECT_THAT(PageOf(Books(1000 * kHour)),
              HasSubstr("badge warning\">exhausted on 2026-10-20</span>"));
}

BooksPage YenBooks() {
  BooksPage books = Books(700 * kHour);
  ContractForecast& contract = books.forecasts[0];
  contract.currency = *Currency::Parse("JPY");
  books.statements[0].currency = contract.currency;
  CommitmentForecast spend = Block(500 * kHour);
  spend.commitment = "spend";
  spend.spend = true;
  spend.path.clear();
  ForecastInterval& interval = spend.intervals[0];
  interval.contracted = 9'000 * kAttosPerUnit;
  interval.drawn = 0;
  interval.projected = interval.missing = {
      8'000 * kAttosPerUnit, 8'000 * kAttosPerUnit, 8'000 * kAttosPerUnit};
  contract.commitments.push_back(spend);
  return books;
}

TEST(BooksPageTest, HasTheDecimalsOfTheCurrency) {
  const std::string page = PageOf(YenBooks());
  EXPECT_THAT(page, HasSubstr("<dd>1,600</dd>"));
  EXPECT_THAT(page, HasSubstr("<dd>5,000</dd>"));
  EXPECT_THAT(page, HasSubstr(">450<"));
  for (const char* cents : {"1,600.00", "5,000.00", "6,000.00", "450.00"}) {
    EXPECT_THAT(page, Not(HasSubstr(cents)));
  }
}

TEST(ForecastReportTest, TableHasTheDecimalsOfTheCurrency) {
  Forecast forecast;
  forecast.base = forecast.what_if = YenBooks().forecasts;
  const std::string table = Collect(
      [&](const Sink& sink) { WriteForecast(forecast, Format::kTable, sink); });
  EXPECT_THAT(table, HasSubstr("missing 300.000, costing 600 JPY"));
  EXPECT_THAT(table, HasSubstr("missing 8,000 JPY"));
  EXPECT_THAT(table, HasSubstr(" 9,000 "));
  EXPECT_THAT(table, HasSubstr(" 5,000 "));
  EXPECT_THAT(table, Not(HasSubstr(",000.00 ")));
}

TEST(BooksPageTest, WorksWithNothing) {
  BooksPage books;
  EXPECT_THAT(PageOf(books), HasSubstr("</html>"));
}

TEST(MonthUsageTest, CountsHoursOnceAndMoneyWhole) {
  const MonthUsage month = SumMonth(Books(0).statements[0]);
  EXPECT_EQ(month.all.total(), GpuTime(400 * kHour));
  EXPECT_EQ(month.all.cost, MoneyAmount(450 * kAttosPerUnit));
  EXPECT_EQ(month.unused, GpuTime(50 * kHour));
  ASSERT_EQ(month.tenants.size(), 2u);
  EXPECT_EQ(month.tenants.at("a<i>").covered, GpuTime(300 * kHour));
  const std::vector<Bar> bars = TenantBars(month, 1);
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[0].label, "a<i>");
  EXPECT_EQ(bars[1].label, "1 other");
  EXPECT_TRUE(bars[1].parts[1] == 100 * kHour);
}

}  // namespace
}  // namespace drawdown
