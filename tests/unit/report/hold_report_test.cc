#include "report/hold_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

HoldInfo Drawn() {
  HoldInfo hold;
  hold.hold_id = "job-1";
  hold.tenant = "acme/chat";
  hold.pool = "aws/us-east-1/gb200";
  hold.gpu_time = *ParseGpuHours("1064");
  hold.charged = *ParseGpuHours("8");
  hold.drawn = *ParseGpuHours("16.5");
  hold.held = *ParseGpuHours("1039.5");
  hold.micro_gpus = 8'500'000;
  hold.run = RunKey{"run-1", 2};
  hold.placed_us = *ParseInstant("2026-10-01T00:00:00Z");
  hold.expires_us = *ParseInstant("2026-10-01T02:00:00Z");
  hold.renewals = 3;
  hold.held_micro_gpus = 500'000;
  return hold;
}

HoldInfo Hostile() {
  HoldInfo hold;
  hold.hold_id = kHostile;
  hold.tenant = "t";
  hold.pool = "p";
  hold.state = HoldState::kReleased;
  return hold;
}

std::string Listed(Format format) {
  return Collect([&](const Sink& sink) {
    HoldWriter writer(format, sink);
    writer.Add(Drawn());
    writer.Add(Hostile());
    writer.Finish();
  });
}

TEST(HoldReportTest, Table) {
  EXPECT_EQ(
      Listed(Format::kTable),
      R"(HOLD                                   TENANT     POOL                 STATE     GPU HOURS  CHARGED   DRAWN       HELD  GPUS  GPUS HELD  RUN              EXPIRES
job-1                                  acme/chat  aws/us-east-1/gb200  open      1,064.000    8.000  16.500  1,039.500   8.5        0.5  run-1 attempt 2  2026-10-01T02:00:00Z
=cmd|' /C calc'!A0\x1b[31m\n"\u202e,x  t          p                    released      0.000    0.000   0.000      0.000     0          0  -                1970-01-01T00:00:00Z
)");
}

TEST(HoldReportTest, CsvAndJsonAreExact) {
  const std::string csv = Listed(Format::kCsv);
  EXPECT_EQ(csv.substr(0, csv.find("\n\"")),
            "hold_id,tenant,pool,state,gpu_seconds,gpu_hours,held_gpu_seconds,"
            "held_gpu_hours,charged_gpu_seconds,charged_gpu_hours,"
            "drawn_gpu_seconds,drawn_gpu_hours,gpus,run_id,attempt,placed,"
            "expires,renewals,held_gpus\n"
            "job-1,acme/chat,aws/us-east-1/gb200,open,3830400,1064.000000000,"
            "3742200,1039.500000000,28800,8.000000000,59400,16.500000000,8.5,"
            "run-1,2,2026-10-01T00:00:00Z,2026-10-01T02:00:00Z,3,0.5");
  EXPECT_NE(csv.find("\"'=cmd"), csv.npos) << csv;
  const std::string json = Listed(Format::kJson);
  EXPECT_NE(json.find("\"held_gpu_seconds\": \"3742200\""), json.npos) << json;
  EXPECT_NE(json.find("\"run_id\": null, \"attempt\": null"), json.npos);
}

TEST(HoldReportTest, AChangeSaysWhetherItWasOne) {
  const HoldChange change = {Drawn(), true};
  const auto written = [&](Format format) {
    return Collect(
        [&](const Sink& sink) { WriteHoldChange(change, format, sink); });
  };
  EXPECT_NE(written(Format::kJson).find("\"changed\": true\n}"),
            std::string::npos);
  EXPECT_NE(written(Format::kCsv).find(",renewals,held_gpus,changed\n"),
            std::string::npos);
  EXPECT_NE(written(Format::kTable).find("changed    true\n"),
            std::string::npos)
      << written(Format::kTable);
  const HoldChange both[] = {change, {Hostile(), false}};
  const std::string batch = Collect(
      [&](const Sink& sink) { WriteHoldChanges(both, Format::kCsv, sink); });
  EXPECT_NE(batch.find(",3,0.5,true\n"), batch.npos) << batch;
  EXPECT_NE(batch.find(",0,0,false\n"), batch.npos) << batch;
}

TEST(HoldReportTest, WaitsInWords) {
  const std::pair<int64_t, const char*> cases[] = {
      {-5, "now"},
      {0, "now"},
      {999'999, "now"},
      {1'000'000, "1 s"},
      {59'999'999, "59 s"},
      {60'000'000, "1 min"},
      {kMicrosPerHour - 1, "59 min"},
      {kMicrosPerHour, "1 h 0 min"},
      {23 * kMicrosPerHour + 90'000'000, "23 h 1 min"},
      {50 * kMicrosPerHour, "2 d 2 h"}};
  for (const auto& [wait_us, words] : cases) {
    EXPECT_EQ(WaitWords(wait_us), words);
  }
}

TEST(HoldReportTest, WhatRunsOut) {
  const int64_t now_us = *ParseInstant("2026-10-01T00:00:00Z");
  std::vector<Exhaustion> all(3);
  all[0] = {ExhaustionKind::kHoldSpent, now_us + 1'500'000, "job-1",
            RunKey{"run-1"}, std::nullopt};
  all[1] = {ExhaustionKind::kHoldExpires, now_us + kMicrosPerHour, "job-2",
            std::nullopt, std::nullopt};
  all[2] = {ExhaustionKind::kQuotaExhausted, now_us - 1, "", std::nullopt,
            QuotaScope{"acme", "aws/*", QuotaPeriod::kRolling,
                       24 * kMicrosPerHour, "", ""}};
  for (const int64_t gpus : {8, 4, 2, 1}) {
    all[2].runs.biggest.push_back({RunKey{"r" + std::to_string(gpus)},
                                   "acme/chat", "aws/x",
                                   gpus * kMicroGpusPerGpu, 0});
  }
  all[2].runs.more = 6;
  const auto written = [&](Format format) {
    return Collect(
        [&](const Sink& sink) { WriteExhaustions(all, now_us, format, sink); });
  };
  EXPECT_EQ(written(Format::kTable),
            R"(AT                    IN         WHAT
2026-10-01T00:00:01Z  1 s        hold job-1 is spent, drawn by run run-1
2026-10-01T01:00:00Z  1 h 0 min  hold job-2 expires
2026-09-30T23:59:59Z  now        quota exhausted: acme on aws/*, rolling 24 h; by run r8 (8 GPUs), run r4 (4 GPUs), run r2 (2 GPUs) and 7 more
)");
  all[2].runs.biggest.resize(1);
  all[2].runs.more = 0;
  EXPECT_EQ(
      written(Format::kCsv),
      "at,in_seconds,kind,hold_id,run_id,attempt,tenant,pool,period,"
      "rolling_seconds,contract,commitment,runs,more_runs\n"
      "2026-10-01T00:00:01.5Z,1.5,hold_spent,job-1,run-1,1,,,,,,,,\n"
      "2026-10-01T01:00:00Z,3600,hold_expires,job-2,,,,,,,,,,\n"
      "2026-09-30T23:59:59.999999Z,0,quota_exhausted,,,,acme,aws/*,rolling,"
      "86400,,,\"[{\"\"run_id\"\": \"\"r8\"\", \"\"attempt\"\": 1, "
      "\"\"tenant\"\": \"\"acme/chat\"\", \"\"pool\"\": \"\"aws/x\"\", "
      "\"\"gpus\"\": \"\"8\"\"}]\",0\n");
  all.clear();
  EXPECT_EQ(written(Format::kTable),
            "nothing will run out if all goes on as it does now\n");
}

}  // namespace
}  // namespace drawdown
