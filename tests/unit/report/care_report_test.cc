#include "report/care_report.h"

#include "gtest/gtest.h"
#include "tests/unit/report/collect.h"

namespace drawdown {
namespace {

VerifyReport Unsound() {
  VerifyReport report;
  report.entries = 1234;
  report.from_runs = *ParseGpuSeconds("10.5");
  report.from_meters = *ParseGpuSeconds("2.25");
  report.from_holds = *ParseGpuSeconds("0.5");
  report.live = *ParseGpuSeconds("3");
  report.in_buckets = *ParseGpuSeconds("10");
  report.chain_hash = "ab";
  report.findings = {"cell \x1b: 10 is not 10.5"};
  return report;
}

std::string Written(const VerifyReport& report, Format format) {
  return Collect(
      [&](const Sink& sink) { WriteVerifyReport(report, format, sink); });
}

TEST(VerifyReportTest, TableListsFindings) {
  const std::string text = Written(Unsound(), Format::kTable);
  EXPECT_EQ(text.substr(0, text.find('\n')), "the books are NOT sound");
  EXPECT_NE(text.find("\nentries                  1,234\n"), text.npos);
  EXPECT_NE(text.find("\nfinding: cell \\x1b: 10 is not 10.5\n"), text.npos);
  VerifyReport sound;
  sound.ok = true;
  EXPECT_EQ(Written(sound, Format::kTable).substr(0, 20),
            "the books are sound\n");
}

TEST(VerifyReportTest, JsonListsFindings) {
  EXPECT_EQ(Written(Unsound(), Format::kJson), R"({
  "ok": false,
  "entries": 1234,
  "commits": 0,
  "runs": 0,
  "usage_records": 0,
  "cells": 0,
  "from_runs_gpu_seconds": "10.5",
  "from_usage_gpu_seconds": "0",
  "from_meters_gpu_seconds": "2.25",
  "from_holds_gpu_seconds": "0.5",
  "in_buckets_gpu_seconds": "10",
  "live_gpu_seconds": "3",
  "at": "1970-01-01T00:00:00Z",
  "chain_hash": "ab",
  "findings": ["cell \u001b: 10 is not 10.5"]
}
)");
}

TEST(VerifyReportTest, CsvIsOneRow) {
  EXPECT_EQ(
      Written(Unsound(), Format::kCsv),
      "ok,entries,commits,runs,usage_records,cells,"
      "from_runs_gpu_seconds,from_usage_gpu_seconds,"
      "from_meters_gpu_seconds,from_holds_gpu_seconds,in_buckets_gpu_seconds,"
      "live_gpu_seconds,at,chain_hash\n"
      "false,1234,0,0,0,0,10.5,0,2.25,0.5,10,3,1970-01-01T00:00:00Z,ab\n");
}

TEST(SalvageReportTest, ListsWhatWasLost) {
  SalvageReport report;
  report.entries_read = 9;
  report.entries_lost = 1;
  report.losses = {"entry 4"};
  const auto written = [&](Format format) {
    return Collect(
        [&](const Sink& sink) { WriteSalvageReport(report, format, sink); });
  };
  EXPECT_EQ(written(Format::kTable),
            "entries read   9\n"
            "entries lost   1\n"
            "runs           0\n"
            "usage records  0\n"
            "contracts      0\n"
            "lost: entry 4\n");
  EXPECT_NE(written(Format::kJson).find("\n  \"losses\": [\"entry 4\"]\n"),
            std::string::npos);
}

TEST(ImportReportTest, SaysWhatBecameOfTheRows) {
  ImportResult result;
  result.rows = 82247;
  result.inserted = 82000;
  result.updated = 7;
  result.unchanged = 240;
  result.open = 1;
  result.notes = {"a note"};
  EXPECT_EQ(ImportLine(result, "imported", "run"),
            "imported 82247 runs: 82000 new, 7 updated, 240 unchanged");
  EXPECT_EQ(Collect([&](const Sink& sink) { WriteImportJson(result, sink); }),
            R"({
  "rows": 82247,
  "inserted": 82000,
  "updated": 7,
  "unchanged": 240,
  "open": 1,
  "never_started": 0,
  "zero_gpu": 0,
  "notes": ["a note"]
}
)");
}

}  // namespace
}  // namespace drawdown
