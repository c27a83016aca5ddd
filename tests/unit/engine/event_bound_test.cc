// Events that lie ahead of the ledger's clock: too far is refused, a little is
// booked, and has used nothing before it is there.
#include <atomic>
#include <chrono>
#include <fstream>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kMinute = kHour / 60;
constexpr int64_t kGpu = kMicroGpusPerGpu;
constexpr int64_t kBound = 10 * kMinute;
constexpr int64_t kBegin = 495'000 * kHour;

class EventBoundTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    ledger_.reset();
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_.load(); };
    auto opened = Ledger::Open(dir_.Path("books"), options);
    ASSERT_THAT(opened, IsOk());
    ledger_ = *std::move(opened);
  }
  int64_t AtBound() const { return now_us_ + kBound; }
  int64_t Beyond() const { return now_us_ + kBound + 1; }
  absl::Status Start(const std::string& id, int64_t at_us) {
    return ledger_->StartRun({{id}, "acme", "p", kGpu, at_us}).status();
  }
  // Names the event, its instant, the clock and the bound.
  static auto TooFar(const std::string& event) {
    return IsError(ErrorCode::kBadRow,
                   event +
                       " at 2026-06-21T00:10:00.000001Z is more than 10 "
                       "minutes ahead of the ledger's clock, "
                       "2026-06-21T00:00:00Z");
  }
  absl::Status Import(const char* verb, const std::string& text) {
    const std::string path = dir_.Path(std::string(verb) + ".csv");
    std::ofstream(path) << text;
    if (std::string_view(verb) == "usage") {
      return ledger_->ImportUsageFiles({path}).status();
    }
    if (std::string_view(verb) == "correct") {
      return ledger_->CorrectRunsFile(path, "wrong").status();
    }
    return ledger_->ImportRunFiles({path}).status();
  }

  ScratchDir dir_;
  std::atomic<int64_t> now_us_{kBegin};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(EventBoundTest, EveryChangeOfARunHasIt) {
  EXPECT_THAT(Start("r", Beyond()), TooFar("start of run r attempt 1"));
  const RunStart tasks[] = {{{"t[1]"}, "acme", "p", kGpu, kBegin},
                            {{"t[2]"}, "acme", "p", kGpu, Beyond()}};
  EXPECT_THAT(ledger_->StartRuns(tasks).status(),
              TooFar("start of run t[2] attempt 1"));
  EXPECT_EQ(ledger_->Info().entries, 0u);

  ASSERT_THAT(Start("r", kBegin - kHour), IsOk());
  const uint64_t entries = ledger_->Info().entries;
  EXPECT_THAT(ledger_->ResizeRun({"r"}, 2 * kGpu, Beyond()).status(),
              TooFar("resize of run r attempt 1"));
  EXPECT_THAT(ledger_->SuspendRun({"r"}, Beyond()),
              TooFar("suspension of run r attempt 1"));
  EXPECT_THAT(ledger_->StopRun({"r"}, Beyond()),
              TooFar("stop of run r attempt 1"));
  EXPECT_THAT(ledger_->HeartbeatRun({"r"}, Beyond()),
              TooFar("heartbeat of run r attempt 1"));
  EXPECT_THAT(ledger_->ConfirmGhost({"r"}, {}, Beyond()),
              TooFar("confirmed silence of run r attempt 1"));
  EXPECT_EQ(ledger_->Info().entries, entries);

  ASSERT_THAT(ledger_->SuspendRun({"r"}, kBegin), IsOk());
  EXPECT_THAT(ledger_->ResumeRun({"r"}, Beyond()).status(),
              TooFar("resumption of run r attempt 1"));
  // The bound itself is allowed, and what was allowed can be repeated later.
  EXPECT_THAT(ledger_->ResumeRun({"r"}, AtBound()), IsOk());
  EXPECT_THAT(Start("s", AtBound()), IsOk());
  now_us_ += kHour;
  EXPECT_THAT(Start("s", kBegin + kBound), IsOk());
}

TEST_F(EventBoundTest, ImportsFromMemoryHaveIt) {
  const RunRow start = {{"a"}, "acme", "p", kGpu, Beyond(), {}, ""};
  EXPECT_THAT(ledger_->ImportRuns({&start, 1}).status(),
              TooFar("start of run a attempt 1"));
  const RunRow end = {{"a"}, "acme", "p", kGpu, kBegin, Beyond(), ""};
  EXPECT_THAT(ledger_->ImportRuns({&end, 1}).status(),
              TooFar("end of run a attempt 1"));
  const UsageRecord usage = {"u", "acme", "p", kBegin, Beyond(), GpuTime(1)};
  EXPECT_THAT(ledger_->ImportUsage({&usage, 1}).status(),
              TooFar("end of usage u"));
  EXPECT_EQ(ledger_->Info().entries, 0u);
  // What a provider announces is no event.
  const CapacityRecord capacity = {"p", kBegin + 100 * kHour,
                                   kBegin + 200 * kHour, kGpu,
                                   CapacityState::kDelivered};
  EXPECT_THAT(ledger_->ImportCapacity({&capacity, 1}), IsOk());
}

TEST_F(EventBoundTest, ImportsOfFilesNameTheRowAndPostNone) {
  const std::string header = "run_id,tenant,pool,gpus,start,end\n";
  const std::string good = "a,acme,p,1,2026-06-20T00:00:00Z,\n";
  const absl::Status refused = Import(
      "runs", header + good +
                  "b,acme,p,1,2026-06-21T00:10:00.000001Z,\n"
                  "c,acme,p,1,2026-06-20T00:00:00Z,2027-06-21T00:00:00Z\n");
  EXPECT_THAT(refused, TooFar("start of run b attempt 1"));
  EXPECT_THAT(refused, IsError(ErrorCode::kBadRow, "runs.csv:3"));
  EXPECT_THAT(refused, IsError(ErrorCode::kBadRow, "runs.csv:4"));
  EXPECT_THAT(refused, IsError(ErrorCode::kBadRow, "end of run c attempt 1"));
  EXPECT_EQ(ledger_->Info().entries, 0u);
  EXPECT_THAT(Import("usage",
                     "usage_id,tenant,pool,start,end,gpu_seconds\n"
                     "u,acme,p,2026-06-21T00:00:00Z,"
                     "2026-06-21T00:10:00.000001Z,5\n"),
              TooFar("end of usage u"));
  ASSERT_THAT(Import("runs", header + good), IsOk());
  const uint64_t entries = ledger_->Info().entries;
  EXPECT_THAT(Import("correct", header + "a,acme,p,1,2026-06-20T00:00:00Z,"
                                         "2026-06-21T00:10:00.000001Z\n"),
              TooFar("end of run a attempt 1"));
  EXPECT_EQ(ledger_->Info().entries, entries);
}

// A run that a clock which was fast has put ahead can be withdrawn by the row
// that it was imported with.
TEST_F(EventBoundTest, AVoidRowMayNameAnyInstant) {
  const std::string header = "run_id,tenant,pool,gpus,start,end,state\n";
  const std::string row =
      "a,acme,p,1,2026-06-20T00:00:00Z,2026-06-21T02:00:00Z,";
  now_us_ = kBegin + 2 * kHour;
  ASSERT_THAT(Import("runs", header + row + "\n"), IsOk());
  now_us_ = kBegin;
  EXPECT_THAT(Import("correct", header + row + "done\n"),
              IsError(ErrorCode::kBadRow, "minutes ahead"));
  ASSERT_THAT(Import("correct", header + row + "VOID\n"), IsOk());
  UsageQuery query;
  query.at_us = kBegin + 100 * kHour;
  const auto usage = ledger_->Usage(query);
  ASSERT_THAT(usage, IsOk());
  EXPECT_EQ(usage->total, GpuTime());
}

// Books that were written before there was a bound, or while the clock was
// wrong, stay readable.
TEST_F(EventBoundTest, TheBooksAreReadAsTheyAre) {
  now_us_ = kBegin + 1'000 * kHour;
  ASSERT_THAT(Start("r", now_us_), IsOk());
  ASSERT_THAT(ledger_->StopRun({"r"}, AtBound()), IsOk());
  now_us_ = kBegin;
  Open();
  const auto report = ledger_->VerifyInProcess();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok);
  UsageQuery query;
  query.as_of_us = kBegin + 2'000 * kHour;
  const auto usage = ledger_->Usage(query);
  ASSERT_THAT(usage, IsOk());
  EXPECT_EQ(usage->total, GpuTime(kBound));
  EXPECT_THAT(Start("new", Beyond()), TooFar("start of run new attempt 1"));
}

// --- within the bound: never over, and nothing refused that fits -------------
class LaterStartTest : public EventBoundTest {
 protected:
  void SetUp() override {
    EventBoundTest::SetUp();
    QuotaSetting setting;
    setting.scope.tenant = "acme";
    setting.limit = QuotaLimit{.nominal = Int128{100} * kHour};
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  }
  QuotaState State() {
    const auto states = ledger_->Quotas();
    EXPECT_THAT(states, IsOk());
    EXPECT_EQ(states->size(), 1u);
    return states->front();
  }
  bool Place(const std::string& id, int64_t amount,
             int64_t ttl_us = 24 * kHour) {
    const auto placed =
        ledger_->PlaceHold({id, "acme", "p", GpuTime(amount), 0, ttl_us});
    EXPECT_THAT(placed, IsOk());
    return placed.ok() && placed->admitted();
  }
  // The hold, as `holds` and as `quota explain` show it.
  void ExpectHeld(const std::string& id, Int128 held) {
    EXPECT_THAT(ledger_->VisitHolds({},
                                    [&](const HoldInfo& info) {
                                      if (info.hold_id != id) return true;
                                      EXPECT_EQ(info.held, GpuTime(held));
                                      return false;
                                    }),
                IsOk());
    const auto explained = ledger_->ExplainQuota({"acme", ""});
    ASSERT_THAT(explained, IsOk());
    Int128 explained_held = 0;
    for (const QuotaHolder& holder : explained->holders) {
      if (holder.hold_id == id) explained_held += holder.held;
    }
    EXPECT_EQ(GpuTime(explained_held), GpuTime(held));
  }
  void ExpectUsed(Int128 used, Int128 held, Int128 accruing) {
    const QuotaState state = State();
    EXPECT_TRUE(state.used == used) << FormatGpuHours(GpuTime(state.used));
    EXPECT_TRUE(state.held == held) << FormatGpuHours(GpuTime(state.held));
    EXPECT_TRUE(state.accruing == accruing);
  }
};

TEST_F(LaterStartTest, AnImportedRunHasUsedNothingBeforeItBegins) {
  const RunRow row = {{"r"}, "acme", "p", 100 * kGpu, AtBound(), {}, ""};
  ASSERT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
  ExpectUsed(0, 0, 0);
  EXPECT_FALSE(Place("h", 100 * kHour + 1));
  EXPECT_TRUE(Place("h", 100 * kHour));
  now_us_ += kBound;
  ExpectUsed(0, 100 * kHour, 100 * kGpu);
  now_us_ += kMinute;
  ExpectUsed(100 * kMinute, 100 * kHour, 100 * kGpu);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

// Nor does its hold hold more than it was placed with, nor a renewal ask for
// more than it adds.
TEST_F(LaterStartTest, AHoldIsDrawnFromTheStartOn) {
  ASSERT_TRUE(Place("h", 10 * kHour, kMinute));
  ASSERT_THAT(
      ledger_->StartRun({{"r"}, "acme", "p", 60 * kGpu, AtBound(), "h"}),
      IsOk());
  ExpectUsed(0, 10 * kHour, 0);
  ExpectHeld("h", 10 * kHour);
  now_us_ += kMinute;  // The hold is over before the run begins.
  ExpectUsed(0, 0, 0);
  EXPECT_FALSE(Place("x", 100 * kHour + 1));
  ASSERT_TRUE(Place("x", 90 * kHour));
  HoldRenewal renewal;
  renewal.hold_id = "h";
  renewal.renewal = 1;
  renewal.ttl_us = kHour;
  const auto renewed = ledger_->RenewHold(renewal);
  ASSERT_THAT(renewed, IsOk());
  EXPECT_TRUE(renewed->admitted());
  ExpectUsed(0, 100 * kHour, 0);
  ExpectHeld("h", 10 * kHour);
  now_us_ += kBound;  // One minute of the run.
  ExpectUsed(kHour, 99 * kHour, 0);
  ExpectHeld("h", 9 * kHour);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

// The segment before lasts, in the books, until the instant that was given.
TEST_F(LaterStartTest, GrowthAheadOfTimeHasUsedNothingMoreBeforeIt) {
  ASSERT_TRUE(Place("h", kHour));
  ASSERT_THAT(ledger_->StartRun({{"r"}, "acme", "p", kGpu, now_us_, "h"}),
              IsOk());
  now_us_ += kMinute;
  ASSERT_THAT(ledger_->ResizeRun({"r"}, 100 * kGpu, now_us_ + 5 * kMinute),
              IsOk());
  ExpectUsed(6 * kMinute, 54 * kMinute, 0);
  now_us_ += 5 * kMinute;
  ExpectUsed(6 * kMinute, 54 * kMinute, 0);
  now_us_ += kMinute;  // The hold was spent on the way.
  ExpectUsed(106 * kMinute, 0, 100 * kGpu);
}

TEST_F(LaterStartTest, GpusAtOnceAreTakenFromWhenItIsSaid) {
  QuotaSetting setting;
  setting.scope.tenant = "other";
  setting.scope.period = QuotaPeriod::kAtOnce;
  setting.limit = QuotaLimit{.nominal = kGpu};
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  ASSERT_THAT(ledger_->StartRun({{"r"}, "other", "p", kGpu, AtBound()}),
              IsOk());
  const auto second = ledger_->StartRun({{"s"}, "other", "p", kGpu, now_us_});
  ASSERT_THAT(second, IsOk());
  EXPECT_FALSE(second->admitted());
}

// Meters ask anew when the run begins: what they may have falls from then on.
TEST_F(LaterStartTest, MetersFeelItWhenItBegins) {
  const auto meter = ledger_->meter("acme", "p");
  ASSERT_THAT(meter, IsOk());
  ASSERT_EQ(meter->TryRecord(1), Decision::kAdmitted);
  const RunRow row = {{"r"}, "acme", "p", 100 * kGpu, AtBound(), {}, ""};
  ASSERT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
  EXPECT_EQ(meter->TryRecord(100 * kHour), Decision::kQuotaExceeded);
  EXPECT_EQ(meter->TryRecord(40 * kHour), Decision::kAdmitted);
  now_us_ += kBound + kHour / 2;  // 50 of 100 GPU-hours.
  EXPECT_EQ(meter->TryRecord(10 * kHour), Decision::kQuotaExceeded);
  EXPECT_EQ(meter->TryRecord(9 * kHour), Decision::kAdmitted);
}

}  // namespace
}  // namespace drawdown
