// What a hold would draw down, and at what price, before it is placed.
#include <functional>
#include <utility>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

// A block of 100 hours a month at 1.9, true-up at the month's end; beyond it 4.
constexpr char kContract[] = R"(
id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws" price: "4" from: "2026-01-01T00:00:00Z" }
commitment { id: "b" category: USAGE model: DISCONTINUOUS interval: MONTHLY layer: 1
  step { from: "2026-01-01T00:00:00Z" quantity: "100" } price: "1.9"
  shortfall { policy: TAKE_OR_PAY } }
)";

class QuoteTest : public testing::Test {
 protected:
  QuoteTest() {
    OpenOptions options;
    options.create_if_missing = true;
    options.lock_timeout = std::chrono::milliseconds(100);
    options.now_us = [this] {
      if (const auto hook = std::exchange(on_clock_, nullptr)) hook();
      return now_us_;
    };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
    EXPECT_THAT(ledger_->ApplyContracts({{"c.textproto", kContract}}), IsOk());
  }

  void Use(int64_t gpu_hours) {
    UsageRecord record;
    record.usage_id = "u" + std::to_string(gpu_hours);
    record.tenant = "acme";
    record.pool = "aws/x";
    record.start_us = now_us_ - 2 * kMicrosPerHour;
    record.end_us = now_us_ - kMicrosPerHour;
    record.gpu_time = GpuTime(Int128{gpu_hours} * kMicrosPerHour);
    EXPECT_THAT(ledger_->ImportUsage({&record, 1}), IsOk());
  }

  // "covered 10 h 19; ...", by commitment, kind and price.
  std::string Quote(const HoldRequest& request) {
    const auto quote = ledger_->QuoteHold(request);
    EXPECT_THAT(quote, IsOk());
    if (!quote.ok()) return "";
    std::string text = quote->admission.admitted() ? "" : "refused; ";
    for (const QuoteLine& line : quote->lines) {
      text += std::string(ChargeKindName(line.kind)) + " " +
              FormatGpuSeconds(line.gpu_time) + " s " + FormatMoney(line.cost) +
              " " + line.currency.ToString() + "; ";
    }
    return text;
  }

  ScratchDir dir_;
  int64_t now_us_ = *ParseInstant("2026-10-10T12:00:00Z");
  std::function<void()> on_clock_;  // when the clock is read next
  std::unique_ptr<Ledger> ledger_;
};

// 80 of the block's 100 hours are used. 50 more: 20 from the block at 1.9, 30
// at
// 4. The rest of the block would have been a shortfall, if the month were over.
TEST_F(QuoteTest, SaysWhatIsDrawnAndWhatItCosts) {
  Use(80);
  const HoldRequest request = {"h", "acme", "aws/x",
                               GpuTime(50 * kMicrosPerHour), 10'000'000};
  const uint64_t entries = ledger_->Info().entries;
  EXPECT_EQ(Quote(request),
            "on_demand 108000 s 120 USD; covered 72000 s 38 USD; ");
  EXPECT_EQ(ledger_->Info().entries, entries) << "a quote changed the books";
}

TEST_F(QuoteTest, SaysThatItWouldBeRefused) {
  Use(80);
  QuotaSetting setting;
  setting.scope.tenant = "acme";
  setting.limit = QuotaLimit{.nominal = Int128{81} * kMicrosPerHour};
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  const HoldRequest request = {"h", "acme", "aws/x",
                               GpuTime(2 * kMicrosPerHour), 1'000'000};
  EXPECT_EQ(Quote(request), "refused; covered 7200 s 3.8 USD; ");
}

// Five days from the 29th of October at one GPU, 2 of them in November, when
// another block of 100 hours begins.
TEST_F(QuoteTest, CrossesTheMonth) {
  Use(90);
  now_us_ = *ParseInstant("2026-10-29T00:00:00Z");
  const HoldRequest request = {"h", "acme", "aws/x",
                               GpuTime(120 * kMicrosPerHour), 1'000'000};
  // October: 10 h of the block left, 62 h on demand. November: 48 h of a block.
  EXPECT_EQ(Quote(request),
            "on_demand 223200 s 248 USD; covered 208800 s 110.2 USD; "
            "shortfall -36000 s -19 USD; ");
}

// Five days from the 29th of December: 2 of them, 48 hours, are after the term.
TEST_F(QuoteTest, WhatIsBeyondTheTermHasNoPrice) {
  now_us_ = *ParseInstant("2026-12-29T00:00:00Z");
  HoldRequest request = {"h", "acme", "aws/x", GpuTime(120 * kMicrosPerHour),
                         1'000'000};
  EXPECT_EQ(Quote(request),
            "covered 259200 s 136.8 USD; shortfall -259200 s -136.8 USD; "
            "unpriced 172800 s 0 USD; ");
  now_us_ = *ParseInstant("2027-01-02T00:00:00Z");
  EXPECT_EQ(Quote(request), "unpriced 432000 s 0 USD; ");
  request.pool = "lab/x";
  EXPECT_EQ(Quote(request), "");
}

// A commitment of a higher layer counts what the block covers. Of five days
// from the 29th of December 48 hours are after the term all the same.
TEST_F(QuoteTest, HoursThatAHigherLayerCountsTooAreAskedForOnce) {
  std::string text = kContract;
  text += R"(commitment { id: "all" category: USAGE model: DISCONTINUOUS
    interval: ANNUAL layer: 2 price: "1"
    step { from: "2026-01-01T00:00:00Z" quantity: "9000" } })";
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", text}}), IsOk());
  now_us_ = *ParseInstant("2026-12-29T00:00:00Z");
  const HoldRequest request = {"h", "acme", "aws/x",
                               GpuTime(120 * kMicrosPerHour), 1'000'000};
  EXPECT_EQ(Quote(request),
            "covered 259200 s 0 USD; shortfall -259200 s 0 USD; "
            "covered 259200 s 136.8 USD; shortfall -259200 s -136.8 USD; "
            "unpriced 172800 s 0 USD; ");
}

// From the 20th on the contract has no price for the pool, and from the 25th on
// another one has. Between them nobody has: of 144 hours across both 12 and
// 120.
TEST_F(QuoteTest, PricesAreThoseOfTheVersionThatHoldsThen) {
  ASSERT_THAT(ledger_->ApplyContracts({{"c.textproto", R"(
id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
effective: "2026-10-20T00:00:00Z"
rate { pool: "aws/y" price: "4" }
)"},
                                       {"d.textproto", R"(
id: "d" provider: "aws" currency: "USD"
term { start: "2026-10-25T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "aws/x" price: "3" }
)"}}),
              IsOk());
  const HoldRequest request = {"h", "acme", "aws/x", GpuTime(kMicrosPerHour),
                               1'000'000};
  EXPECT_EQ(Quote(request), "covered 3600 s 1.9 USD; ");
  now_us_ = *ParseInstant("2026-10-26T12:00:00Z");
  EXPECT_EQ(Quote(request), "on_demand 3600 s 3 USD; ");
  now_us_ = *ParseInstant("2026-10-19T12:00:00Z");
  EXPECT_EQ(
      Quote({"h", "acme", "aws/x", GpuTime(144 * kMicrosPerHour), 1'000'000}),
      "unpriced 432000 s 0 USD; covered 43200 s 22.8 USD; "
      "shortfall -43200 s -22.8 USD; on_demand 43200 s 36 USD; ");
}

// As placing makes them.
TEST_F(QuoteTest, NamesThatTheBooksDoNotKnow) {
  QuotaSetting setting;
  setting.scope.tenant = "acme";
  setting.limit = QuotaLimit{.nominal = Int128{3} * kMicrosPerHour};
  ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  const auto before = ledger_->Info();
  const HoldRequest request = {"", "acme/new", "aws/new",
                               GpuTime(2 * kMicrosPerHour), 1'000'000};
  EXPECT_EQ(Quote(request), "covered 7200 s 3.8 USD; ");
  HoldRequest more = request;
  more.gpu_time = GpuTime(4 * kMicrosPerHour);
  EXPECT_EQ(Quote(more), "refused; covered 14400 s 7.6 USD; ");
  EXPECT_EQ(ledger_->Info().entries, before.entries);
  EXPECT_EQ(ledger_->Info().chain_hash, before.chain_hash);
  // Nobody prices it.
  more.pool = "azure/x";
  more.tenant = "beta";
  EXPECT_EQ(Quote(more), "");
  // It would be placed all the same.
  HoldRequest placed = request;
  placed.hold_id = "h";
  EXPECT_TRUE(ledger_->PlaceHold(placed)->admitted());
}

// Two statements are rated for it: no writer may have to wait for that. The
// clock is read while a hold is placed, under the writer lock.
TEST_F(QuoteTest, NamesThatTheBooksDoNotKnowTakeNoLock) {
  const HoldRequest placed = {"h", "acme", "aws/x", GpuTime(1), 0};
  std::string quote;
  on_clock_ = [&] {
    quote = Quote({"", "acme/new", "aws/new", GpuTime(2 * kMicrosPerHour), 0});
  };
  ASSERT_THAT(ledger_->PlaceHold(placed), IsOk());
  EXPECT_EQ(quote, "covered 7200 s 3.8 USD; ");
}

// What is placed already would ask for nothing more.
TEST_F(QuoteTest, AHoldThatIsPlaced) {
  HoldRequest request = {"h", "acme", "aws/x", GpuTime(kMicrosPerHour), 0};
  ASSERT_THAT(ledger_->PlaceHold(request), IsOk());
  EXPECT_EQ(Quote(request), "");
  request.gpu_time = GpuTime(1);
  EXPECT_THAT(ledger_->QuoteHold(request),
              IsError(ErrorCode::kConflict, "hold h is in the books"));
}

TEST_F(QuoteTest, BadRequests) {
  Use(1);
  HoldRequest request = {"h", "acme", "aws//y", GpuTime(1), 0};
  EXPECT_THAT(ledger_->QuoteHold(request), IsError(ErrorCode::kBadRow, "aws"));
  request.pool = "aws/x";
  request.ttl_us = 0;
  EXPECT_THAT(ledger_->QuoteHold(request),
              IsError(ErrorCode::kBadRow, "366 days"));
}

}  // namespace
}  // namespace drawdown
