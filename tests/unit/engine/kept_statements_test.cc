// The same statement asked for again and again on one handle, while usage comes
// late and time goes on, beside one of the books as they were recorded by now,
// which is rated from the beginning.
#include <algorithm>
#include <string>

#include "base/civil.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"
#include "tests/unit/engine/statement_text.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;

constexpr char kTerms[] = R"(id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws" from: "2026-01-01T00:00:00Z" tier_interval: MONTHLY
  tier { up_to: "300" price: "4" } tier { price: "3.1" } }
commitment { id: "r" category: USAGE model: CONTINUOUS interval: HOURLY layer: 1
  applies { dimension: "pool" operator: IN value: "aws/x" }
  step { from: "2026-01-01T00:00:00Z" quantity: "3" } price: "2"
  shortfall { policy: TAKE_OR_PAY } }
commitment { id: "b" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  layer: 1 priority: 5 step { from: "2026-01-01T00:00:00Z" quantity: "400" }
  price: "1.9" shortfall { policy: TAKE_OR_PAY }
  rollover { intervals: 1 cap: "0.5" } }
commitment { id: "s" category: SPEND model: DISCONTINUOUS interval: QUARTERLY
  layer: 2 step { from: "2026-01-01T00:00:00Z" cost: "20000" }
  shortfall { policy: TAKE_OR_PAY } }
)";

// aws/y is the next contract's from 6 March on.
constexpr char kLater[] = R"(id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2026-07-01T00:00:00Z" }
effective: "2026-03-06T00:00:00Z"
rate { pool: "aws/x" price: "4" }
)";
constexpr char kNext[] = R"(id: "d" provider: "aws" currency: "USD"
term { start: "2026-03-06T00:00:00Z" end: "2026-07-01T00:00:00Z" }
rate { pool: "aws/y" price: "3" }
)";

class Books {
 public:
  explicit Books(uint64_t salt) : random_(salt) {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
    EXPECT_THAT(ledger_->ApplyContracts({{"c.textproto", kTerms}}), IsOk());
  }

  void Amend() {
    EXPECT_THAT(ledger_->ApplyContracts(
                    {{"later.textproto", kLater}, {"next.textproto", kNext}}),
                IsOk());
  }

  void Step() {
    now_us_ += random_.Between(1, kHour / 6);
    switch (random_.Between(0, 9)) {
      case 0:
        now_us_ += random_.Between(1, 30) * kHour;
        return;
      case 1:
        return Start();
      case 2:
        return Stop();
      case 3:
        return AddUsage();
      case 4:
        return Meter();
      default:
        return Import();
    }
  }

  // As it is, and as it was recorded by now.
  void ExpectSame(const char* period) {
    EXPECT_THAT(ledger_->Drain(), IsOk());
    StatementQuery query;
    query.contract = "c";
    query.period = period;
    query.at_us = now_us_ - now_us_ % kHour - kHour;
    const auto now = ledger_->MakeStatement(query);
    ASSERT_THAT(now, IsOk());
    query.as_of_us = now_us_ + 1;
    const auto anew = ledger_->MakeStatement(query);
    ASSERT_THAT(anew, IsOk());
    ASSERT_EQ(TextOf(*now), TextOf(*anew));
    ASSERT_EQ(now->notes, anew->notes);
    lines_ += now->lines.size();
  }
  size_t lines() const { return lines_; }

 private:
  std::string Id() { return "run" + std::to_string(++runs_); }
  std::string Tenant() {
    return random_.OneIn(12)  ? "new" + std::to_string(runs_)
           : random_.OneIn(2) ? "acme/a"
                              : "acme/b";
  }
  std::string Pool() { return random_.OneIn(3) ? "aws/y" : "aws/x"; }
  int64_t Past() {
    // Sometimes of the month before.
    return now_us_ -
           random_.Between(1, random_.OneIn(8) ? 900 : 90) * kHour / 2;
  }

  void Import() {
    RunRow row;
    row.key = {Id()};
    row.tenant = Tenant();
    row.pool = Pool();
    row.micro_gpus = random_.Between(1, 4) * kMicroGpusPerGpu;
    row.start_us = Past();
    row.end_us =
        std::min(now_us_, *row.start_us + random_.Between(1, 9) * kHour / 3);
    ASSERT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
  }
  void Start() {
    RunStart start;
    start.key = {Id()};
    start.tenant = Tenant();
    start.pool = Pool();
    start.micro_gpus = kMicroGpusPerGpu;
    start.at_us = now_us_ - random_.Between(0, 5) * kHour;
    ASSERT_THAT(ledger_->StartRun(start), IsOk());
    open_.push_back(start.key);
  }
  void Stop() {
    if (open_.empty()) return;
    ASSERT_THAT(ledger_->StopRun(open_.front(), now_us_), IsOk());
    open_.erase(open_.begin());
  }
  void AddUsage() {
    UsageRecord row;
    row.usage_id = Id();
    row.tenant = Tenant();
    row.pool = Pool();
    row.start_us = Past();
    row.end_us = std::min(now_us_, row.start_us + 2 * kHour);
    row.gpu_time = GpuTime(random_.Between(1, 5 * kHour));
    ASSERT_THAT(ledger_->ImportUsage({&row, 1}), IsOk());
  }
  void Meter() {
    const auto meter = ledger_->meter(Tenant(), Pool());
    ASSERT_THAT(meter, IsOk());
    meter->Record(random_.Between(1, kHour));
  }

  Random random_;
  ScratchDir dir_;
  int64_t now_us_ = *ParseInstant("2026-03-05T00:00:00Z");
  std::unique_ptr<Ledger> ledger_;
  int64_t runs_ = 0;
  std::vector<RunKey> open_;
  size_t lines_ = 0;
};

TEST(KeptStatementsTest, AsRatedFromTheBeginning) {
  for (uint64_t history = 0; history < 4; ++history) {
    SCOPED_TRACE("DRAWDOWN_SEED=" + std::to_string(TestSeed()) + " history " +
                 std::to_string(history));
    Books books(history);
    if (history % 2 == 1) books.Amend();
    for (int step = 0; step < 40; ++step) {
      books.Step();
      books.ExpectSame("2026-03");
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(books.lines(), 100u);
  }
}

}  // namespace
}  // namespace drawdown
