#include "report/usage_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

UsageAnswer TwoTenants() {
  UsageAnswer answer;
  answer.from_us = *ParseInstant("2026-10-01T00:00:00Z");
  answer.to_us = *ParseInstant("2026-11-01T00:00:00Z");
  answer.rows = {{{"2026-10-01", "acme"}, *ParseGpuHours("3000")},
                 {{"2026-10-02", kHostile}, *ParseGpuSeconds("0.25")}};
  answer.total = answer.rows[0].gpu_time + answer.rows[1].gpu_time;
  answer.notes = {"1 amount was prorated"};
  return answer;
}

const std::vector<UsageDimension> kDayTenant = {UsageDimension::kDay,
                                                UsageDimension::kTenant};

std::string Written(const UsageAnswer& answer,
                    const std::vector<UsageDimension>& by, Format format) {
  return Collect(
      [&](const Sink& sink) { WriteUsage(answer, {.by = by}, format, sink); });
}

TEST(UsageReportTest, CsvHasTheColumnsInTheOrderAsked) {
  EXPECT_EQ(Written(TwoTenants(), kDayTenant, Format::kCsv),
            "day,tenant,gpu_seconds,gpu_hours\n"
            "2026-10-01,acme,10800000,3000.000000000\n"
            "2026-10-02,\"'=cmd|' /C calc'!A0\\x1b[31m\\n\"\"\\u202e,x\","
            "0.25,0.000069444\n");
}

TEST(UsageReportTest, CsvWithoutGroupsIsOneRow) {
  EXPECT_EQ(Written(TwoTenants(), {}, Format::kCsv),
            "gpu_seconds,gpu_hours\n"
            "10800000.25,3000.000069444\n");
  EXPECT_EQ(Written(UsageAnswer(), {}, Format::kCsv),
            "gpu_seconds,gpu_hours\n0,0.000000000\n");
}

TEST(UsageReportTest, JsonIsOneObjectWithDecimalStrings) {
  EXPECT_EQ(Written(TwoTenants(), kDayTenant, Format::kJson),
            R"({
  "from": "2026-10-01T00:00:00Z",
  "to": "2026-11-01T00:00:00Z",
  "total_gpu_seconds": "10800000.25",
  "total_gpu_hours": "3000.000069444",
  "rows": [
    {"day": "2026-10-01", "tenant": "acme", "gpu_seconds": "10800000", )"
            R"("gpu_hours": "3000.000000000"},
    {"day": "2026-10-02", "tenant": "=cmd|' /C calc'!A0\u001b[31m\n\"\u202e,x", )"
            R"("gpu_seconds": "0.25", "gpu_hours": "0.000069444"}
  ],
  "notes": ["1 amount was prorated"]
}
)");
}

TEST(UsageReportTest, TableSharesOutTheTotal) {
  UsageAnswer answer = TwoTenants();
  answer.rows[1].group[1] = "b";
  EXPECT_EQ(Written(answer, kDayTenant, Format::kTable),
            R"(2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z, 2 rows
DAY         TENANT    GPU HOURS  SHARE %
2026-10-01  acme      3,000.000    100.0
2026-10-02  b       0.000069444      0.0
----------------------------------------
total                 3,000.000    100.0
)");
}

TEST(UsageReportTest, ANetQueryShowsWhatIsWaivedAndWhatIsLeft) {
  UsageAnswer answer = TwoTenants();
  answer.rows[1].group[1] = "b";
  answer.rows[0].waived = answer.waived = *ParseGpuHours("1000");
  const auto written = [&](const std::vector<UsageDimension>& by,
                           Format format) {
    return Collect([&](const Sink& sink) {
      WriteUsage(answer, {.by = by, .net = true}, format, sink);
    });
  };
  EXPECT_EQ(written(kDayTenant, Format::kTable),
            R"(2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z, 2 rows
DAY         TENANT    GPU HOURS  SHARE %     WAIVED          NET
2026-10-01  acme      3,000.000    100.0  1,000.000    2,000.000
2026-10-02  b       0.000069444      0.0      0.000  0.000069444
----------------------------------------------------------------
total                 3,000.000    100.0  1,000.000    2,000.000
)");
  EXPECT_EQ(written({}, Format::kTable),
            "2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z, 3,000.000 "
            "GPU-hours\nwaived 1,000.000, net 2,000.000\n");
  EXPECT_EQ(written({}, Format::kCsv),
            "gpu_seconds,gpu_hours,waived_gpu_seconds,net_gpu_seconds,"
            "net_gpu_hours\n10800000.25,3000.000069444,3600000,7200000.25,"
            "2000.000069444\n");
}

TEST(UsageReportTest, TableOfNothingSaysSo) {
  UsageAnswer answer = TwoTenants();
  answer.rows.clear();
  answer.total = GpuTime();
  EXPECT_EQ(Written(answer, kDayTenant, Format::kTable),
            "2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z, 0.000 GPU-hours\n");
}

TEST(UsageReportTest, NamesOfDimensionsAreReadBack) {
  for (int i = 0; i < 5; ++i) {
    const auto dimension = static_cast<UsageDimension>(i);
    EXPECT_EQ(ParseUsageDimension(UsageDimensionName(dimension)), dimension);
  }
  EXPECT_EQ(ParseUsageDimension("week"), std::nullopt);
}

}  // namespace
}  // namespace drawdown
