// An inference gateway's day, metered request by request: 28,185 real requests
// (Azure LLM inference 2023) give the exact sums of every minute.
//
// How a request becomes GPU time: its tokens, at a fixed price in GPU time. We
// take 40 GPU-microseconds per input token (prefill) and 1,200 per output token
// (decode), of the order of a 70B model on one GPU. The prices are ours; that
// they are linear makes the trace's own token sums the independent answer.
#include <atomic>
#include <filesystem>
#include <map>

#include "base/csv.h"
#include "base/source.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/shared_data.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kPerInputToken = 40;
constexpr int64_t kPerOutputToken = 1'200;
constexpr int64_t kMinute = 60 * kMicrosPerSecond;

int64_t GpuMicros(const std::string& input, const std::string& output) {
  return kPerInputToken * std::stoll(input) +
         kPerOutputToken * std::stoll(output);
}

// "2023-11-16 18:17:03.9799600" or "2023-11-16 18:17", in UTC.
int64_t InstantOf(std::string text) {
  text[10] = 'T';
  if (text.size() == 16) text += ":00";
  if (text.size() > 26) text.resize(26);
  return *ParseInstant(text + "Z");
}

struct Request {
  int64_t arrival_us;
  bool conversation;
  int64_t gpu_us;
};

class MetersTraceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder_)) {
      GTEST_SKIP() << "no " << folder_ << ": set DRAWDOWN_SHARED_DATA";
    }
  }

  void ForEachRow(const std::string& file,
                  const std::function<void(const CsvReader&)>& visit) {
    auto source = OpenSource(folder_ + "/" + file);
    ASSERT_THAT(source, IsOk());
    CsvReader reader(source->get());
    ASSERT_THAT(reader.ReadHeader(), IsOk());
    while (*reader.Next()) visit(reader);
  }
  static std::string Field(const CsvReader& row, int column) {
    return std::string(row.fields()[column]);
  }

  // In the order of arrival.
  std::vector<Request> ReadRequests() {
    std::vector<Request> requests;
    ForEachRow("requests.csv.gz", [&](const CsvReader& row) {
      requests.push_back({InstantOf(Field(row, 2)), Field(row, 1) == "conv",
                          GpuMicros(Field(row, 3), Field(row, 4))});
    });
    std::stable_sort(requests.begin(), requests.end(),
                     [](const Request& a, const Request& b) {
                       return a.arrival_us < b.arrival_us;
                     });
    return requests;
  }

  const std::string folder_ = SharedData() + "/traces/azure_llm_2023";
  ScratchDir dir_;
};

using PerMinute = std::map<std::pair<std::string, int64_t>, GpuTime>;

TEST_F(MetersTraceTest, EveryMinuteIsExact) {
  std::atomic<int64_t> now_us{0};
  OpenOptions options;
  options.create_if_missing = true;
  options.drain_interval = std::chrono::milliseconds(0);
  options.now_us = [&now_us] { return now_us.load(); };
  const std::vector<Request> requests = ReadRequests();
  ASSERT_EQ(requests.size(), 28'185u);
  now_us = requests.front().arrival_us;
  const auto ledger = Ledger::Open(dir_.Path("books"), options);
  ASSERT_THAT(ledger, IsOk());
  const auto code = (*ledger)->meter("code", "azure/us/a100");
  const auto conv = (*ledger)->meter("conv", "azure/us/a100");
  ASSERT_THAT(code, IsOk());
  ASSERT_THAT(conv, IsOk());

  // What the totals grow by in each minute, drained or not.
  PerMinute seen;
  std::map<std::string, GpuTime> before;
  const auto look = [&](int64_t minute_us) {
    UsageQuery query;
    query.by = {UsageDimension::kTenant};
    const auto answer = (*ledger)->Usage(query);
    ASSERT_THAT(answer, IsOk());
    for (const UsageRow& row : answer->rows) {
      GpuTime& known = before[row.group[0]];
      if (row.gpu_time == known) continue;
      seen[{row.group[0], minute_us}] = row.gpu_time - known;
      known = row.gpu_time;
    }
  };
  int64_t minute_us = requests.front().arrival_us / kMinute * kMinute;
  for (const Request& request : requests) {
    while (request.arrival_us >= minute_us + kMinute) {
      look(minute_us);
      minute_us += kMinute;
      now_us = minute_us;
      ASSERT_THAT((*ledger)->Drain(), IsOk());
    }
    now_us = request.arrival_us;
    (request.conversation ? *conv : *code).Record(request.gpu_us);
  }
  look(minute_us);

  PerMinute expected;
  std::map<std::string, GpuTime> hours;
  ForEachRow("windows_minute.csv.gz", [&](const CsvReader& row) {
    const GpuTime sum(GpuMicros(Field(row, 3), Field(row, 4)));
    if (!sum.zero()) {
      expected[{Field(row, 0), InstantOf(Field(row, 1))}] = sum;
    }
    hours[Field(row, 1).substr(0, 13)] += sum;
  });
  EXPECT_EQ(seen, expected);

  // And by billing hour: the flip at 19:00 parts the requests where they part.
  UsageQuery query;
  query.by = {UsageDimension::kHour};
  const auto answer = (*ledger)->Usage(query);
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->rows.size(), 2u);
  EXPECT_EQ(answer->rows[0].gpu_time, hours["2023-11-16 18"]);
  EXPECT_EQ(answer->rows[1].gpu_time, hours["2023-11-16 19"]);
  // TOTALS.json: 40,421,844 input and 4,334,561 output tokens.
  EXPECT_EQ(answer->total,
            GpuTime(kPerInputToken * 40'421'844 + kPerOutputToken * 4'334'561));
}

}  // namespace
}  // namespace drawdown
