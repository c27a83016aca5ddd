#include "example/runs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "example/lines.h"
#include "gtest/gtest.h"
#include "tests/unit/example/table.h"

namespace drawdown::example {
namespace {

const std::vector<TableRow>& RunTable() {
  static const auto* const rows =
      new std::vector<TableRow>(ReadTable(RunsCsv(MakeRuns())));
  return *rows;
}

int64_t Seconds(const std::string& instant) {
  const auto at = ParseInstant(instant);
  EXPECT_TRUE(at.ok()) << at.status();
  EXPECT_EQ(*at % kMicrosPerSecond, 0) << instant;
  return *at / kMicrosPerSecond;
}

// GPU time of the pool in [start, end), from the file's text alone.
GpuTime UsageFromFile(const Pool& pool, int64_t start, int64_t end) {
  GpuTime sum;
  for (const TableRow& row : RunTable()) {
    if (row.at("pool") != pool.name || row.at("start").empty()) continue;
    const int64_t from = std::max(start, Seconds(row.at("start")));
    const int64_t to = std::min(
        end, row.at("end").empty() ? kMonthEnd : Seconds(row.at("end")));
    if (to > from) sum += GpuTime(*ParseGpus(row.at("gpus"))) * (to - from);
  }
  return sum;
}

GpuTime UsageFromLines(const std::vector<Line>& lines, const Pool& pool) {
  GpuTime sum;
  for (const Line& line : lines) {
    const bool usage = line.kind == LineKind::kOnDemand ||
                       line.kind == LineKind::kOverage ||
                       line.kind == LineKind::kCovered;
    if (usage && line.pool == &pool) sum += line.quantity;
  }
  return sum;
}

TEST(Runs, AddUpToWhatTheBillsAreMadeOf) {
  const HourlyMeter meter(MakeRuns());
  const std::vector<Line> aws = RateAws(meter);
  const std::vector<Line> nord = RateNord(meter);
  for (const Pool* pool : {&AwsGb200(), &AwsH200(), &AwsH100()}) {
    const GpuTime usage = UsageFromFile(*pool, kMonthStart, kMonthEnd);
    EXPECT_EQ(UsageFromLines(aws, *pool), usage) << pool->name;
    EXPECT_GT(usage, GpuTime()) << pool->name;
  }
  for (const Pool* pool : {&NordH100(), &NordH200()}) {
    EXPECT_EQ(UsageFromLines(nord, *pool),
              UsageFromFile(*pool, StockholmDay(1), StockholmDay(32)))
        << pool->name;
  }
  EXPECT_EQ(UsageFromFile(AwsB200(), kRunsStart, kRunsEnd), GpuTime());
}

TEST(Runs, MakeHoursBelowAndAboveTheReservedFloor) {
  const HourlyMeter meter(MakeRuns());
  int below = 0;
  int above = 0;
  for (int64_t hour = kMonthStart; hour < kMonthEnd; hour += kHour) {
    const GpuTime floor(
        static_cast<Int128>(GpuHoursAt(Gb200Reserved().steps, hour)) *
        kMicrosPerHour);
    (meter.At(AwsGb200(), hour) > floor ? above : below) += 1;
  }
  EXPECT_GT(below, 100);
  EXPECT_GT(above, 50);
}

TEST(Runs, AreAFewThousandOfSixTenants) {
  std::set<std::string> tenants;
  std::set<std::pair<std::string, std::string>> keys;
  for (const TableRow& row : RunTable()) {
    tenants.insert(row.at("tenant"));
    keys.emplace(row.at("run_id"), row.at("attempt"));
  }
  EXPECT_EQ(tenants.size(), 6u);
  EXPECT_GT(RunTable().size(), 3'000u);
  EXPECT_EQ(keys.size(), RunTable().size());
}

TEST(Runs, HoldEveryUglyLife) {
  using Test = std::function<bool(const TableRow&)>;
  const auto at = [](const TableRow& row, const char* column) {
    return row.at(column).empty() ? 0 : Seconds(row.at(column));
  };
  const auto state = [](std::string name) {
    return [name](const TableRow& row) { return row.at("state") == name; };
  };
  const auto gpus = [](std::string count) {
    return [count](const TableRow& row) { return row.at("gpus") == count; };
  };
  const std::map<std::string, Test> lives = {
      {"preempted", state("PREEMPTED")},
      {"node failure", state("NODE_FAIL")},
      {"cancelled before start",
       [](const TableRow& row) {
         return row.at("start").empty() && row.at("state") == "CANCELLED";
       }},
      {"still open",
       [](const TableRow& row) {
         return !row.at("start").empty() && row.at("end").empty();
       }},
      {"zero GPUs", gpus("0")},
      {"a quarter", gpus("0.25")},
      {"a half", gpus("0.5")},
      {"a gang of 8192", gpus("8192")},
      {"over the start",
       [&](const TableRow& row) {
         return at(row, "start") < kMonthStart && at(row, "end") > kMonthStart;
       }},
      {"over the end",
       [&](const TableRow& row) {
         return at(row, "start") < kMonthEnd && at(row, "end") > kMonthEnd;
       }},
      {"on the hour",
       [&](const TableRow& row) {
         return !row.at("end").empty() && at(row, "start") % kHour == 0 &&
                at(row, "end") % kHour == 0;
       }},
      {"under an hour",
       [&](const TableRow& row) {
         const int64_t ran = at(row, "end") - at(row, "start");
         return !row.at("start").empty() && ran > 0 && ran < kHour;
       }},
      {"no time at all",
       [&](const TableRow& row) {
         return !row.at("start").empty() && row.at("start") == row.at("end");
       }},
  };
  for (const auto& [name, has] : lives) {
    EXPECT_TRUE(std::any_of(RunTable().begin(), RunTable().end(), has)) << name;
  }
}

// Attempts of one run follow one another; a resize leaves no gap.
TEST(Runs, RequeueAndResizeAsFurtherAttempts) {
  std::map<std::string, std::map<int, TableRow>> by_id;
  for (const TableRow& row : RunTable()) {
    by_id[row.at("run_id")][std::stoi(row.at("attempt"))] = row;
  }
  int requeued = 0;
  int resized = 0;
  for (const auto& [id, attempts] : by_id) {
    for (const auto& [number, row] : attempts) {
      const auto next = attempts.find(number + 1);
      if (next == attempts.end()) continue;
      const int64_t gap =
          Seconds(next->second.at("start")) - Seconds(row.at("end"));
      EXPECT_GE(gap, 0) << id;
      const bool resize = row.at("state") == "RESIZING";
      EXPECT_EQ(resize, gap == 0) << id;
      EXPECT_EQ(resize, row.at("gpus") != next->second.at("gpus")) << id;
      (resize ? resized : requeued) += 1;
    }
  }
  EXPECT_GT(requeued, 100);
  EXPECT_GT(resized, 20);
}

}  // namespace
}  // namespace drawdown::example
