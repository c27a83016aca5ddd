#include "report/quota_report.h"

#include <limits>

#include "gtest/gtest.h"
#include "report/quota_text.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

constexpr char kPoolName[] = "aws/us-east-1/gb200";

Int128 Hours(const char* hours) { return ParseGpuHours(hours)->count(); }
Int128 Gpus(const char* gpus) { return *ParseGpus(gpus); }

QuotaState Month() {
  QuotaState quota;
  quota.scope.tenant = "acme/chat";
  quota.scope.pool = "aws/*";
  quota.limit.nominal = Hours("5000");
  quota.from_us = *ParseInstant("2026-10-05T00:00:00Z");
  quota.window_start_us = *ParseInstant("2026-10-01T00:00:00Z");
  quota.window_end_us = *ParseInstant("2026-11-01T00:00:00Z");
  quota.used = Hours("1250.5");
  quota.held = Hours("1250");
  quota.available = Hours("2499.5");
  return quota;
}

QuotaState AtOnce() {
  QuotaState quota;
  quota.scope = {"acme", "*", QuotaPeriod::kAtOnce, 0, "", ""};
  quota.limit.nominal = Gpus("512");
  quota.window_start_us = std::numeric_limits<int64_t>::min();
  quota.used = Gpus("8.5");
  quota.available = Gpus("503.5");
  return quota;
}

QuotaState Slice() {
  QuotaState quota = Month();
  quota.scope = {"acme", "*", QuotaPeriod::kRolling, 24 * kMicrosPerHour,
                 "",     ""};
  quota.limit = {Hours("100"), true, true, Hours("40"), Hours("60")};
  quota.used = Hours("120");
  quota.held = Hours("48");
  quota.reserved = Hours("2");
  quota.available = Hours("-10");
  quota.accruing = Gpus("4");
  return quota;
}

std::string Listed(std::vector<QuotaState> quotas, Format format) {
  return Collect([&](const Sink& sink) { WriteQuotas(quotas, format, sink); });
}

std::string Explained(const QuotaQuery& query,
                      const QuotaExplanation& explanation, Format format) {
  return Collect([&](const Sink& sink) {
    WriteExplanation(query, explanation, format, sink);
  });
}

TEST(QuotaReportTest, TableKeepsUnitsApart) {
  EXPECT_EQ(Listed({AtOnce(), Month(), Slice()}, Format::kTable),
            R"(GPU-hours
TENANT     POOL   PERIOD            LIMIT       USED       HELD  RESERVED  AVAILABLE  RESETS
acme/chat  aws/*  month         5,000.000  1,250.500  1,250.000     0.000  2,499.500  2026-11-01T00:00:00Z
acme       *      rolling 24 h    100.000    120.000     48.000     2.000    -10.000  2026-11-01T00:00:00Z
    soft: refuses nothing, slice, lends 40 GPU-hours, may borrow 60 GPU-hours

GPUs at once
TENANT  POOL  PERIOD   LIMIT  USED  HELD  RESERVED  AVAILABLE  RESETS
acme    *     at once    512   8.5     0         0      503.5  -
)");
  EXPECT_EQ(Listed({}, Format::kTable),
            "no quota is set: `drawdown quota set TENANT --gpu-hours N --per "
            "month`\n");
}

TEST(QuotaReportTest, CsvHasEveryAmountInItsUnit) {
  EXPECT_EQ(
      Listed({Month(), AtOnce()}, Format::kCsv),
      "tenant,pool,period,rolling_seconds,contract,commitment,limited,soft,"
      "slice,from,window_start,window_end,limit_gpu_seconds,limit_gpu_hours,"
      "limit_gpus,lending_gpu_seconds,lending_gpu_hours,lending_gpus,"
      "borrowing_gpu_seconds,borrowing_gpu_hours,borrowing_gpus,"
      "used_gpu_seconds,used_gpu_hours,used_gpus,held_gpu_seconds,"
      "held_gpu_hours,held_gpus,reserved_gpu_seconds,reserved_gpu_hours,"
      "reserved_gpus,available_gpu_seconds,available_gpu_hours,"
      "available_gpus,accruing_gpus,later\n"
      "acme/chat,aws/*,month,,,,true,false,false,2026-10-05T00:00:00Z,"
      "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,18000000,5000.000000000,,,,,"
      "0,0.000000000,,4501800,1250.500000000,,4500000,1250.000000000,,0,"
      "0.000000000,,8998200,2499.500000000,,0,[]\n"
      "acme,*,at_once,,,,true,false,false,1970-01-01T00:00:00Z,,,,,512,,,,,,0,"
      ",,8.5,,,0,,,0,,,503.5,0,[]\n");
}

TEST(QuotaReportTest, LimitsThatBeginLaterAreThere) {
  QuotaState quota = AtOnce();
  QuotaLimit soft;
  soft.nominal = 8 * kMicroGpusPerGpu;
  soft.soft = true;
  quota.later = {{*ParseInstant("2026-12-01T00:00:00Z"), soft},
                 {*ParseInstant("2027-01-01T00:00:00Z"), std::nullopt}};
  const std::string table = Listed({quota}, Format::kTable);
  EXPECT_NE(table.find("    from 2026-12-01T00:00:00Z on 8 GPUs, soft: refuses "
                       "nothing; from 2027-01-01T00:00:00Z on no limit\n"),
            table.npos)
      << table;
  const std::string json = Listed({quota}, Format::kJson);
  EXPECT_NE(json.find("{\"from\": \"2026-12-01T00:00:00Z\", \"limited\": true, "
                      "\"soft\": true, \"slice\": false"),
            json.npos)
      << json;
  EXPECT_NE(json.find("\"limit_gpus\": \"8\""), json.npos) << json;
}

TEST(QuotaReportTest, ALimitTakenAwayHasNoAmount) {
  QuotaState quota = Month();
  quota.limited = false;
  quota.limit = {};
  quota.available = 0;
  const std::string table = Listed({quota}, Format::kTable);
  EXPECT_NE(table.find("month    none"), table.npos) << table;
  EXPECT_NE(table.find("         -  2026"), table.npos) << table;
  const std::string csv = Listed({quota}, Format::kCsv);
  EXPECT_NE(csv.find(",false,false,false,"), csv.npos) << csv;
  EXPECT_NE(csv.find("2026-11-01T00:00:00Z,,,,,,,,,,4501800"), csv.npos) << csv;
  EXPECT_EQ(DescribeQuota(quota),
            "acme/chat on aws/*: no limit on GPU-hours a month");
}

TEST(QuotaReportTest, BarsShowUsedHeldAndSetAside) {
  struct {
    const char* used;
    const char* held;
    const char* reserved;
    std::string bar;
  } cases[] = {
      {"0", "0", "0", std::string(40, '.')},
      {"25", "0", "0", std::string(10, '#') + std::string(30, '.')},
      {"0.001", "0.001", "0.001", "#=-" + std::string(37, '.')},
      {"50", "25", "25",
       std::string(20, '#') + std::string(10, '=') + std::string(10, '-')},
      {"99.9", "0", "0", std::string(39, '#') + "."},
      {"100", "50", "1", std::string(40, '#')},
      {"250", "0", "0", std::string(40, '#')},
  };
  for (const auto& one : cases) {
    QuotaState quota;
    quota.limit.nominal = Hours("60");
    quota.limit.borrowing = Hours("40");
    quota.used = Hours(one.used);
    quota.held = Hours(one.held);
    quota.reserved = Hours(one.reserved);
    EXPECT_EQ(QuotaBar(quota), "[" + one.bar + "]") << one.used;
  }
  EXPECT_EQ(QuotaBar(QuotaState()), "[" + std::string(40, '.') + "]");
}

TEST(QuotaReportTest, PeriodsInWords) {
  const std::pair<QuotaScope, const char*> cases[] = {
      {{"t", "*", QuotaPeriod::kTotal, 0, "", ""},
       "t on *: 1 GPU-hours in total"},
      {{"t", "*", QuotaPeriod::kMonth, 0, "", ""},
       "t on *: 1 GPU-hours a month"},
      {{"t", "*", QuotaPeriod::kMonth, 0, "c", ""},
       "t on *: 1 GPU-hours a month of c's calendar"},
      {{"t", "*", QuotaPeriod::kInterval, 0, "c", "reserved"},
       "t on *: 1 GPU-hours an interval of reserved of c"},
      {{"t", "*", QuotaPeriod::kRolling, 24 * kMicrosPerHour, "", ""},
       "t on *: 1 GPU-hours in 24 h of whole buckets"},
      {{"t", "*", QuotaPeriod::kRolling, kMicrosPerHour / 2, "", ""},
       "t on *: 1 GPU-hours in 30 min of whole buckets"},
      {{"t", "*", QuotaPeriod::kAtOnce, 0, "", ""},
       "t on *: 3,600 GPUs at once"}};
  for (const auto& [scope, text] : cases) {
    QuotaState quota;
    quota.scope = scope;
    quota.limit.nominal = Hours("1");
    EXPECT_EQ(DescribeQuota(quota), text);
  }
}

QuotaExplanation RefusedExplanation() {
  QuotaExplanation explanation;
  explanation.quotas = {Month(), Slice()};
  Refusal refusal;
  refusal.scope = Month().scope;
  refusal.limit = Hours("5000");
  refusal.asked = Hours("3000");
  refusal.used = Hours("1250.5");
  refusal.held = Hours("1250");
  refusal.resets_at_us = Month().window_end_us;
  explanation.admission.refusal = refusal;
  QuotaHolder holder;
  holder.hold_id = "job-1";
  holder.tenant = "acme/chat";
  holder.pool = kPoolName;
  holder.period = QuotaPeriod::kMonth;
  holder.held = Hours("1250");
  holder.run = RunKey{"run-1", 2};
  holder.expires_at_us = *ParseInstant("2026-10-06T00:00:00Z");
  holder.borrows = true;
  explanation.holders = {holder};
  return explanation;
}

QuotaQuery Asked() {
  QuotaQuery query;
  query.tenant = "acme/chat";
  query.pool = kPoolName;
  query.gpu_time = *ParseGpuHours("3000");
  query.at_us = *ParseInstant("2026-10-05T12:00:00Z");
  return query;
}

TEST(QuotaReportTest, ARefusalIsExplained) {
  EXPECT_EQ(
      Explained(Asked(), RefusedExplanation(), Format::kTable),
      R"(acme/chat on aws/*: 5,000 GPU-hours a month, resets at 2026-11-01T00:00:00Z
    [##########==========....................] used 1,250.500, held 1,250.000, available 2,499.500
acme on *: 100 GPU-hours in 24 h of whole buckets, rolls on at 2026-11-01T00:00:00Z
    soft: refuses nothing, slice, lends 40 GPU-hours, may borrow 60 GPU-hours
    [##############################==========] used 120.000, held 48.000, set aside 2.000, over by 10.000
    growing now by 4 GPUs of runs beyond their holds

would be refused: acme/chat on aws/*: 5000 GPU-hours a month, 1250.5 used, 1250 held, 3000 asked; resets at 2026-11-01T00:00:00Z

HOLD   TENANT     POOL                      HELD  UNIT       UNTIL                 RUN              BORROWS
job-1  acme/chat  aws/us-east-1/gb200  1,250.000  GPU-hours  2026-10-06T00:00:00Z  run-1 attempt 2  borrows
no run has used any of it
)");
}

TEST(QuotaReportTest, ExplanationAsJsonHasAllOfIt) {
  QuotaExplanation explanation = RefusedExplanation();
  explanation.quotas.clear();
  EXPECT_EQ(Explained(Asked(), explanation, Format::kJson),
            R"({
  "tenant": "acme/chat",
  "pool": "aws/us-east-1/gb200",
  "at": "2026-10-05T12:00:00Z",
  "asked_gpu_seconds": "10800000",
  "asked_gpu_hours": "3000.000000000",
  "asked_gpus": "0",
  "admitted": false,
  "refusal": {"tenant": "acme/chat", "pool": "aws/*", "period": "month", "rolling_seconds": null, "contract": null, "commitment": null, "limit_gpu_seconds": "18000000", "limit_gpu_hours": "5000.000000000", "limit_gpus": null, "asked_gpu_seconds": "10800000", "asked_gpu_hours": "3000.000000000", "asked_gpus": null, "used_gpu_seconds": "4501800", "used_gpu_hours": "1250.500000000", "used_gpus": null, "held_gpu_seconds": "4500000", "held_gpu_hours": "1250.000000000", "held_gpus": null, "reserved_gpu_seconds": "0", "reserved_gpu_hours": "0.000000000", "reserved_gpus": null, "resets": "2026-11-01T00:00:00Z", "text": "acme/chat on aws/*: 5000 GPU-hours a month, 1250.5 used, 1250 held, 3000 asked; resets at 2026-11-01T00:00:00Z"},
  "quotas": [],
  "holders": [
    {"hold_id": "job-1", "tenant": "acme/chat", "pool": "aws/us-east-1/gb200", "held_gpu_seconds": "4500000", "held_gpu_hours": "1250.000000000", "held_gpus": null, "until": "2026-10-06T00:00:00Z", "run_id": "run-1", "attempt": 2, "borrows": true}
  ],
  "users": [],
  "more_users": 0
}
)");
}

TEST(QuotaReportTest, WhatFitsSaysSo) {
  QuotaExplanation explanation;
  explanation.quotas = {Month()};
  QuotaQuery query = Asked();
  query.micro_gpus = 8'500'000;
  EXPECT_EQ(DescribeVerdict(query, explanation),
            "fits: 8.5 GPUs and 3,000 GPU-hours on aws/us-east-1/gb200");
  std::string text = Explained(query, explanation, Format::kTable);
  EXPECT_NE(text.find("\nfits: 8.5 GPUs"), text.npos) << text;
  EXPECT_NE(text.find("\nno hold is under them\n"), text.npos) << text;
  text = Explained(query, explanation, Format::kJson);
  EXPECT_NE(text.find("\"admitted\": true,\n  \"refusal\": null"), text.npos);
}

TEST(QuotaReportTest, NothingAskedIsNoVerdict) {
  QuotaQuery query;
  query.tenant = "acme/chat";
  QuotaExplanation explanation;
  EXPECT_EQ(DescribeVerdict(query, explanation), "");
  EXPECT_EQ(Explained(query, explanation, Format::kTable),
            "no quota is over acme/chat\n");
  const std::string json = Explained(query, explanation, Format::kJson);
  EXPECT_NE(json.find("\"admitted\": null"), json.npos) << json;
}

TEST(QuotaReportTest, HostileNamesAreInert) {
  QuotaState quota = Month();
  quota.scope.tenant = kHostile;
  QuotaExplanation explanation;
  explanation.quotas = {quota};
  QuotaQuery query = Asked();
  query.pool = kHostile;
  explanation.holders.emplace_back().hold_id = kHostile;
  for (const std::string& text :
       {Listed({quota}, Format::kTable),
        Explained(query, explanation, Format::kTable)}) {
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_EQ(text.find("\u202e"), text.npos);
  }
  EXPECT_NE(Listed({quota}, Format::kCsv).find("\"'=cmd"), std::string::npos);
}

}  // namespace
}  // namespace drawdown
