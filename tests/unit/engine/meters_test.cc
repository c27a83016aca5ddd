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

}  // namespace
}  // namespace drawdown
