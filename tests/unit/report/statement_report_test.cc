#include "report/statement_report.h"

#include "drawdown/report.h"
#include "gtest/gtest.h"
#include "report/status_report.h"
#include "tests/support/status.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

StatementLine Line(std::string tenant, ChargeKind kind, std::string_view hours,
                   std::optional<MoneyAmount> price,
                   std::optional<MoneyAmount> cost) {
  StatementLine line;
  line.tenant = std::move(tenant);
  line.pool = "aws/us-east-1/gb200";
  line.commitment = "gb200-reserved";
  line.kind = kind;
  line.gpu_time = *ParseGpuHours(hours);
  line.unit_price = price;
  line.cost = cost;
  return line;
}

Statement October() {
  Statement statement;
  statement.contract = "aws-2025";
  statement.contract_version = 3;
  statement.period_start_us = *ParseInstant("2026-10-01T00:00:00Z");
  statement.period_end_us = *ParseInstant("2026-11-01T00:00:00Z");
  statement.at_us = *ParseInstant("2026-10-20T00:00:00Z");
  statement.currency = *Currency::Parse("USD");
  const MoneyAmount price = *ParseMoney("2.05");
  statement.lines = {
      Line("acme/chat", ChargeKind::kCovered, "1000.5", price,
           *ParseMoney("2051.025")),
      Line(kHostile, ChargeKind::kUnpriced, "1", std::nullopt, std::nullopt)};
  StatementLine credit;
  credit.kind = ChargeKind::kCredit;
  credit.has_gpu_time = false;
  credit.cost = *ParseMoney("-51.025");
  statement.lines.push_back(credit);
  statement.total = *ParseMoney("2000");
  statement.metered = *ParseGpuHours("1001.5");
  statement.notes = {"a note"};
  return statement;
}

std::string Written(const Statement& statement, Format format) {
  return Collect(
      [&](const Sink& sink) { WriteStatement(statement, format, sink); });
}

TEST(StatementReportTest, CsvIsAsDocumented) {
  EXPECT_EQ(
      Written(October(), Format::kCsv),
      "period_start,period_end,contract,tenant,pool,commitment,kind,"
      "gpu_seconds,gpu_hours,unit_price,cost,currency,corrects_period,"
      "corrects_kind\n"
      "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,aws-2025,acme/chat,"
      "aws/us-east-1/gb200,gb200-reserved,covered,3601800,1000.500000000,2.05,"
      "2051.025,USD,,\n"
      "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,aws-2025,"
      "\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",aws/us-east-1/gb200,"
      "gb200-reserved,unpriced,3600,1.000000000,,,USD,,\n"
      "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,aws-2025,,,,credit,,,,"
      "-51.025,USD,,\n");
}

TEST(StatementReportTest, JsonHasTheHeadAndTheLines) {
  Statement statement = October();
  statement.lines.resize(1);
  EXPECT_EQ(Written(statement, Format::kJson),
            R"({
  "contract": "aws-2025",
  "contract_version": 3,
  "period_start": "2026-10-01T00:00:00Z",
  "period_end": "2026-11-01T00:00:00Z",
  "at": "2026-10-20T00:00:00Z",
  "complete": false,
  "closed_at": null,
  "currency": "USD",
  "total": "2000",
  "metered_gpu_seconds": "3605400",
  "metered_gpu_hours": "1001.500000000",
  "lines": [
    {"period_start": "2026-10-01T00:00:00Z", )"
            R"("period_end": "2026-11-01T00:00:00Z", )"
            R"("contract": "aws-2025", "tenant": "acme/chat", )"
            R"("pool": "aws/us-east-1/gb200", )"
            R"("commitment": "gb200-reserved", "kind": "covered", )"
            R"("gpu_seconds": "3601800", "gpu_hours": "1000.500000000", )"
            R"("unit_price": "2.05", "cost": "2051.025", "currency": "USD", )"
            R"("corrects_period": null, "corrects_kind": null}
  ],
  "notes": ["a note"]
}
)");
}

TEST(StatementReportTest, CorrectionsCiteTheirPeriod) {
  Statement statement = October();
  statement.lines.resize(1);
  statement.lines[0].kind = ChargeKind::kCorrection;
  statement.lines[0].corrects_period = "2026-09";
  statement.lines[0].corrects_kind = ChargeKind::kOnDemand;
  statement.closed_us = statement.period_end_us;
  const std::string csv = Written(statement, Format::kCsv);
  EXPECT_NE(csv.find(",correction,3601800,"), csv.npos) << csv;
  EXPECT_NE(csv.find(",USD,2026-09,on_demand\n"), csv.npos) << csv;
  const std::string table = Written(statement, Format::kTable);
  EXPECT_NE(table.find("correction 2026-09 on_demand"), table.npos) << table;
  EXPECT_NE(table.find(", closed 2026-11-01T00:00:00Z\n"), table.npos) << table;
  const std::string json = Written(statement, Format::kJson);
  EXPECT_NE(json.find(R"("closed_at": "2026-11-01T00:00:00Z")"), json.npos);
}

TEST(StatementReportTest, TableHasAllDigitsOfPrices) {
  Statement statement = October();
  statement.lines[0].unit_price = *ParseMoney("2.8");
  statement.lines[1].unit_price = *ParseMoney("0.000125");
  const std::string text = Written(statement, Format::kTable);
  EXPECT_NE(text.find(" 2.80 "), text.npos);
  EXPECT_NE(text.find(" 0.000125 "), text.npos);
}

TEST(StatementReportTest, TableHasTheDecimalsOfTheCurrency) {
  Statement statement = October();
  statement.currency = *Currency::Parse("JPY");
  statement.lines[0].unit_price = *ParseMoney("300");
  statement.lines[0].cost = *ParseMoney("300150");
  statement.total = *ParseMoney("300150");
  std::string text = Written(statement, Format::kTable);
  EXPECT_NE(text.find("         300   300,150\n"), text.npos) << text;
  EXPECT_NE(text.find("     300,150\n"), text.npos) << text;
  statement.currency = *Currency::Parse("KWD");
  text = Written(statement, Format::kTable);
  EXPECT_NE(text.find(" 300.000  300,150.000\n"), text.npos) << text;
}

TEST(StatementReportTest, TableEndsInWhatIsOwed) {
  Statement statement = October();
  statement.lines[1].tenant = "b";
  EXPECT_EQ(
      Written(statement, Format::kTable),
      R"(aws-2025 version 3, 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z, so far: as of 2026-10-20T00:00:00Z
TENANT     POOL                 COMMITMENT      KIND      GPU HOURS  UNIT PRICE  COST USD
acme/chat  aws/us-east-1/gb200  gb200-reserved  covered   1,000.500        2.05  2,051.02
b          aws/us-east-1/gb200  gb200-reserved  unpriced      1.000           -         -
-          -                    -               credit            -           -    -51.02
-----------------------------------------------------------------------------------------
owed                                                                             2,000.00
metered: 1,001.500 GPU-hours
)");
}

CommitmentStatus Reserved() {
  CommitmentStatus status;
  status.contract = "aws-2025";
  status.commitment = "gb200-reserved";
  status.interval_start_us = *ParseInstant("2026-10-01T00:00:00Z");
  status.interval_end_us = *ParseInstant("2026-10-01T01:00:00Z");
  status.currency = *Currency::Parse("USD");
  const Int128 hour = kMicrosPerHour;
  status.contracted = 8192 * hour;
  status.delivered = 8192 * hour;
  status.drawn = 2048 * hour;
  status.remaining = 6144 * hour;
  status.burn_rate_per_hour = 4096 * hour;
  status.projected = 4096 * hour;
  status.projected_shortfall = 4096 * hour;
  status.projected_shortfall_cost = *ParseMoney("8396.8");
  return status;
}

CommitmentStatus Spend() {
  CommitmentStatus status;
  status.contract = "aws-2025";
  status.commitment = "spend";
  status.interval_start_us = *ParseInstant("2025-11-03T00:00:00Z");
  status.interval_end_us = *ParseInstant("2026-11-03T00:00:00Z");
  status.spend = true;
  status.currency = *Currency::Parse("USD");
  status.contracted = ParseMoney("1500000000")->count();
  status.drawn = ParseMoney("1500000000.5")->count();
  status.exhausted_at_us = *ParseInstant("2026-10-01T00:30:00Z");
  status.state = CommitmentState::kExhausted;
  status.milestones = {{"half", *ParseInstant("2026-10-15T00:00:00Z"),
                        ParseMoney("2000000000")->count(),
                        ParseMoney("499999999.5")->count()}};
  return status;
}

// With rates of the reserved GPUs.
std::string Written(const std::vector<CommitmentStatus>& status,
                    Format format) {
  const Int128 hour = kMicrosPerHour;
  const BurnRates rates = {"aws-2025",  "gb200-reserved", false,
                           4000 * hour, 3000 * hour,      2000 * hour,
                           1000 * hour};
  const StatusView view = {status, {rates}};
  return Collect([&](const Sink& sink) { WriteStatus(view, format, sink); });
}

TEST(StatusReportTest, CsvIsAsDocumented) {
  EXPECT_EQ(
      Written(std::vector{Reserved(), Spend()}, Format::kCsv),
      "contract,commitment,interval_start,interval_end,contracted,delivered,"
      "drawn,remaining,unit,fulfilled_percent,burn_rate_per_hour,projected,"
      "projected_shortfall,projected_shortfall_cost,exhausted_at,state,"
      "burn_rate_now,burn_rate_1d,burn_rate_7d,burn_rate_28d\n"
      "aws-2025,gb200-reserved,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,"
      "8192.000000000,8192.000000000,2048.000000000,6144.000000000,gpu_hours,"
      "25.00,4096.000000000,4096.000000000,4096.000000000,8396.8,,active,"
      "4000.000000000,3000.000000000,2000.000000000,1000.000000000\n"
      "aws-2025,spend,2025-11-03T00:00:00Z,2026-11-03T00:00:00Z,1500000000,0,"
      "1500000000.5,0,USD,100.00,0,0,0,0,2026-10-01T00:30:00Z,exhausted,,,,\n");
}

TEST(StatusReportTest, JsonAddsGpuSecondsToHours) {
  const std::string text =
      Written(std::vector{Reserved(), Spend()}, Format::kJson);
  EXPECT_NE(text.find(R"("contracted": "8192.000000000")"), text.npos);
  EXPECT_NE(text.find(R"("contracted_gpu_seconds": "29491200")"), text.npos);
  EXPECT_NE(text.find(R"("contracted_gpu_seconds": null)"), text.npos);
  EXPECT_EQ(text.substr(0, 22), "{\n  \"commitments\": [\n ");
  const size_t milestones = text.find("\"milestones\": [");
  ASSERT_NE(milestones, text.npos);
  const std::string half = text.substr(milestones);
  for (const char* const field :
       {R"("milestone": "half")", R"("by": "2026-10-15T00:00:00Z")",
        R"("amount": "2000000000")", R"("missing": "499999999.5")",
        R"("unit": "USD")", R"("missing_gpu_seconds": null)"}) {
    EXPECT_NE(half.find(field), half.npos) << field << half;
  }
}

TEST(StatusReportTest, NothingContractedHasNoPercentage) {
  CommitmentStatus status = Reserved();
  status.contracted = 0;
  EXPECT_NE(Written(std::vector{status}, Format::kCsv).find(",gpu_hours,,"),
            std::string::npos);
}

TEST(StatusReportTest, TableSaysWhatWillBeMissed) {
  EXPECT_EQ(
      Written(std::vector{Reserved(), Spend()}, Format::kTable),
      R"(CONTRACT  COMMITMENT            CONTRACTED  DELIVERED             DRAWN  REMAINING  UNIT       FULFILLED %
aws-2025  gb200-reserved         8,192.000  8,192.000         2,048.000  6,144.000  GPU-hours        25.00
    2026-10-01T00:00:00Z to 2026-10-01T01:00:00Z, burning 4,096.000 per hour (now 4,000.000, 1 d 3,000.000, 7 d 2,000.000, 28 d 1,000.000): projected 4,096.000, short by 4,096.000 costing 8,396.80 USD
aws-2025  spend           1,500,000,000.00       0.00  1,500,000,000.50       0.00  USD             100.00
    2025-11-03T00:00:00Z to 2026-11-03T00:00:00Z, burning 0.00 per hour: projected 0.00, exhausted at 2026-10-01T00:30:00Z, exhausted, milestone half of 2,000,000,000.00 by 2026-10-15T00:00:00Z: 499,999,999.50 missing
)");
  EXPECT_EQ(Written(std::vector<CommitmentStatus>(), Format::kTable),
            "no commitments\n");
}

TEST(StatusReportTest, TableHasTheDecimalsOfTheCurrency) {
  CommitmentStatus spend = Spend();
  spend.currency = *Currency::Parse("JPY");
  spend.projected_shortfall = ParseMoney("7")->count();
  spend.projected_shortfall_cost = *ParseMoney("7000");
  const std::string text = Written(std::vector{spend}, Format::kTable);
  EXPECT_NE(text.find(" 1,500,000,000 "), text.npos) << text;
  EXPECT_NE(text.find("short by 7 costing 7,000 JPY"), text.npos) << text;
  EXPECT_EQ(text.find("000.00"), text.npos) << text;
}

TEST(StatusReportTest, PortfolioIsExactBeyondATrillion) {
  PortfolioLine line;
  line.currency = *Currency::Parse("USD");
  line.spend = true;
  line.commitments = 7;
  line.committed = *ParseMoney("1234567890123.000000000000000001");
  const auto written = [&](Format format) {
    return Collect([&](const Sink& sink) {
      WritePortfolio({&line, 1}, format, sink);
    });
  };
  EXPECT_EQ(written(Format::kCsv),
            "currency,contract,category,commitments,committed,committed_by_now,"
            "contracted,drawn,projected_shortfall_cost\n"
            "USD,,spend,7,1234567890123.000000000000000001,0,0,0,0\n");
  EXPECT_NE(written(Format::kTable).find("1,234,567,890,123.00"),
            std::string::npos);
  line.currency = *Currency::Parse("JPY");
  EXPECT_NE(written(Format::kTable).find("1,234,567,890,123 "),
            std::string::npos);
}

TEST(StatementText, IsWhatIsWritten) {
  EXPECT_EQ(*StatementText(October(), "csv"), Written(October(), Format::kCsv));
  EXPECT_EQ(*StatementText(October(), "json"),
            Written(October(), Format::kJson));
  EXPECT_EQ(*StatementText(October(), "table"),
            Written(October(), Format::kTable));
  EXPECT_THAT(StatementText(October(), "xml").status(),
              IsError(ErrorCode::kInvalidArgument, "xml is not one of"));
}

}  // namespace
}  // namespace drawdown
