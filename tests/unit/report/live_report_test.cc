#include "report/live_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

LiveTable Busy() {
  LiveTable table;
  table.ledger = "books";
  table.bucket_us = kMicrosPerHour;
  table.bucket_start_us = *ParseInstant("2026-10-01T09:00:00Z");
  table.at_us = *ParseInstant("2026-10-01T09:30:00.25Z");
  table.live.at_us = table.at_us;
  table.live.last_drain_us = table.at_us - 450'000;
  table.live.flips = 3;
  table.live.flip_lateness_us = 132;
  table.live.longest_flip_lateness_us = 1'000'000;
  table.live.undrained = *ParseGpuHours("0.5");
  table.live.rejected = 1;
  table.live.owners = {{"a", 41, true}, {"b", 42, false}, {"c", 43, true}};
  table.rows = {
      {"acme/chat",
       "aws/us/gb200",
       *ParseGpuHours("1234.5"),
       12'500,
       8'250,
       {41, 43}},
      {kHostile, "p", *ParseGpuSeconds("0.25"), 0, 1, {1, 2, 3, 4, 5, 6}},
  };
  return table;
}

std::string Written(const LiveTable& table, Format format, bool first = true) {
  return Collect(
      [&](const Sink& sink) { WriteLive(table, format, first, sink); });
}

TEST(LiveReportTest, Table) {
  LiveTable table = Busy();
  table.rows[1].tenant = "b";
  EXPECT_EQ(Written(table, Format::kTable),
            R"(books  2026-10-01T09:30:00Z  bucket 2026-10-01T09:00:00Z (60 min)
12.500 GPUs in use, 8.251 over a minute; 1,234.500 GPU-hours in this bucket
2 processes counting; 0.500 GPU-hours undrained, drained 0.4 s ago
last flip 0.000132 s late, longest 1 s

TENANT     POOL            GPU HOURS  GPUS NOW  GPUS 1M  PIDS
acme/chat  aws/us/gb200    1,234.500    12.500    8.250  41 43
b          p             0.000069444     0.000    0.001  1 2 3 4 +2
)");
}

TEST(LiveReportTest, ATableIsInert) {
  LiveTable table = Busy();
  table.ledger = "\x1b[2J";
  const std::string text = RenderLive(table);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1b[31m"), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST(LiveReportTest, WhatIsNotKnownYetIsNotShown) {
  LiveTable table = Busy();
  table.rows.resize(1);
  table.rows[0].milli_gpus_now.reset();
  table.rows[0].milli_gpus_minute.reset();
  table.rows[0].pids.clear();
  table.live = LiveView();
  EXPECT_EQ(RenderLive(table),
            R"(books  2026-10-01T09:30:00Z  bucket 2026-10-01T09:00:00Z (60 min)
1,234.500 GPU-hours in this bucket
no live meter since boot

TENANT     POOL          GPU HOURS  GPUS NOW  GPUS 1M  PIDS
acme/chat  aws/us/gb200  1,234.500         -        -  -
)");
}

TEST(LiveReportTest, AnEmptyTableSaysWhatToDo) {
  LiveTable table = Busy();
  table.rows.clear();
  table.live = LiveView();
  EXPECT_EQ(RenderLive(table),
            R"(books  2026-10-01T09:30:00Z  bucket 2026-10-01T09:00:00Z (60 min)
0.000 GPU-hours in this bucket
no live meter since boot

nothing is used now: no run is open, and no meter has counted in this bucket.
`drawdown import runs` brings runs in; a program counts through Ledger::meter
(drawdown/meter.h).
)");
}

TEST(LiveReportTest, CsvHasTitlesOnce) {
  LiveTable table = Busy();
  table.rows[0].milli_gpus_minute.reset();
  const std::string rows =
      "2026-10-01T09:30:00.25Z,acme/chat,aws/us/gb200,4444200,1234.500000000,"
      "12.5,,41 43\n"
      "2026-10-01T09:30:00.25Z,\"'=cmd|' /C "
      "calc'!A0\\x1b[31m\\n\"\"\\u202e,x\",p,"
      "0.25,0.000069444,0,0.001,1 2 3 4 5 6\n";
  EXPECT_EQ(
      Written(table, Format::kCsv),
      "at,tenant,pool,gpu_seconds,gpu_hours,gpus_now,gpus_1m,pids\n" + rows);
  EXPECT_EQ(Written(table, Format::kCsv, false), rows);
}

TEST(LiveReportTest, Json) {
  LiveTable table = Busy();
  table.rows.resize(1);
  table.rows[0].milli_gpus_minute.reset();
  EXPECT_EQ(Written(table, Format::kJson), R"({
  "ledger": "books",
  "at": "2026-10-01T09:30:00.25Z",
  "bucket": "2026-10-01T09:00:00Z",
  "bucket_seconds": "3600",
  "undrained_gpu_seconds": "1800",
  "undrained_gpu_hours": "0.500000000",
  "drain_lag_seconds": "0.45",
  "flip_lateness_seconds": "0.000132",
  "longest_flip_lateness_seconds": "1",
  "flips": 3,
  "regressions": 0,
  "rejected": 1,
  "pids": [41, 43],
  "rows": [
    {"tenant": "acme/chat", "pool": "aws/us/gb200", "gpu_seconds": "4444200", )"
                                           R"("gpu_hours": "1234.500000000", )"
                                           R"("gpus_now": "12.5", )"
                                           R"("gpus_1m": null, )"
                                           R"("pids": [41, 43]}
  ]
}
)");
}

TEST(LiveReportTest, RowsAreOrderedByRateThenUsageThenName) {
  std::vector<LiveTableRow> rows = {
      {"d", "p", GpuTime(1), 0}, {"c", "p", GpuTime(2), 0},
      {"b", "q", GpuTime(2), 0}, {"b", "p", GpuTime(2), 0},
      {"e", "p", GpuTime(0), 7}, {"a", "p", GpuTime(9), std::nullopt},
  };
  SortLiveRows(&rows);
  std::string order;
  for (const LiveTableRow& row : rows) order += row.tenant + row.pool + " ";
  EXPECT_EQ(order, "ep bp bq cp dp ap ");
}

}  // namespace
}  // namespace drawdown
