// Meters that admit against the quotas of the books, beside holds, facts and
// changes of limits, in threads and in other processes.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "store/lmdb_store.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kStart = 495'000 * kMicrosPerHour;

class TryRecordTest : public testing::Test {
 protected:
  TryRecordTest() { ledger_ = Open(); }

  std::unique_ptr<Ledger> Open(
      std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    OpenOptions options;
    options.lock_timeout = patience;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_.load(); };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }

  void Limit(const std::string& tenant, int64_t nominal,
             QuotaPeriod period = QuotaPeriod::kTotal) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.scope.period = period;
    setting.limit = QuotaLimit{.nominal = nominal};
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  }
  Meter MeterOf(Ledger* ledger, const std::string& tenant) {
    const auto meter = ledger->meter(tenant, "p");
    EXPECT_THAT(meter, IsOk());
    return *meter;
  }
  bool Place(const std::string& id, const std::string& tenant, int64_t amount) {
    const auto placed = ledger_->PlaceHold({id, tenant, "p", GpuTime(amount)});
    EXPECT_THAT(placed, IsOk());
    return placed.ok() && placed->admitted();
  }
  // Until something is refused.
  static int64_t Exhaust(const Meter& meter, int64_t step) {
    int64_t admitted = 0;
    while (meter.TryRecord(step) == Decision::kAdmitted) admitted += step;
    return admitted;
  }
  int64_t Used(const std::string& tenant) {
    UsageQuery query;
    query.tenant = tenant;
    const auto answer = ledger_->Usage(query);
    EXPECT_THAT(answer, IsOk());
    return static_cast<int64_t>(answer->total.count());
  }
  QuotaState StateOf(const std::string& tenant) {
    const auto states = ledger_->Quotas(tenant);
    EXPECT_THAT(states, IsOk());
    for (const QuotaState& state : *states) {
      if (state.scope.tenant == tenant) return state;
    }
    ADD_FAILURE() << "no quota of " << tenant;
    return {};
  }

  ScratchDir dir_;
  std::atomic<int64_t> now_us_{kStart + 5};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(TryRecordTest, AdmitsToTheLimitAndNotBeyond) {
  Limit("a", 1'000'000);
  const Meter meter = MeterOf(ledger_.get(), "a/b");
  EXPECT_EQ(Exhaust(meter, 7), 1'000'000 / 7 * 7);
  EXPECT_EQ(meter.TryRecord(1), Decision::kAdmitted);
  EXPECT_EQ(meter.TryRecord(1), Decision::kQuotaExceeded);
  EXPECT_EQ(Used("a"), 1'000'000);
  EXPECT_TRUE(StateOf("a").available == 0);
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_EQ(meter.TryRecord(1), Decision::kQuotaExceeded);
  EXPECT_TRUE(StateOf("a").used == 1'000'000);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

TEST_F(TryRecordTest, NoQuotaNoLimit) {
  const Meter meter = MeterOf(ledger_.get(), "free");
  EXPECT_EQ(meter.TryRecord(1'000'000'000'000), Decision::kAdmitted);
  EXPECT_EQ(Used("free"), 1'000'000'000'000);
}

// What a meter has in its slice is given back for a hold, and what is held is
// not admitted.
TEST_F(TryRecordTest, HoldsAndMetersShareOneLimit) {
  Limit("a", 1'000'000);
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);
  EXPECT_FALSE(Place("too-much", "a", 999'991));
  ASSERT_TRUE(Place("h", "a", 999'980));
  EXPECT_EQ(Exhaust(meter, 1), 10);
  const auto refused = ledger_->PlaceHold({"x", "a", "p", GpuTime(1)});
  ASSERT_THAT(refused, IsOk());
  ASSERT_FALSE(refused->admitted());
  EXPECT_TRUE(refused->refusal->used == 20);
  EXPECT_TRUE(refused->refusal->held == 999'980);
  ASSERT_THAT(ledger_->ReleaseHold("h"), IsOk());
  EXPECT_EQ(Exhaust(meter, 1), 999'980);
}

// Of the lower quota so much is left with the meter that the hold would not fit
// there either; that is not used.
TEST_F(TryRecordTest, ARefusedHoldNamesTheQuotaThatIsShort) {
  Limit("o", 100'000);
  Limit("o/a", 140'000);
  const Meter meter = MeterOf(ledger_.get(), "o/a");
  ASSERT_EQ(meter.TryRecord(97'990), Decision::kAdmitted);
  ASSERT_EQ(meter.TryRecord(1), Decision::kAdmitted);  // with an allowance
  const auto refused = ledger_->PlaceHold({"x", "o/a", "p", GpuTime(42'000)});
  ASSERT_THAT(refused, IsOk());
  ASSERT_FALSE(refused->admitted());
  EXPECT_EQ(refused->refusal->scope.tenant, "o");
  EXPECT_EQ(static_cast<int64_t>(refused->refusal->used), 97'991);
}

TEST_F(TryRecordTest, ARefusalByTheBooksCountsWhatMetersTook) {
  Limit("a", 1'000);
  ASSERT_EQ(MeterOf(ledger_.get(), "a").TryRecord(300), Decision::kAdmitted);
  const auto refused = ledger_->PlaceHold({"x", "a", "p", GpuTime(1'001)});
  ASSERT_THAT(refused, IsOk());
  ASSERT_FALSE(refused->admitted());
  EXPECT_EQ(static_cast<int64_t>(refused->refusal->used), 300);
}

// What is said late has used something already: it must fit beside what meters
// have, and they give back what it takes.
TEST_F(TryRecordTest, ALateStartMustFitBesideMeters) {
  Limit("a", 1'000);
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(300), Decision::kAdmitted);
  ASSERT_TRUE(Place("h", "a", 100));
  now_us_ += 1'000;
  const auto start = [&](int64_t since_us) {
    const auto started = ledger_->StartRun(
        {{"r"}, "a", "p", kMicroGpusPerGpu, now_us_ - since_us, "h"});
    EXPECT_THAT(started, IsOk());
    return started.ok() && started->admitted();
  };
  EXPECT_FALSE(start(701));
  EXPECT_TRUE(start(700));
  EXPECT_EQ(meter.TryRecord(1), Decision::kQuotaExceeded);
  EXPECT_TRUE(StateOf("a").used == 1'000);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

// A suspension that is said after the month's end: what the run used of the
// new month was not used, and its hold keeps all of it there, and what the old
// month gave back too. Meters give it what they have not used.
TEST_F(TryRecordTest, ALateSuspensionTakesRoomAwayFromMeters) {
  const int64_t edge_us = *ParseInstant("2026-11-01T00:00:00Z");
  now_us_ = edge_us - 1'000;
  Limit("a", 4'000, QuotaPeriod::kMonth);
  ASSERT_TRUE(Place("h", "a", 3'000));
  ASSERT_TRUE(
      ledger_->StartRun({{"r"}, "a", "p", kMicroGpusPerGpu, now_us_, "h"})
          ->admitted());
  now_us_ = edge_us + 500;
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(1'000), Decision::kAdmitted);
  // 500 used, 1,500 held, 1,000 recorded: 1,000 are left.
  ASSERT_THAT(ledger_->SuspendRun({"r"}, edge_us - 500), IsOk());
  // 2,500 held, 1,000 recorded.
  EXPECT_EQ(Exhaust(meter, 1), 500);
  const QuotaState state = StateOf("a");
  EXPECT_TRUE(state.used == 1'500 && state.held == 2'500);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

TEST_F(TryRecordTest, ABatchThatIsRefusedGivesAllOfItsPartsBack) {
  Limit("a", 100);
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);
  const std::vector<HoldRequest> batch = {{"h1", "a", "p", GpuTime(40)},
                                          {"h2", "a", "p", GpuTime(40)},
                                          {"h3", "a", "p", GpuTime(40)}};
  const auto placed = ledger_->PlaceHolds(batch);
  ASSERT_THAT(placed, IsOk());
  EXPECT_FALSE(placed->admitted());
  EXPECT_EQ(Exhaust(meter, 1), 90);
}

TEST_F(TryRecordTest, FactsAndLowerLimitsTakeRoomAway) {
  Limit("a", 1'000);
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);
  UsageRecord record;
  record.usage_id = "u";
  record.tenant = "a/c";
  record.pool = "p";
  record.start_us = kStart;
  record.end_us = kStart + 1;
  record.gpu_time = GpuTime(900);
  ASSERT_THAT(ledger_->ImportUsage({&record, 1}), IsOk());
  EXPECT_EQ(Exhaust(meter, 1), 90);
  Limit("a", 500);
  EXPECT_EQ(meter.TryRecord(1), Decision::kQuotaExceeded);
  Limit("a", 1'003);
  EXPECT_EQ(Exhaust(meter, 1), 3);
  meter.Record(50);  // A fact: booked, and felt when it is drained.
  Limit("a", 1'060);
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_EQ(Exhaust(meter, 1), 7);
  EXPECT_TRUE(StateOf("a").used == 1'060);
}

// What meters took is used for whoever asks whether something would fit, and
// what is left in slices is not.
TEST_F(TryRecordTest, ExplainAndQuotesCountWhatMetersTook) {
  Limit("a", 1'000'000);
  const Meter meter = MeterOf(ledger_.get(), "a/b");
  ASSERT_EQ(meter.TryRecord(400'000), Decision::kAdmitted);
  ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);  // fills a slice
  const auto fits = [&](int64_t amount) {
    QuotaQuery query;
    query.tenant = "a/c";
    query.pool = "p";
    query.gpu_time = GpuTime(amount);
    const auto explained = ledger_->ExplainQuota(query);
    EXPECT_THAT(explained, IsOk());
    EXPECT_TRUE(explained->quotas.front().used == 400'010);
    const auto quote =
        ledger_->QuoteHold({"q", "a/b", "p", GpuTime(amount), 0, 1'000'000});
    EXPECT_THAT(quote, IsOk());
    EXPECT_EQ(quote->admission.admitted(), explained->admission.admitted());
    return explained->admission.admitted();
  };
  EXPECT_FALSE(fits(599'991));
  EXPECT_TRUE(fits(599'990));
  EXPECT_FALSE(Place("h", "a/c", 599'991));
  EXPECT_TRUE(Place("h", "a/c", 599'990));
}

// Whatever is wrong with the file that live meters share, it follows from the
// books.
TEST_F(TryRecordTest, ADamagedBudgetsFileHealsItself) {
  Limit("a", 1'000);
  {
    const Meter meter = MeterOf(ledger_.get(), "a");
    ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);
  }
  ledger_.reset();
  int damaged = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(dir_.Path("books/live"))) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("budgets.")) continue;
    std::filesystem::resize_file(entry.path(), 100);
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
  ledger_ = Open();
  EXPECT_TRUE(Place("h", "a", 90));
  EXPECT_EQ(Exhaust(MeterOf(ledger_.get(), "a"), 1), 900);
}

// A writer that does not let go makes a call wait for its patience, not for the
// ledger's lock timeout, which here is longer than any test may take.
TEST_F(TryRecordTest, ACallThatMustAskTheBooksGivesUpInTime) {
  Limit("a", 1'000, QuotaPeriod::kMonth);
  ledger_.reset();
  ledger_ = Open(std::chrono::hours(24));
  const Meter meter = MeterOf(ledger_.get(), "a");
  ASSERT_EQ(meter.TryRecord(10), Decision::kAdmitted);
  {
    const auto store =
        OpenLmdbStore(dir_.Path("books"), {.allow_any_filesystem = true});
    ASSERT_THAT(store, IsOk());
    const auto writer = (*store)->BeginWrite();
    ASSERT_THAT(writer, IsOk());
    Decision decision = Decision::kAdmitted;
    now_us_ += 40 * 24 * kMicrosPerHour;  // a new window: the books are asked
    std::thread([&] { decision = meter.TryRecord(1); }).join();
    EXPECT_EQ(decision, Decision::kBusy);
  }
  EXPECT_EQ(Exhaust(meter, 1), 1'000);
}

// A month turns while slices are out.
TEST_F(TryRecordTest, WindowsTurn) {
  now_us_ = *ParseInstant("2026-10-31T23:59:59Z");
  Limit("a", 1'000, QuotaPeriod::kMonth);
  const Meter meter = MeterOf(ledger_.get(), "a");
  EXPECT_EQ(Exhaust(meter, 1), 1'000);
  now_us_ = *ParseInstant("2026-11-01T00:00:00Z");
  EXPECT_EQ(Exhaust(meter, 1), 1'000);
  EXPECT_EQ(Used("a"), 2'000);
  EXPECT_TRUE(StateOf("a").used == 1'000);
}

TEST_F(TryRecordTest, AHoldThatExpiresMakesRoom) {
  Limit("a", 1'000);
  const Meter meter = MeterOf(ledger_.get(), "a");
  const auto placed = ledger_->PlaceHold(
      {"h", "a", "p", GpuTime(600), 0, /*ttl_us=*/1'000'000});
  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(Exhaust(meter, 1), 400);
  now_us_ += 1'000'000;
  EXPECT_EQ(Exhaust(meter, 1), 600);
}

// Limits that begin and end while meters run, with nobody there to say so.
TEST_F(TryRecordTest, LimitsBeginAndEndByTheClock) {
  QuotaSetting setting;
  setting.scope.tenant = "a";
  setting.scope.period = QuotaPeriod::kTotal;
  setting.limit = QuotaLimit{.nominal = 500};
  setting.from_us = now_us_ + 100;
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  const Meter meter = MeterOf(ledger_.get(), "a");
  EXPECT_EQ(meter.TryRecord(300), Decision::kAdmitted);
  now_us_ += 100;
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_EQ(Exhaust(meter, 1), 200);
  setting.limit.reset();
  setting.from_us = now_us_ + 100;
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  EXPECT_EQ(meter.TryRecord(1), Decision::kQuotaExceeded);
  now_us_ += 100;
  EXPECT_EQ(meter.TryRecord(1'000), Decision::kAdmitted);
}

// Slices of a tenant are its own, whoever else wants them.
TEST_F(TryRecordTest, SlicesAreKeptForTheirTenant) {
  Limit("a", 1'000);
  QuotaSetting setting;
  setting.scope.tenant = "a/own";
  setting.scope.period = QuotaPeriod::kTotal;
  setting.limit = QuotaLimit{.nominal = 300, .slice = true};
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  const Meter other = MeterOf(ledger_.get(), "a/other");
  const Meter own = MeterOf(ledger_.get(), "a/own");
  EXPECT_EQ(Exhaust(other, 1), 700);
  EXPECT_EQ(Exhaust(own, 1), 300);
  EXPECT_EQ(Used("a"), 1'000);
}

TEST_F(TryRecordTest, ThreadsHoldsAndReleasesNeverPassTheLimit) {
  constexpr int64_t kLimit = 200'000;
  Limit("a", kLimit);
  const Meter meter = MeterOf(ledger_.get(), "a");
  std::atomic<int64_t> admitted{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        if (meter.TryRecord(3) == Decision::kAdmitted) admitted += 3;
      }
    });
  }
  for (int i = 0; i < 40; ++i) {
    const std::string id = "h" + std::to_string(i);
    if (!Place(id, "a", 20'000)) continue;
    // Asked while the meters go on: what is admitted later is not in it.
    const QuotaState state = StateOf("a");
    EXPECT_TRUE(state.available >= 0);
    ASSERT_THAT(ledger_->ReleaseHold(id), IsOk());
  }
  while (meter.TryRecord(3) != Decision::kQuotaExceeded) admitted += 3;
  done = true;
  for (std::thread& thread : threads) thread.join();
  while (meter.TryRecord(1) == Decision::kAdmitted) admitted += 1;
  EXPECT_EQ(admitted, kLimit);
  EXPECT_EQ(Used("a"), kLimit);
}

// Processes that are killed wherever they are: what they had not used comes
// back, what they used is there.
TEST_F(TryRecordTest, KilledProcessesGiveBackWhatTheyDidNotUse) {
  constexpr int64_t kLimit = 100'000'000;
  Limit("a", kLimit);
  for (int round = 0; round < 8; ++round) {
    std::vector<pid_t> children;
    for (int c = 0; c < 3; ++c) {
      const pid_t pid = fork();
      if (pid == 0) {
        const auto ledger = Open();
        const Meter meter = MeterOf(ledger.get(), "a/" + std::to_string(c));
        for (int i = 0;; ++i) {
          (void)meter.TryRecord(11);
          if (i % 5'000 != 0) continue;
          const std::string id =
              std::to_string(getpid()) + "-" + std::to_string(i);
          (void)ledger->PlaceHold({id, "a", "p", GpuTime(1'000), 0,
                                   /*ttl_us=*/3'600'000'000});
          if (i % 10'000 == 0) (void)ledger->ReleaseHold(id);
        }
      }
      children.push_back(pid);
    }
    usleep(60'000);
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      ASSERT_EQ(waitpid(child, nullptr, 0), child);
    }
  }
  ASSERT_THAT(ledger_->Drain(), IsOk());
  const QuotaState state = StateOf("a");
  EXPECT_TRUE(state.used == Used("a"));
  EXPECT_TRUE(state.available >= 0);
  const Meter meter = MeterOf(ledger_.get(), "a");
  const int64_t left = static_cast<int64_t>(state.available);
  int64_t admitted = 0;
  for (const int64_t step : {1'000'000, 1'000, 1}) {
    admitted += Exhaust(meter, step);
  }
  EXPECT_EQ(admitted, left);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

}  // namespace
}  // namespace drawdown
