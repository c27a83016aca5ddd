// What the ledger says of quotas and holds: refusals, errors, one hold by name.
#include <algorithm>
#include <atomic>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/engine/quota_fixture.h"

namespace drawdown {
namespace {

class QuotaAnswersTest : public QuotaFixture {
 protected:
  std::vector<std::string> HoldsLike(const HoldQuery& query) {
    std::vector<std::string> ids;
    EXPECT_THAT(ledger_->VisitHolds(query,
                                    [&](const HoldInfo& hold) {
                                      ids.push_back(hold.hold_id);
                                      return true;
                                    }),
                IsOk());
    return ids;
  }
};

TEST_F(QuotaAnswersTest, OneHoldIsFoundByItsId) {
  for (const char* id : {"a", "ab", "b"}) {
    ASSERT_THAT(ledger_->PlaceHold(Hold(id, 1)), IsOk());
  }
  HoldQuery query;
  for (const char* id : {"a", "ab", "b"}) {
    query.hold_id = id;
    EXPECT_EQ(HoldsLike(query), std::vector<std::string>{id});
  }
  query.hold_id = "aa";
  EXPECT_EQ(HoldsLike(query), std::vector<std::string>());
  EXPECT_EQ(HoldsLike({}).size(), 3u);
}

TEST_F(QuotaAnswersTest, ABatchNamesNoHoldTwice) {
  const HoldRequest twice[] = {Hold("a", 1), Hold("b", 1), Hold("a", 1)};
  EXPECT_THAT(ledger_->PlaceHolds(twice),
              IsError(ErrorCode::kConflict, "hold a stands twice"));
  EXPECT_EQ(HoldsLike({}), std::vector<std::string>());
}

TEST_F(QuotaAnswersTest, ErrorsSayAmountsInUnits) {
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 2)), IsOk());
  QuotaSetting slice = Hours("acme/chat", 3);
  slice.limit->slice = true;
  EXPECT_THAT(ledger_->SetQuota(slice),
              IsError(ErrorCode::kInvalidArgument,
                      "would set aside 3 GPU-hours, more than its 2 "
                      "GPU-hours"));
  EXPECT_THAT(ledger_->SetQuota(Hours("acme", -1)),
              IsError(ErrorCode::kInvalidArgument,
                      "a limit of -1 GPU-hours is not in 0 to"));
  QuotaSetting rolling = Hours("acme", 1);
  rolling.scope.period = QuotaPeriod::kRolling;
  rolling.scope.rolling_us = 1'200 * kMicrosPerSecond;
  EXPECT_THAT(
      ledger_->SetQuota(rolling),
      IsError(ErrorCode::kInvalidArgument,
              "a rolling period of 1200 s is not whole buckets of 900 s"));
  ASSERT_THAT(ledger_->PlaceHold(Hold("a", 1)), IsOk());
  HoldRequest longer = Hold("a", 1);
  longer.ttl_us += 500'000;
  EXPECT_THAT(
      ledger_->PlaceHold(longer),
      IsError(ErrorCode::kConflict, "0 GPUs for 3600 s; this says acme/chat"));
  longer.ttl_us = 0;
  EXPECT_THAT(ledger_->PlaceHold(longer),
              IsError(ErrorCode::kBadRow, "it would last 0 s;"));
}

TEST_F(QuotaAnswersTest, HoldersAreThereForEachUnit) {
  ASSERT_THAT(ledger_->SetQuota(AtOnce("acme", 64)), IsOk());
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 20)), IsOk());
  ASSERT_THAT(ledger_->SetQuota(Hours("acme/chat", 10)), IsOk());
  HoldRequest both = Hold("both", 1);
  both.micro_gpus = 8 * kMicroGpusPerGpu;
  ASSERT_THAT(ledger_->PlaceHold(both), IsOk());
  ASSERT_THAT(ledger_->PlaceHold(Hold("time", 2)), IsOk());
  const auto explained = ledger_->ExplainQuota({.tenant = "acme/chat"});
  ASSERT_THAT(explained, IsOk());
  std::vector<std::string> found;
  for (const QuotaHolder& holder : explained->holders) {
    found.push_back(holder.hold_id + " " +
                    std::string(QuotaPeriodName(holder.period)) + " " +
                    FormatGpuSeconds(GpuTime(holder.held)));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{"both at_once 8", "both month 3600",
                                      "time month 7200"}));
}

TEST_F(QuotaAnswersTest, WhatMetersTookCountsTowardWhatRunsOut) {
  QuotaSetting ten = Hours("acme", 10);
  ten.scope.period = QuotaPeriod::kTotal;
  ASSERT_THAT(ledger_->SetQuota(ten), IsOk());
  const auto now_us = ledger_->HoldTime();
  ASSERT_THAT(now_us, IsOk());
  RunRow run;
  run.key = {"r1"};
  run.tenant = "acme/chat";
  run.pool = kPool;
  run.micro_gpus = kMicroGpusPerGpu;
  run.start_us = *now_us;
  ASSERT_THAT(ledger_->ImportRuns({&run, 1}), IsOk());
  auto next = ledger_->NextExhaustion();
  ASSERT_THAT(next, IsOk());
  ASSERT_TRUE(*next);
  EXPECT_EQ((*next)->at_us, *now_us + 10 * kMicrosPerHour);
  ASSERT_EQ((*next)->runs.biggest.size(), 1u);
  EXPECT_EQ((*next)->runs.biggest[0].run, run.key);
  auto meter = ledger_->meter("acme/chat", kPool);
  ASSERT_THAT(meter, IsOk());
  ASSERT_EQ(meter->TryRecord(4 * kMicrosPerHour), Decision::kAdmitted);
  next = ledger_->NextExhaustion();
  ASSERT_THAT(next, IsOk());
  ASSERT_TRUE(*next);
  EXPECT_EQ((*next)->at_us, *now_us + 6 * kMicrosPerHour);
}

// GPUs at once do not run out with time: a quota of them that is out is there
// with the present instant, and nobody is woken for it.
TEST_F(QuotaAnswersTest, GpusAtOnceThatAreOutAreThereNow) {
  const QuotaSetting gpus = AtOnce("acme", 2);
  ASSERT_THAT(ledger_->SetQuota(gpus), IsOk());
  const auto start = [this](const std::string& id) {
    RunStart run;
    run.key = {id};
    run.tenant = "acme/chat";
    run.pool = kPool;
    run.micro_gpus = kMicroGpusPerGpu;
    const auto now_us = ledger_->HoldTime();
    ASSERT_THAT(now_us, IsOk());
    run.at_us = *now_us;
    EXPECT_THAT(ledger_->StartRun(run), IsOk());
  };
  start("r1");
  auto all = ledger_->Exhaustions();
  ASSERT_THAT(all, IsOk());
  EXPECT_TRUE(all->empty());
  start("r2");
  const auto before_us = ledger_->HoldTime();
  ASSERT_THAT(before_us, IsOk());
  all = ledger_->Exhaustions();
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().kind, ExhaustionKind::kQuotaExhausted);
  EXPECT_GE(all->front().at_us, *before_us);
  EXPECT_LT(all->front().at_us, *before_us + kMicrosPerHour);
  EXPECT_EQ(all->front().quota, gpus.scope);
  EXPECT_EQ(all->front().runs.biggest.size(), 2u);
  const auto next = ledger_->NextExhaustion();
  ASSERT_THAT(next, IsOk());
  EXPECT_FALSE(*next);
}

TEST_F(QuotaAnswersTest, RunsUnderAQuotaAreTheBiggest) {
  ASSERT_THAT(ledger_->SetQuota(AtOnce("acme", 100)), IsOk());
  const auto now_us = ledger_->HoldTime();
  ASSERT_THAT(now_us, IsOk());
  std::vector<RunRow> runs;
  for (int i = 1; i <= 13; ++i) {
    RunRow run;
    run.key = {"r" + std::to_string(i)};
    run.tenant = i == 13 ? "globex" : "acme/chat";
    run.pool = kPool;
    run.micro_gpus = i * kMicroGpusPerGpu;
    run.start_us = *now_us - kMicrosPerHour;
    if (i == 12) run.end_us = *now_us;  // of no use for GPUs at once
    runs.push_back(run);
  }
  ASSERT_THAT(ledger_->ImportRuns(runs), IsOk());
  QuotaQuery query;
  query.tenant = "acme/chat";
  query.pool = kPool;
  query.micro_gpus = 50 * kMicroGpusPerGpu;
  const auto explained = ledger_->ExplainQuota(query);
  ASSERT_THAT(explained, IsOk());
  ASSERT_EQ(explained->users.size(), 1u);
  const QuotaRuns& users = explained->users[0].runs;
  ASSERT_EQ(users.biggest.size(), 10u);
  EXPECT_EQ(users.biggest[0].run.run_id, "r11");
  EXPECT_EQ(users.biggest[0].tenant, "acme/chat");
  EXPECT_TRUE(users.biggest[0].used == 11 * kMicroGpusPerGpu);
  EXPECT_EQ(users.biggest[9].run.run_id, "r2");
  EXPECT_EQ(users.more, 1u);
}

// acme/a lends all of its own, and of what it lends 50 are its own slice's,
// which nobody may borrow.
TEST_F(QuotaAnswersTest, WhatSlicesBelowASliceKeepIsPromisedOnce) {
  const auto slice = [](const std::string& tenant, int64_t hours) {
    QuotaSetting setting = Hours(tenant, hours);
    setting.limit->slice = true;
    return setting;
  };
  ASSERT_THAT(ledger_->SetQuota(Hours("acme", 100)), IsOk());
  QuotaSetting lends = slice("acme/a", 60);
  lends.limit->lending = lends.limit->nominal;
  ASSERT_THAT(ledger_->SetQuota(lends), IsOk());
  ASSERT_THAT(ledger_->SetQuota(slice("acme/a/x", 50)), IsOk());
  EXPECT_THAT(ledger_->SetQuota(slice("acme/b", 51)),
              IsError(ErrorCode::kInvalidArgument,
                      "would set aside 101 GPU-hours, more than its 100"));
  ASSERT_THAT(ledger_->SetQuota(slice("acme/b", 50)), IsOk());
  const auto states = ledger_->Quotas("acme");
  ASSERT_THAT(states, IsOk());
  EXPECT_TRUE(states->front().reserved == Int128{100} * kMicrosPerHour);
  EXPECT_TRUE(states->front().available == 0);
}

constexpr char kContract[] = R"(
id: "pac" provider: "aws" currency: "USD"
calendar { time_zone: "America/Los_Angeles" day_cut: "00:00"
           day_label: START month_day: 1 year_start: "01-01" }
term { start: "2026-08-01T00:00:00-07:00" end: "2027-08-01T00:00:00-07:00" }
grace: "1h"
pool { name: "aws/us-east-1/gb200" sku: "x" region: "r" gpus_per_unit: 1 }
rate { pool: "aws" price: "4" from: "2026-08-01T07:00:00Z" }
commitment { id: "b" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  layer: 1 applies { dimension: "pool" operator: IN
                     value: "aws/us-east-1/gb200" }
  step { from: "2026-08-01T00:00:00-07:00" quantity: "100" } price: "1.9"
  shortfall { policy: TAKE_OR_PAY price: "1.9" } }
)";
constexpr int64_t kMidJuly2026 = 1784073600 * kMicrosPerSecond;
constexpr int64_t kMidJuly2027 = 1815609600 * kMicrosPerSecond;
constexpr int64_t kMonth = 30 * 24 * kMicrosPerHour;

// Of a contract from 1 August 2026 to 31 July 2027.
class QuotaCalendarTest : public QuotaAnswersTest {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [this] { return now_us_.load(); };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
    ASSERT_THAT(ledger_->ApplyContracts({{"pac.textproto", kContract}}),
                IsOk());
  }
  void Limit(QuotaPeriod period) {
    QuotaSetting setting = Hours("acme", 10);
    setting.scope.period = period;
    setting.scope.contract = "pac";
    if (period == QuotaPeriod::kInterval) setting.scope.commitment = "b";
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  }
  // Held and settled: whether it was admitted.
  bool Use(int64_t hours) {
    const HoldRequest hold = Hold("h" + std::to_string(++holds_), hours);
    const auto placed = ledger_->PlaceHold(hold);
    EXPECT_THAT(placed, IsOk());
    if (!placed->admitted()) return false;
    EXPECT_THAT(ledger_->SettleHold(hold.hold_id, hold.gpu_time), IsOk());
    return true;
  }
  std::string Resets() {
    const auto states = ledger_->Quotas("acme");
    const std::optional<int64_t> end_us = states->front().window_end_us;
    return end_us ? FormatInstant(*end_us) : "never";
  }

  std::atomic<int64_t> now_us_{kMidJuly2026};
  int holds_ = 0;
};

// Venezuela was half an hour off from 9 December 2007 to 1 May 2016, so that
// months cut inside a bucket then.
std::string Venezuelan(const std::string& id, const std::string& start,
                       const std::string& end) {
  return "id: \"" + id + R"(" provider: "ve" currency: "USD"
calendar { time_zone: "America/Caracas" day_cut: "00:00" month_day: 1 }
pool { name: "ve/x" sku: "x" }
rate { pool: "ve/x" price: "4.10" from: ")" +
         start + "\" }\nterm { start: \"" + start + "\" end: \"" + end +
         "\" }\n";
}

// Before the term they are left out, that in which it begins too; after it the
// last one ends where its bucket begins.
TEST_F(QuotaCalendarTest, MonthsOutsideTheTermMayCutInsideABucket) {
  const struct {
    const char* id;
    const char* start;
    const char* end;
    const char* at;
    const char* resets;
  } kCases[] = {
      {"a", "2025-11-01T04:00:00Z", "2027-11-01T04:00:00Z",
       "2026-07-15T00:00:00Z", "2026-08-01T04:00:00Z"},
      {"b", "2016-05-02T04:00:00Z", "2017-05-02T04:00:00Z",
       "2016-05-20T00:00:00Z", "2016-06-01T04:00:00Z"},
      {"c", "2006-11-01T04:00:00Z", "2007-12-05T04:00:00Z",
       "2007-12-04T00:00:00Z", "2008-01-01T04:00:00Z"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.id);
    const std::string id = one.id;
    ASSERT_THAT(ledger_->ApplyContracts(
                    {{id + ".textproto", Venezuelan(id, one.start, one.end)}}),
                IsOk());
    QuotaSetting setting = Hours(id, 100);
    setting.scope.period = QuotaPeriod::kMonth;
    setting.scope.contract = id;
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
    const auto states = ledger_->Quotas(id, *ParseInstant(one.at));
    ASSERT_THAT(states, IsOk());
    ASSERT_EQ(states->size(), 1u);
    ASSERT_TRUE(states->front().window_end_us);
    EXPECT_EQ(FormatInstant(*states->front().window_end_us), one.resets);
  }
}

TEST_F(QuotaCalendarTest, MonthsDoNotNeedTheTerm) {
  Limit(QuotaPeriod::kMonth);
  for (const char* const resets :
       {"2026-08-01T07:00:00Z", "2026-09-01T07:00:00Z"}) {
    EXPECT_TRUE(Use(6));
    EXPECT_FALSE(Use(6));
    EXPECT_EQ(Resets(), resets);
    now_us_ += kMonth;
  }
  now_us_ = kMidJuly2027;
  for (const char* const resets :
       {"2027-08-01T07:00:00Z", "2027-09-01T07:00:00Z"}) {
    EXPECT_TRUE(Use(6));
    EXPECT_FALSE(Use(6));
    EXPECT_EQ(Resets(), resets);
    now_us_ += kMonth;
  }
  // In twenty years.
  now_us_ += 250 * kMonth;
  EXPECT_TRUE(Use(6));
  EXPECT_FALSE(Use(6));
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

// A hard limit is one before the first interval and after the last.
TEST_F(QuotaCalendarTest, OutsideIntervalsALimitHoldsToo) {
  Limit(QuotaPeriod::kInterval);
  EXPECT_TRUE(Use(6));
  EXPECT_FALSE(Use(6));
  EXPECT_EQ(Resets(), "2026-08-01T07:00:00Z");
  now_us_ += kMonth;
  EXPECT_TRUE(Use(6));
  EXPECT_EQ(Resets(), "2026-09-01T07:00:00Z");
  now_us_ = kMidJuly2027 + kMonth;
  EXPECT_TRUE(Use(6));
  now_us_ += kMonth;
  EXPECT_FALSE(Use(6));
  EXPECT_EQ(Resets(), "never");
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

// By a meter, whose usage is not drained: the numbers are those of that
// instant, and say why.
TEST_F(QuotaAnswersTest, ARefusalBesideMetersAddsUp) {
  QuotaSetting top = Hours("acme", 10);
  top.scope.period = QuotaPeriod::kTotal;
  QuotaSetting slice = Hours("acme/chat", 4);
  slice.scope.period = QuotaPeriod::kTotal;
  slice.limit->slice = true;
  slice.limit->borrowing = Int128{6} * kMicrosPerHour;
  ASSERT_THAT(ledger_->SetQuota(top), IsOk());
  ASSERT_THAT(ledger_->SetQuota(slice), IsOk());
  const auto meter = ledger_->meter("acme/other", kPool);
  const auto own = ledger_->meter("acme/chat", kPool);
  ASSERT_THAT(meter, IsOk());
  ASSERT_THAT(own, IsOk());
  ASSERT_EQ(meter->TryRecord(6 * kMicrosPerHour), Decision::kAdmitted);
  ASSERT_EQ(own->TryRecord(1 * kMicrosPerHour), Decision::kAdmitted);
  const auto admission = ledger_->PlaceHold(Hold("a", 4));
  ASSERT_THAT(admission, IsOk());
  ASSERT_FALSE(admission->admitted());
  const std::string said = DescribeRefusal(*admission->refusal);
  EXPECT_NE(said.find("acme on *: 10 GPU-hours in total, 7 used, 0 held, "
                      "3 set aside for slices, 4 asked"),
            said.npos)
      << said;
}

}  // namespace
}  // namespace drawdown
