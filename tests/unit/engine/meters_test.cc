// Live meters through the public interface: what is counted is in the answers
// at once, in its bucket, exactly once, whoever drains.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "drawdown/meter.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kTen = 493'000 * kHour;  // a bucket's start, in 2026

class MetersTest : public testing::Test {
 protected:
  void SetUp() override { ledger_ = Open(); }

  std::unique_ptr<Ledger> Open() {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_.load(); };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }
  Meter Bind(std::string_view tenant, std::string_view pool = "aws/us/gb200") {
    const auto meter = ledger_->meter(tenant, pool);
    EXPECT_THAT(meter, IsOk());
    return *meter;
  }
  GpuTime Total(UsageQuery query = {}) {
    const auto answer = ledger_->Usage(query);
    EXPECT_THAT(answer, IsOk());
    return answer->total;
  }
  // GPU-microseconds by hour, from `kTen`'s hour on.
  std::vector<int64_t> Hours(int count) {
    std::vector<int64_t> hours;
    for (int i = 0; i < count; ++i) {
      UsageQuery query;
      query.from_us = kTen + i * kHour;
      query.to_us = kTen + (i + 1) * kHour;
      hours.push_back(static_cast<int64_t>(Total(query).count()));
    }
    return hours;
  }
  void Drain() { EXPECT_THAT(ledger_->Drain(), IsOk()); }
  uint64_t Entries() { return ledger_->Info().entries; }

  ScratchDir dir_;
  std::atomic<int64_t> now_us_{kTen + 30 * 60 * kMicrosPerSecond};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(MetersTest, CountsAreInTheAnswersBeforeAnyDrain) {
  const Meter chat = Bind("acme/chat");
  const Meter search = Bind("acme/search");
  chat.Record(1'000);
  chat.Record(2'000);
  search.Record(5);
  EXPECT_EQ(Total(), GpuTime(3'005));
  UsageQuery query;
  query.tenant = "acme/search";
  EXPECT_EQ(Total(query), GpuTime(5));
}

// An answer "up to now" is up to the instant the meters were read at, however
// much time passes inside the call.
TEST_F(MetersTest, UsageUpToNowIsNotProrated) {
  Bind("acme").Record(1'000'001);
  OpenOptions options;
  options.now_us = [this] { return now_us_ += kMicrosPerSecond; };
  const auto other = Ledger::Open(dir_.Path("books"), options);
  ASSERT_THAT(other, IsOk());
  const auto answer = (*other)->Usage({});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->total, GpuTime(1'000'001));
  EXPECT_TRUE(answer->notes.empty());
}

// More than a thread has views of.
TEST_F(MetersTest, MetersOfManyLedgersCountApart) {
  constexpr int kLedgers = 11;
  std::vector<std::unique_ptr<Ledger>> ledgers;
  std::vector<Meter> meters;
  OpenOptions options;
  options.create_if_missing = true;
  options.drain_interval = std::chrono::milliseconds(0);
  for (int i = 0; i < kLedgers; ++i) {
    auto ledger = Ledger::Open(dir_.Path(std::to_string(i)), options);
    ASSERT_THAT(ledger, IsOk());
    const auto meter = (*ledger)->meter("acme", "aws/us/gb200");
    ASSERT_THAT(meter, IsOk());
    ledgers.push_back(*std::move(ledger));
    meters.push_back(*meter);
  }
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < kLedgers; ++i) {
      meters[i].Record(1 << i);
      meters[i].Record(-1);
    }
    for (int i = 0; i < kLedgers; ++i) {
      const auto live = ledgers[i]->Live();
      ASSERT_THAT(live, IsOk());
      EXPECT_EQ(live->undrained, GpuTime(round << i));
      EXPECT_EQ(live->rejected, static_cast<uint64_t>(round));
    }
  }
}

TEST_F(MetersTest, DrainsChangeNoAnswer) {
  const Meter meter = Bind("acme");
  for (int i = 0; i < 5; ++i) {
    meter.Record(7);
    Drain();
    EXPECT_EQ(Total(), GpuTime(7 * (i + 1)));
  }
  now_us_ += kHour;
  Drain();
  EXPECT_EQ(Total(), GpuTime(35));
  const uint64_t entries = Entries();
  Drain();
  EXPECT_EQ(Entries(), entries);
}

TEST_F(MetersTest, UsageLandsInTheBucketThatIsCurrent) {
  const Meter meter = Bind("acme");
  meter.Record(1);
  now_us_ = kTen + kHour;
  Drain();
  meter.Record(10);
  now_us_ = kTen + 2 * kHour;
  Drain();
  meter.Record(100);
  now_us_ = kTen + 4 * kHour + 1;
  Drain();
  meter.Record(1'000);
  now_us_ += 60 * kMicrosPerSecond;
  EXPECT_EQ(Hours(5), (std::vector<int64_t>{1, 10, 100, 0, 1'000}));
}

TEST_F(MetersTest, ABucketIsJournalledOnceWhenItIsOver) {
  const Meter meter = Bind("acme");
  const uint64_t before = Entries();
  for (int i = 0; i < 3; ++i) {
    meter.Record(1);
    Drain();
  }
  EXPECT_EQ(Entries(), before);
  now_us_ += kHour;
  Drain();
  EXPECT_EQ(Entries(), before + 2);  // the amount and its commit
}

TEST_F(MetersTest, TheSameNamesAreTheSameMeter) {
  EXPECT_EQ(Bind("acme").id(), Bind("acme").id());
  EXPECT_NE(Bind("acme").id(), Bind("acme2").id());
}

TEST_F(MetersTest, ANegativeAmountIsCountedAsRejected) {
  const Meter meter = Bind("acme");
  meter.Record(-1);
  meter.Record(4);
  meter.Record(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Total(), GpuTime(4));
  EXPECT_EQ(ledger_->Live()->rejected, 2u);
}

TEST_F(MetersTest, AMeterOutlivesItsLedger) {
  const Meter meter = Bind("acme");
  meter.Record(3);
  ledger_.reset();
  meter.Record(4);
  ledger_ = Open();
  EXPECT_EQ(Total(), GpuTime(7));
  Drain();
  EXPECT_EQ(Total(), GpuTime(7));
}

TEST_F(MetersTest, ThreadsGiveTheirLanesBack) {
  const Meter meter = Bind("acme");
  for (int i = 0; i < 50; ++i) {
    std::thread([meter] { meter.Record(1); }).join();
  }
  EXPECT_EQ(Total(), GpuTime(50));
  const auto view = ledger_->Live();
  ASSERT_THAT(view, IsOk());
  ASSERT_EQ(view->owners.size(), 1u);
  EXPECT_LE(view->owners[0].lanes, 2u);  // overflow and one
}

TEST_F(MetersTest, AForkedChildCountsInAFileOfItsOwn) {
  const Meter meter = Bind("acme");
  meter.Record(1);
  const pid_t child = fork();
  if (child == 0) {
    meter.Record(10);
    meter.Record(100);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  meter.Record(1'000);
  EXPECT_EQ(Total(), GpuTime(1'111));
  EXPECT_EQ(ledger_->Live()->owners.size(), 2u);
  const auto drained = ledger_->Drain();
  ASSERT_THAT(drained, IsOk());
  EXPECT_EQ(drained->retired, 1u);
  EXPECT_EQ(Total(), GpuTime(1'111));
  EXPECT_EQ(ledger_->Live()->owners.size(), 1u);
  Drain();
  EXPECT_EQ(Total(), GpuTime(1'111));
}

// A daemon's parent ends and its child lives on: what the child inherited must
// not make the parent seem alive.
TEST_F(MetersTest, AChildThatLivesOnDoesNotKeepItsParentsFile) {
  const Meter meter = Bind("acme");
  int ends[2];
  int living[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(pipe(living), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    meter.Record(10);  // in a file of the one that ends
    if (fork() == 0) {
      (void)!write(living[1], "", 1);
      close(ends[1]);
      char byte;
      (void)!read(ends[0], &byte, 1);  // until the test is over
      _exit(0);
    }
    _exit(0);
  }
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
  char byte;
  ASSERT_EQ(read(living[0], &byte, 1), 1);  // its fork has returned
  const auto drained = ledger_->Drain();
  ASSERT_THAT(drained, IsOk());
  EXPECT_EQ(drained->retired, 1u);
  EXPECT_EQ(Total(), GpuTime(10));
  for (const int fd : {ends[0], ends[1], living[0], living[1]}) close(fd);
}

TEST_F(MetersTest, AnInheritedLedgerIsRefusedInAChild) {
  Bind("acme").Record(1);
  const pid_t child = fork();
  if (child == 0) {
    const bool refused =
        GetErrorCode(ledger_->Live().status()) == ErrorCode::kForked &&
        GetErrorCode(ledger_->Usage({}).status()) == ErrorCode::kForked &&
        GetErrorCode(ledger_->Drain().status()) == ErrorCode::kForked;
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(MetersTest, MoreMetersThanOneBlockAndOneWatermarkRecord) {
  std::vector<MeterName> names;
  for (int i = 0; i < 70'000; ++i) {
    names.push_back(
        {"t/" + std::to_string(i % 300), "p/" + std::to_string(i / 300)});
  }
  const auto meters = ledger_->meters(names);
  ASSERT_THAT(meters, IsOk());
  int64_t sum = 0;
  for (size_t i = 0; i < meters->size(); i += 97) {
    (*meters)[i].Record(static_cast<int64_t>(i));
    sum += static_cast<int64_t>(i);
  }
  EXPECT_EQ(Total(), GpuTime(sum));
  Drain();
  EXPECT_EQ(Total(), GpuTime(sum));
  now_us_ += kHour;
  Drain();
  EXPECT_EQ(Total(), GpuTime(sum));
}

TEST_F(MetersTest, TwoHandlesAndTwoLedgersInOneProcess) {
  const auto again = Open();
  const auto same = again->meter("acme", "aws/us/gb200");
  ASSERT_THAT(same, IsOk());
  const Meter meter = Bind("acme");
  EXPECT_EQ(same->id(), meter.id());
  OpenOptions options;
  options.create_if_missing = true;
  const auto other = Ledger::Open(dir_.Path("other"), options);
  ASSERT_THAT(other, IsOk());
  const auto elsewhere = (*other)->meter("acme", "aws/us/gb200");
  ASSERT_THAT(elsewhere, IsOk());
  meter.Record(1);
  elsewhere->Record(20);
  meter.Record(2);
  EXPECT_EQ(Total(), GpuTime(3));
  EXPECT_EQ((*other)->Usage({})->total, GpuTime(20));
}

TEST_F(MetersTest, TheBackgroundSettlerDrains) {
  OpenOptions options;
  options.create_if_missing = true;
  options.drain_interval = std::chrono::milliseconds(1);
  options.now_us = [this] { return now_us_.load(); };
  const auto ledger = Ledger::Open(dir_.Path("settled"), options);
  ASSERT_THAT(ledger, IsOk());
  const auto meter = (*ledger)->meter("acme", "p");
  ASSERT_THAT(meter, IsOk());
  const auto drained = [&] {
    for (int i = 0; i < 10'000; ++i) {
      if ((*ledger)->Live()->undrained.zero()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  };
  meter->Record(5);
  now_us_ += kMicrosPerSecond;
  EXPECT_TRUE(drained());
  // And goes over to the next bucket by itself.
  const int64_t before_us = (*ledger)->Live()->bucket_us;
  now_us_ += kHour;
  for (int i = 0; (*ledger)->Live()->bucket_us == before_us; ++i) {
    ASSERT_LT(i, 10'000);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  meter->Record(7);
  UsageQuery query;
  query.from_us = kTen + kHour;
  EXPECT_EQ((*ledger)->Usage(query)->total, GpuTime(7));
  EXPECT_EQ((*ledger)->Live()->drain_error, "");
}

TEST_F(MetersTest, StrictRefusesNamesTheBooksDoNotHave) {
  EXPECT_THAT(ledger_->meter("acme", "p", {.strict = true}),
              IsError(ErrorCode::kUnknownName, "acme"));
  Bind("acme");
  EXPECT_THAT(ledger_->meter("acme", "aws/us/gb200", {.strict = true}), IsOk());
  EXPECT_THAT(ledger_->meter("", "p"), IsError(ErrorCode::kBadRow, "tenant"));
}

TEST_F(MetersTest, AnIntervalOutOfRangeIsRefused) {
  for (const int64_t ms : {int64_t{-1}, int64_t{3'600'001}}) {
    OpenOptions options;
    options.drain_interval = std::chrono::milliseconds(ms);
    EXPECT_THAT(Ledger::Open(dir_.Path("books"), options),
                IsError(ErrorCode::kInvalidArgument, "drain interval"));
  }
}

TEST_F(MetersTest, VerifyKnowsMeteredUsage) {
  const Meter meter = Bind("acme");
  meter.Record(5);
  now_us_ += kHour;
  Drain();
  meter.Record(7);
  const auto report = ledger_->VerifyInProcess();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok);
  EXPECT_EQ(report->from_meters, GpuTime(5));
  EXPECT_EQ(report->in_buckets, GpuTime(5));
  EXPECT_EQ(report->live, GpuTime(7));
}

TEST_F(MetersTest, WhatWasBelievedIsWhatWasJournalled) {
  const Meter meter = Bind("acme");
  meter.Record(5);
  now_us_ += kHour;
  Drain();
  const int64_t then_us = now_us_;
  now_us_ += kHour;
  meter.Record(7);
  now_us_ += kHour;
  Drain();
  UsageQuery query;
  query.as_of_us = then_us;
  EXPECT_EQ(Total(query), GpuTime(5));
  EXPECT_EQ(Total(), GpuTime(12));
}

TEST_F(MetersTest, SalvageKeepsWhatWasDrained) {
  const Meter meter = Bind("acme");
  meter.Record(5);
  now_us_ += kHour;
  Drain();
  meter.Record(7);
  Drain();
  ledger_.reset();
  const auto report = Salvage(dir_.Path("books"), dir_.Path("salvaged"));
  ASSERT_THAT(report, IsOk());
  const auto salvaged = Ledger::Open(dir_.Path("salvaged"));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ((*salvaged)->Usage({})->total, GpuTime(12));
}

TEST_F(MetersTest, ABackupHasWhatWasDrainedAndSaysMoreMayBeMissing) {
  const Meter meter = Bind("acme");
  meter.Record(5);
  Drain();
  ASSERT_THAT(ledger_->Backup(dir_.Path("backup")), IsOk());
  meter.Record(7);
  OpenOptions options;
  options.now_us = [this] { return now_us_.load(); };
  const auto backup = Ledger::Open(dir_.Path("backup"), options);
  ASSERT_THAT(backup, IsOk());
  EXPECT_EQ((*backup)->Usage({})->total, GpuTime(5));
  const auto drained = (*backup)->Drain();
  ASSERT_THAT(drained, IsOk());
  EXPECT_EQ(drained->regressions, 1u);
  EXPECT_EQ((*backup)->Usage({})->total, GpuTime(5));
  EXPECT_EQ(Total(), GpuTime(12));
}

TEST_F(MetersTest, UsageCutInsideTheOpenBucketIsProratedUpToNow) {
  Bind("acme").Record(600);  // in the half hour since the bucket began
  UsageQuery query;
  query.at_us = kTen + 15 * 60 * kMicrosPerSecond;
  EXPECT_EQ(Total(query), GpuTime(300));
  EXPECT_EQ(Total(), GpuTime(600));
}

}  // namespace
}  // namespace drawdown
