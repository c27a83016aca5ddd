// Real traces through the whole library, to the exact GPU-second.
#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "base/csv.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/csv_rows.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/shared_data.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using Rows = CsvRows;

std::string WriteCsv(const ScratchDir& dir, const std::string& name,
                     const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text.push_back(',');
      AppendCsvField(row[i], &text);
    }
    text.push_back('\n');
  }
  return dir.Write(name, text);
}

GpuTime MilliSeconds(const std::string& text) {
  return GpuTime(static_cast<Int128>(std::stoll(text)) * 1'000);
}

// The number after `key` behind `section` in a TOTALS.json.
GpuTime TotalOf(const std::string& json, const std::string& section) {
  const std::string key = "\"gpu_milli_seconds\": ";
  const size_t at = json.find(key, json.find("\"" + section + "\""));
  EXPECT_NE(at, std::string::npos) << section;
  return MilliSeconds(json.substr(at + key.size()));
}

class TracesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(traces_)) {
      GTEST_SKIP() << "no " << traces_ << ": set DRAWDOWN_SHARED_DATA";
    }
  }

  std::unique_ptr<Ledger> NewLedger() {
    auto ledger = Ledger::Open(dir_.Path("ledger" + std::to_string(++made_)),
                               {.create_if_missing = true});
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }

  static ImportOptions TraceOptions() {
    ImportOptions options;
    options.zone = "UTC";
    options.columns = {
        {"run_id", "job_id"}, {"start", "start_time"}, {"end", "end_time"}};
    options.constants = {{"pool", "site/cluster/gpu"}};
    return options;
  }

  static UsageAnswer Ask(const Ledger& ledger,
                         std::vector<UsageDimension> by = {}) {
    UsageQuery query;
    query.by = std::move(by);
    query.at_us = *ParseInstant("2026-01-01T00:00:00Z");
    auto answer = ledger.Usage(query);
    EXPECT_THAT(answer, IsOk());
    return *std::move(answer);
  }

  static std::map<std::vector<std::string>, GpuTime> Groups(
      const Ledger& ledger, std::vector<UsageDimension> by) {
    std::map<std::vector<std::string>, GpuTime> groups;
    for (const UsageRow& row : Ask(ledger, std::move(by)).rows) {
      groups[row.group] = row.gpu_time;
    }
    return groups;
  }

  // Every window the trace's own files state.
  void ExpectTotals(const Ledger& ledger, const std::string& trace,
                    bool days_are_numbers) {
    const std::string folder = traces_ + "/" + trace;
    const std::string json = *ReadWholeFile(folder + "/TOTALS.json");
    EXPECT_EQ(Ask(ledger).total, TotalOf(json, "total"));
    std::map<std::vector<std::string>, GpuTime> expected;
    for (const auto& row : ReadCsvRows(folder + "/tenants.csv.gz")) {
      if (row[0] == "tenant" || row[3] == "0") continue;
      expected[{row[0]}] = MilliSeconds(row[3]);
    }
    EXPECT_EQ(Groups(ledger, {UsageDimension::kTenant}), expected);
    expected.clear();
    for (const auto& row : ReadCsvRows(folder + "/windows_day.csv.gz")) {
      if (row[0] == "tenant" || row[2] == "0") continue;
      const std::string day =
          days_are_numbers
              ? FormatInstant(std::stoll(row[1]) * 24 * kMicrosPerHour)
                    .substr(0, 10)
              : row[1];
      expected[{row[0], day}] = MilliSeconds(row[2]);
    }
    EXPECT_EQ(Groups(ledger, {UsageDimension::kTenant, UsageDimension::kDay}),
              expected);
  }

  const std::string traces_ = SharedData() + "/traces";
  ScratchDir dir_;
  int made_ = 0;
};

TEST_F(TracesTest, PhillyIsExactPerTenantDayAndMonth) {
  const auto ledger = NewLedger();
  const std::string jobs = traces_ + "/philly_pollux/jobs.csv.gz";
  const auto result = ledger->ImportRunFiles({jobs}, TraceOptions());
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->inserted, 82'247u);
  EXPECT_EQ(Ask(*ledger).total,
            GpuTime(static_cast<Int128>(3'521'082'502) * kMicrosPerSecond));
  ExpectTotals(*ledger, "philly_pollux", false);
  const std::string json =
      *ReadWholeFile(traces_ + "/philly_pollux/TOTALS.json");
  const auto months = Groups(*ledger, {UsageDimension::kMonth});
  EXPECT_EQ(months.size(), 4u);
  for (const auto& [month, usage] : months) {
    EXPECT_EQ(usage, TotalOf(json, month.front())) << month.front();
  }
  // A second import changes nothing and says so.
  const uint64_t entries = ledger->Info().entries;
  const auto again = ledger->ImportRunFiles({jobs}, TraceOptions());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->unchanged, 82'247u);
  EXPECT_EQ(ledger->Info().entries, entries);
}

TEST_F(TracesTest, PhillyShuffledAndInTwoHalvesGivesTheSameBooks) {
  Rows rows = ReadCsvRows(traces_ + "/philly_pollux/jobs.csv.gz");
  std::mt19937_64 engine(TestSeed());
  std::shuffle(rows.begin() + 1, rows.end(), engine);
  const auto middle = rows.begin() + rows.size() / 2;
  Rows second(middle, rows.end());
  second.insert(second.begin(), rows.front());
  rows.erase(middle, rows.end());
  const auto ledger = NewLedger();
  for (const std::string& half :
       {WriteCsv(dir_, "b.csv", second), WriteCsv(dir_, "a.csv", rows)}) {
    ASSERT_THAT(ledger->ImportRunFiles({half}, TraceOptions()), IsOk());
  }
  ExpectTotals(*ledger, "philly_pollux", false);
  const auto report = ledger->VerifyInProcess();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok);
}

TEST_F(TracesTest, AlibabaFractionsZeroGpusAndNeverStarted) {
  const auto ledger = NewLedger();
  const auto result = ledger->ImportRunFiles(
      {traces_ + "/alibaba_gpu_v2023/jobs.csv.gz"}, TraceOptions());
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->inserted, 8'152u);
  EXPECT_EQ(result->never_started, 897u);
  EXPECT_EQ(result->zero_gpu, 1'088u);
  EXPECT_EQ(FormatGpuSeconds(Ask(*ledger).total), "185294426.97");
  ExpectTotals(*ledger, "alibaba_gpu_v2023", true);
}

TEST_F(TracesTest, EveryGoldenRowGivesItsPublishedTime) {
  Rows rows = ReadCsvRows(traces_ + "/golden_rows/golden.csv");
  const std::string json = *ReadWholeFile(traces_ + "/golden_rows/TOTALS.json");
  const std::map<std::string, std::string> zones = {
      {"naive local (China)", "Asia/Shanghai"},
      {"naive US Pacific", "America/Los_Angeles"}};
  const auto ledger = NewLedger();
  std::map<std::string, GpuTime> expected;
  for (size_t i = 1; i < rows.size(); ++i) {
    // One file a row, so that each is read in its own zone; the case becomes
    // the tenant, since some published rows have none.
    rows[i][3] = "golden/" + rows[i][0] + "/" + rows[i][1];
    const std::string path = WriteCsv(dir_, "row.csv", {rows[0], rows[i]});
    ImportOptions options = TraceOptions();
    const auto zone = zones.find(rows[i][10]);
    options.zone = zone == zones.end() ? "" : zone->second;
    ASSERT_THAT(ledger->ImportRunFiles({path}, options), IsOk()) << rows[i][1];
    const std::string name = rows[i][0] + "/" + rows[i][1];
    const std::string key = "\"gpu_milli_seconds_run\": ";
    const size_t at = json.find(key, json.find("\"" + name + "\""));
    ASSERT_NE(at, std::string::npos) << name;
    expected["golden/" + name] = MilliSeconds(json.substr(at + key.size()));
  }
  for (const auto& [group, usage] :
       Groups(*ledger, {UsageDimension::kTenant})) {
    EXPECT_EQ(usage, expected[group.front()]) << group.front();
    expected.erase(group.front());
  }
  EXPECT_TRUE(expected.empty());
}

}  // namespace
}  // namespace drawdown
