// What quotas leave is one number, whoever is asked: ExplainQuota, TryRecord
// and PlaceHold say the same at one instant, and what fitted all along a call
// is not refused by it.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "meter/budgets_file.h"
#include "tests/unit/engine/clocked_books.h"

namespace drawdown {
namespace {

// So much and no more.
void ExpectMost(ClockedBooks* books, const std::string& tenant, int64_t most) {
  EXPECT_TRUE(books->Fits(tenant, most));
  EXPECT_FALSE(books->Fits(tenant, most + 1));
  EXPECT_TRUE(books->CouldHold(tenant, most));
  EXPECT_FALSE(books->CouldHold(tenant, most + 1));
  EXPECT_FALSE(books->Try(tenant, most + 1));
  EXPECT_TRUE(books->Try(tenant, most));
}

// What holds were answered at instants around one at which a limit changes.
struct Answers {
  int busy = 0;
  int admitted = 0;
  int refused = 0;

  // Null unless it was refused.
  const Refusal* Note(const absl::StatusOr<Admission>& placed) {
    if (!placed.ok()) {
      EXPECT_EQ(GetErrorCode(placed.status()), ErrorCode::kBusy)
          << placed.status();
      ++busy;
      return nullptr;
    }
    ++(placed->admitted() ? admitted : refused);
    return placed->admitted() ? nullptr : &*placed->refusal;
  }

  void ExpectAll() const {
    EXPECT_GT(busy, 0);
    EXPECT_GT(admitted, 0);
    EXPECT_GT(refused, 0);
  }
};

// What runs of a slice use without a hold is not set aside for it any more.
TEST(QuotaAgreementTest, WhatIsSetAsideFallsWhileRunsGoOn) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 100 * kHour});
  books.Limit("acme/b", {.nominal = 50 * kHour, .slice = true});
  books.Run("acme/b", 20);
  ASSERT_TRUE(books.Try("acme/c", kHour));
  books.now_us += kHour / 2;
  ExpectMost(&books, "acme/c", 49 * kHour);
  books.now_us += kHour / 4;
  ExpectMost(&books, "acme/b", 35 * kHour);
}

// It may be what slices give back that is set aside no more.
TEST(QuotaAgreementTest, WhatIsSetAsideFallsThoughSlicesAreOut) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 100 * kHour});
  books.Limit("acme/b", {.nominal = kHour, .slice = true});
  books.Run("acme/b", 20);
  ASSERT_TRUE(books.Try("acme/d", kSecond));
  books.now_us += 300 * kSecond;
  EXPECT_TRUE(books.Try("acme/c", 100 * kHour - (20 * 300 + 1) * kSecond));
}

// A hundred thousand GPUs for some years are more than 64 bits of microseconds.
TEST(QuotaAgreementTest, QuotasMayBeOfAnySize) {
  constexpr Int128 kBillionHours = Int128{1'000'000'000} * kHour;
  ClockedBooks books;
  books.Limit("acme", {.nominal = 4 * kBillionHours + kHour});
  for (const char* tenant : {"acme/a", "acme/b", "acme/c", "acme/d"}) {
    books.Limit(tenant, {.nominal = kBillionHours, .slice = true});
  }
  EXPECT_FALSE(books.Try("acme/e", kHour + 1));
  EXPECT_TRUE(books.Try("acme/e", kHour));
  EXPECT_FALSE(books.Try("acme/e", 1));
  EXPECT_TRUE(books.Try("acme/a", 500'000'000 * kHour));
}

// Another limit of one quota leaves the budgets of all others as they are.
TEST(QuotaAgreementTest, ALimitChangesBesideMetersThatGoOn) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 100 * kHour});
  books.Limit("acme/a", {.nominal = 50 * kHour});
  ASSERT_TRUE(books.Try("acme/a", kHour));
  ASSERT_TRUE(books.Try("acme/b", kHour));
  const auto generation = [&] {
    const auto boot_id = BootId();
    const auto file = BudgetsFile::Open(books.Path("books/live"), *boot_id);
    EXPECT_THAT(file, IsOk());
    return (*file)->state().generation;
  };
  const uint64_t before = generation();
  books.Limit("acme/a", {.nominal = 10 * kHour});
  ExpectMost(&books, "acme/a", 9 * kHour);
  books.Limit("acme/a", {.nominal = 20 * kHour});
  ExpectMost(&books, "acme/a", 10 * kHour);
  QuotaSetting none{{.period = QuotaPeriod::kTotal}, {}, {}};
  none.scope.tenant = "acme/a";
  ASSERT_THAT(books->SetQuota(none), IsOk());
  ExpectMost(&books, "acme/b", 79 * kHour);
  EXPECT_EQ(generation(), before);
  // A slice sets something aside, which concerns others.
  books.Limit("acme/a", {.nominal = 30 * kHour, .slice = true});
  EXPECT_FALSE(books.Try("acme/a", 1));  // All is used.
  EXPECT_NE(generation(), before);
}

// As many holds in one commit as there is room for.
TEST(QuotaAgreementTest, HoldsMayBeOfAnySize) {
  constexpr Int128 kBillionHours = Int128{1'000'000'000} * kHour;
  ClockedBooks books;
  books.Limit("acme", {.nominal = kBillionHours * 9 / 2 + 10 * kHour});
  books.Limit("acme/b", {.nominal = kBillionHours * 9 / 2, .slice = true});
  ASSERT_TRUE(books.Try("acme/c", 0));
  std::vector<HoldRequest> batch;
  for (int i = 0; i < 4; ++i) {
    HoldRequest& one = batch.emplace_back();
    one.hold_id = books.NewId();
    one.tenant = "acme/b";
    one.pool = kPool;
    one.gpu_time = GpuTime(kBillionHours);
    one.ttl_us = kHour;
  }
  const auto placed = books->PlaceHolds(batch);
  ASSERT_THAT(placed, IsOk());
  ASSERT_TRUE(placed->admitted());
  EXPECT_FALSE(books.Try("acme/c", 500'000'000 * kHour));
  ExpectMost(&books, "acme/c", 10 * kHour);
  EXPECT_TRUE(books.Try("acme/b", 500'000'000 * kHour));
}

// Of a release and a hold in one commit meters have given no room yet to the
// hold: what is released is held still, for them and in the words of the
// refusal (ClockedBooks::Hold looks at them).
TEST(QuotaAgreementTest, RefusalsBesideReleasesSayWhatIsHeld) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 100 * kHour});
  ASSERT_TRUE(books.Try("acme", 0));
  std::atomic<bool> over = false;
  std::vector<std::thread> others;  // so that there are groups
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&books, &over, i] {
      const std::string id = "other" + std::to_string(i);
      for (int64_t n = 0; !over; ++n) {
        HoldRequest request = {id + "/" + std::to_string(n), "other", kPool,
                               GpuTime(1)};
        request.ttl_us = 1'000;
        EXPECT_THAT(books->PlaceHold(request), IsOk());
      }
    });
  }
  for (int i = 0; i < 100 && !testing::Test::HasFailure(); ++i) {
    const std::string id = "h" + std::to_string(i);
    EXPECT_TRUE(books.Hold(id, "acme", 100 * kHour));
    std::thread release(
        [&books, &id] { EXPECT_THAT(books->ReleaseHold(id), IsOk()); });
    const std::string next = "n" + std::to_string(i);
    const bool placed = books.Hold(next, "acme", 100 * kHour);
    release.join();
    if (placed) {
      EXPECT_THAT(books->ReleaseHold(next), IsOk());
    }
  }
  over = true;
  for (std::thread& other : others) other.join();
}

// However much others have overdrawn.
TEST(QuotaAgreementTest, WhatIsSetAsideIsThereForItsTenant) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 100 * kSecond});
  books.Limit("acme/b", {.nominal = 50 * kSecond, .slice = true});
  books.Use("acme/c", 50 * kSecond);
  ASSERT_TRUE(books.Try("acme/b", kSecond));
  books.Count("acme/c", 10 * kSecond);
  ExpectMost(&books, "acme/b", 39 * kSecond);
}

// A call reads the clock before its commit and after it.
TEST(QuotaAgreementTest, WhatFallsDuringACallIsTakenOffOnce) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 10'000 * kSecond});
  books.Run("acme", 100);
  ASSERT_TRUE(books.Try("acme", 1));
  books.tick_us = kSecond;
  ASSERT_TRUE(books.CouldHold("acme", kSecond));
  books.tick_us = 0;
  const int64_t fallen = 100 * (books.now_us - kBegin);
  EXPECT_TRUE(books.Try("acme", 10'000 * kSecond - 1 - fallen));
}

// What a run used before its tenant was moved counts above both paths alone,
// and the quota of the new one is not asked for it, however little it has.
TEST(QuotaAgreementTest, OnlyThoseThatCountItAreAskedForUseBeforeAMove) {
  for (const int64_t above : {10'000 * kSecond, 1'500 * kSecond}) {
    ClockedBooks books;
    books.Limit("acme", {.nominal = above});
    books.Limit("acme/c", {.nominal = 100 * kSecond});
    ASSERT_TRUE(books.Try("acme/c", kSecond));
    ASSERT_TRUE(books.Hold("r", "acme/b", kSecond, 100 * kHour));
    books.now_us += kHour;
    ASSERT_THAT(books->MoveTenant({"acme/b", "acme/c", kBegin + kHour}),
                IsOk());
    books.now_us += 2 * kSecond;
    RunStart start;
    start.key = {"r", 1};
    start.tenant = "acme/b";
    start.pool = kPool;
    start.micro_gpus = kGpu;
    start.at_us = kBegin + kHour / 2;
    start.hold_id = "r";
    const auto started = books->StartRun(start);
    ASSERT_THAT(started, IsOk());
    ASSERT_EQ(started->admitted(), above > 1'802 * kSecond);
    if (!started->admitted()) {
      // 1,802 seconds, of which the hold had one.
      const Refusal& why = *started->refusal;
      EXPECT_EQ(why.scope.tenant, "acme");
      EXPECT_TRUE(why.asked == 1'801 * kSecond);
      EXPECT_TRUE(why.used + why.held == 2 * kSecond);
      continue;
    }
    EXPECT_TRUE(books.Try("acme/d", above - 1'803 * kSecond));
    EXPECT_FALSE(books.Try("acme/d", 1));
  }
}

// A call reads the clock more than once, and what was the limit at the first
// may be none at the last: whoever asks is refused by a limit, or asks again.
std::string BlockPer(const std::string& interval) {
  return R"(
    id: "c" provider: "p" currency: "EUR"
    calendar {
      time_zone: "UTC" day_cut: "00:00" day_label: START
      month_day: 1 year_start: "01-01"
    }
    term { start: "2026-01-01T00:00:00Z" end: "2028-01-01T00:00:00Z" }
    grace: "48h"
    pool { name: "p" sku: "S" gpus_per_unit: 1 }
    rate { pool: "p" price: "2" from: "2026-01-01T00:00:00Z" }
    rounding { level: LINE scale: 6 }
    commitment {
      id: "block" category: USAGE model: DISCONTINUOUS
      layer: 1 priority: 10
      applies { dimension: "pool" operator: IN value: "p" }
      step { from: "2026-01-01T00:00:00Z" quantity: "1000" }
      price: "1"
      shortfall { policy: TAKE_OR_PAY price: "1" }
      interval: )" +
         interval + " }";
}

// The quota below began in April, the one above in June.
TEST(QuotaAgreementTest, OneAboveMayBeAskedForLessThanOneBelow) {
  for (const int64_t above : {500 * kHour, 480 * kHour}) {
    ClockedBooks books;
    const QuotaScope scope = {.period = QuotaPeriod::kInterval,
                              .commitment = "block"};
    ASSERT_THAT(books->ApplyContracts({{"c", BlockPer("MONTHLY")}}), IsOk());
    books.Limit("acme", {.nominal = above}, scope);
    ASSERT_THAT(books->ApplyContracts({{"c", BlockPer("QUARTERLY")}}), IsOk());
    books.Limit("acme/x", {.nominal = 5'000 * kHour}, scope);
    ASSERT_TRUE(books.Try("acme/x", kSecond));
    ASSERT_TRUE(books.Hold("r", "acme/x", kSecond));
    RunStart start;
    start.key = {"r", 1};
    start.tenant = "acme/x";
    start.pool = kPool;
    start.micro_gpus = kGpu;
    start.at_us = books.now_us - 800 * kHour;
    start.hold_id = "r";
    // Of June: 20 days and 10 hours.
    const auto started = books->StartRun(start);
    ASSERT_THAT(started, IsOk());
    EXPECT_EQ(started->admitted(), above > 491 * kHour);
    if (started->admitted()) continue;
    EXPECT_EQ(started->refusal->scope.tenant, "acme");
    EXPECT_TRUE(started->refusal->asked == 490 * kHour - kSecond);
  }
}

TEST(QuotaAgreementTest, AWindowThatTurnsDuringACallRefusesNobodyAfterIt) {
  constexpr int64_t kTurns = kBegin + 2 * kHour;
  Answers answers;
  for (int n = 0; n < 10; ++n) {
    SCOPED_TRACE("before the turn: " + std::to_string(n));
    ClockedBooks books;
    books.Limit("acme", {.nominal = 10 * kSecond},
                {.period = QuotaPeriod::kRolling, .rolling_us = 2 * kHour});
    ASSERT_TRUE(books.Try("acme", 10 * kSecond));
    for (const int64_t at_us : {kBegin + kHour, kTurns - n * kSecond}) {
      books.now_us = at_us;
      ASSERT_THAT(books->Drain(), IsOk());
    }
    books.tick_us = kSecond;
    HoldRequest request = {"h", "acme", kPool, GpuTime(5 * kSecond)};
    request.ttl_us = kHour;
    const auto placed = books->PlaceHold(request);
    if (const auto* const refusal = answers.Note(placed)) {
      EXPECT_TRUE(refusal->used == 10 * kSecond);
      EXPECT_TRUE(refusal->held == 0);
    }
  }
  answers.ExpectAll();
}

TEST(QuotaAgreementTest, ALimitThatEndsDuringACallRefusesNobodyAfterIt) {
  constexpr int64_t kEnds = kBegin + 100 * kSecond;
  Answers answers;
  for (const bool raised : {true, false}) {
    for (int n = 0; n < 10; ++n) {
      SCOPED_TRACE("before the end: " + std::to_string(n));
      ClockedBooks books;
      books.Limit("acme", {.nominal = 10 * kSecond});
      QuotaSetting later{{.period = QuotaPeriod::kTotal}, {}, kEnds};
      later.scope.tenant = "acme";
      if (raised) later.limit = QuotaLimit{.nominal = 1'000 * kSecond};
      ASSERT_THAT(books->SetQuota(later), IsOk());
      ASSERT_TRUE(books.Try("acme", 1));
      books.now_us = kEnds - n * kSecond;
      books.tick_us = kSecond;
      HoldRequest request = {"h", "acme", kPool, GpuTime(20 * kSecond)};
      request.ttl_us = kHour;
      const auto placed = books->PlaceHold(request);
      if (const auto* const refusal = answers.Note(placed)) {
        EXPECT_TRUE(refusal->limit == 10 * kSecond);
        EXPECT_TRUE(refusal->used + refusal->held <= 1);
      }
    }
  }
  answers.ExpectAll();
}

TEST(QuotaAgreementTest, AHoldThatEndsDuringACallRefusesNobodyAfterIt) {
  constexpr int64_t kEnds = kBegin + 100 * kSecond;
  Answers answers;
  for (int n = 0; n < 10; ++n) {
    SCOPED_TRACE("before the end: " + std::to_string(n));
    ClockedBooks books;
    books.Limit("acme", {.nominal = 10 * kSecond});
    ASSERT_TRUE(books.Try("acme", kSecond));
    ASSERT_TRUE(books.Hold("old", "acme", 8 * kSecond, 100 * kSecond));
    books.now_us = kEnds - n * kSecond;
    books.tick_us = kSecond;
    HoldRequest request = {"h", "acme", kPool, GpuTime(5 * kSecond)};
    request.ttl_us = kHour;
    const auto placed = books->PlaceHold(request);
    if (const auto* const refusal = answers.Note(placed)) {
      EXPECT_TRUE(refusal->used == kSecond);
      EXPECT_TRUE(refusal->held == 8 * kSecond);
    }
  }
  answers.ExpectAll();
}

// A stop or a suspension that is said ahead has used all up to it when it is
// committed, before budgets have heard of it.
TEST(QuotaAgreementTest, WhatEndsAheadIsTakenOffBeforeItsCommit) {
  for (const bool stops : {true, false}) {
    bool more = true;
    for (int n = 0; more; ++n) {
      ClockedBooks books;
      books.Limit("acme", {.nominal = 1'000 * kSecond});
      ASSERT_TRUE(books.Hold("r", "acme", 100 * kSecond));
      RunStart start;
      start.key = {"r", 1};
      start.tenant = "acme";
      start.pool = kPool;
      start.micro_gpus = kGpu;
      start.at_us = books.now_us;
      start.hold_id = "r";
      ASSERT_THAT(books->StartRun(start), IsOk());
      const auto meter = books->meter("acme", kPool);
      ASSERT_THAT(meter, IsOk());
      ASSERT_EQ(meter->TryRecord(0), Decision::kAdmitted);
      books.now_us += 10 * kSecond;
      const int64_t at_us = books.now_us + 500 * kSecond;
      bool over = false;
      more = books.Beside(
          n,
          [&] {
            const bool used = books.Listed(books.now_us).used > 500 * kSecond;
            const Decision decision = meter->TryRecord(800 * kSecond);
            over = used && decision == Decision::kAdmitted;
          },
          [&] {
            EXPECT_THAT(stops ? books->StopRun({"r", 1}, at_us)
                              : books->SuspendRun({"r", 1}, at_us),
                        IsOk());
          });
      EXPECT_FALSE(over) << "reading " << n;
    }
  }
}

// 100 GPUs from 0.6 s before the bucket's end, out 0.5 s before it, which is
// said within a second: the hold has again what the bucket that is over had of
// it, 50 GPU-seconds more than the new one had. Meters hear of it before.
TEST(QuotaAgreementTest, WhatASuspensionGivesAHoldIsTakenOffBeforeItsCommit) {
  bool more = true;
  for (int n = 0; more; ++n) {
    ClockedBooks books;
    books.Limit("acme", {.nominal = 1'000 * kSecond},
                {.period = QuotaPeriod::kRolling, .rolling_us = kHour});
    const int64_t edge_us = kBegin + kHour;
    books.now_us = edge_us - 600'000;
    ASSERT_TRUE(books.Hold("r", "acme", 200 * kSecond));
    const RunStart start = {{"r", 1},   "acme",       kPool,
                            100 * kGpu, books.now_us, "r"};
    ASSERT_THAT(books->StartRun(start), IsOk());
    books.now_us = edge_us + 400'000;
    const auto meter = books->meter("acme", kPool);
    ASSERT_THAT(meter, IsOk());
    ASSERT_EQ(meter->TryRecord(0), Decision::kAdmitted);
    EXPECT_EQ(books.Listed().available, 860 * kSecond);
    bool over = false;
    more = books.Beside(
        n,
        [&] {
          const bool given = books.Listed().held > 150 * kSecond;
          const Decision decision = meter->TryRecord(830 * kSecond);
          over = given && decision == Decision::kAdmitted;
        },
        [&] {
          EXPECT_THAT(books->SuspendRun({"r", 1}, edge_us - 500'000), IsOk());
        });
    EXPECT_FALSE(over) << "reading " << n;
    EXPECT_EQ(books.Listed().held, 190 * kSecond);
  }
}

}  // namespace
}  // namespace drawdown
