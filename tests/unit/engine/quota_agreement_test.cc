// What quotas leave is one number, whoever is asked: ExplainQuota, TryRecord
// and PlaceHold say the same at one instant, and what fitted all along a call
// is not refused by it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kGpu = 1'000'000;
constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kSecond = kMicrosPerSecond;
constexpr int64_t kBegin = 495'010 * kHour;
constexpr char kPool[] = "p";

// Whose clock stands, or goes on by `tick_us` with each reading.
class Books {
 public:
  explicit Books(std::chrono::milliseconds lock_timeout =
                     std::chrono::milliseconds(5'000)) {
    OpenOptions options;
    options.lock_timeout = lock_timeout;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] {
      const bool here = act_ && std::this_thread::get_id() == caller_;
      if (here && readings_left_-- == 0) std::thread(act_).join();
      return now_us.fetch_add(tick_us);
    };
    auto opened = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(opened, IsOk());
    ledger_ = *std::move(opened);
  }
  Ledger* operator->() const { return ledger_.get(); }

  void Limit(const std::string& tenant, const QuotaLimit& limit,
             const QuotaScope& scope = {.period = QuotaPeriod::kTotal}) {
    QuotaSetting setting{scope, limit, {}};
    setting.scope.tenant = tenant;
    // What would be promised twice is an error, and no matter here.
    ledger_->SetQuota(setting).status().IgnoreError();
  }
  void Use(const std::string& tenant, int64_t amount) {
    const UsageRecord usage = {NewId(),        tenant,        kPool,
                               now_us - kHour, now_us.load(), GpuTime(amount)};
    ASSERT_THAT(ledger_->ImportUsage({&usage, 1}), IsOk());
  }
  // Of nobody's hold.
  std::string Run(const std::string& tenant, int64_t gpus) {
    const RunRow row = {{NewId()}, tenant, kPool, gpus * kGpu, now_us, {}, ""};
    EXPECT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
    return row.key.run_id;
  }
  std::string NewId() { return "n" + std::to_string(++ids_); }

  bool Fits(const std::string& tenant, int64_t amount) {
    const auto said = ledger_->ExplainQuota(
        {.tenant = tenant, .pool = kPool, .gpu_time = GpuTime(amount)});
    EXPECT_THAT(said, IsOk());
    return said.ok() && said->admission.admitted();
  }
  bool Hold(const std::string& id, const std::string& tenant, int64_t amount,
            int64_t ttl_us = kHour) {
    HoldRequest request = {id, tenant, kPool, GpuTime(amount)};
    request.ttl_us = ttl_us;
    const auto placed = ledger_->PlaceHold(request);
    EXPECT_THAT(placed, IsOk());
    if (!placed.ok() || placed->admitted()) return placed.ok();
    // A refusal says why.
    const Refusal& why = *placed->refusal;
    EXPECT_LT(why.limit, why.asked + why.used + why.held + why.reserved)
        << DescribeRefusal(why);
    return false;
  }
  // As Hold, and nothing is changed.
  bool CouldHold(const std::string& tenant, int64_t amount) {
    const std::string id = NewId();
    if (!Hold(id, tenant, amount)) return false;
    EXPECT_THAT(ledger_->ReleaseHold(id), IsOk());
    return true;
  }
  bool Try(const std::string& tenant, int64_t amount) {
    const auto meter = ledger_->meter(tenant, kPool);
    EXPECT_THAT(meter, IsOk());
    const Decision decision = meter->TryRecord(amount);
    EXPECT_NE(decision, Decision::kBusy);
    return decision == Decision::kAdmitted;
  }
  void Count(const std::string& tenant, int64_t amount) {
    const auto meter = ledger_->meter(tenant, kPool);
    ASSERT_THAT(meter, IsOk());
    meter->Record(amount);
    ASSERT_THAT(ledger_->Drain(), IsOk());
  }
  // By ExplainQuota; 0: nothing fits, or only that.
  int64_t Most(const std::string& tenant) {
    int64_t fits = 0;
    int64_t most = 1'000 * kHour;
    while (fits < most) {
      const int64_t half = fits + (most - fits + 1) / 2;
      if (Fits(tenant, half)) {
        fits = half;
      } else {
        most = half - 1;
      }
    }
    return fits;
  }

  // The only quota of "acme".
  QuotaState Listed(std::optional<int64_t> at_us = {}) {
    const auto listed = ledger_->Quotas("acme", at_us);
    EXPECT_THAT(listed, IsOk());
    return listed.ok() && !listed->empty() ? listed->front() : QuotaState{};
  }
  std::string Path(const std::string& name) const { return dir_.Path(name); }
  // Where `call` reads the clock for the n-th time, `act` is done by another
  // thread. False: it reads it less often.
  bool Beside(int n, const std::function<void()>& act,
              const std::function<void()>& call) {
    caller_ = std::this_thread::get_id();
    readings_left_ = n;
    act_ = act;
    call();
    act_ = nullptr;
    return readings_left_ < 0;
  }

  std::atomic<int64_t> now_us{kBegin};
  std::atomic<int64_t> tick_us{0};

 private:
  // Of Beside; changed while nobody else is at the ledger.
  std::function<void()> act_;
  std::thread::id caller_;
  int readings_left_ = 0;
  ScratchDir dir_;
  std::unique_ptr<Ledger> ledger_;
  int ids_ = 0;
};

// So much and no more.
void ExpectMost(Books* books, const std::string& tenant, int64_t most) {
  EXPECT_TRUE(books->Fits(tenant, most));
  EXPECT_FALSE(books->Fits(tenant, most + 1));
  EXPECT_TRUE(books->CouldHold(tenant, most));
  EXPECT_FALSE(books->CouldHold(tenant, most + 1));
  EXPECT_FALSE(books->Try(tenant, most + 1));
  EXPECT_TRUE(books->Try(tenant, most));
}

// What runs of a slice use without a hold is not set aside for it any more.
TEST(QuotaAgreementTest, WhatIsSetAsideFallsWhileRunsGoOn) {
  Books books;
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
  Books books;
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
  Books books;
  books.Limit("acme", {.nominal = 4 * kBillionHours + kHour});
  for (const char* tenant : {"acme/a", "acme/b", "acme/c", "acme/d"}) {
    books.Limit(tenant, {.nominal = kBillionHours, .slice = true});
  }
  EXPECT_FALSE(books.Try("acme/e", kHour + 1));
  EXPECT_TRUE(books.Try("acme/e", kHour));
  EXPECT_FALSE(books.Try("acme/e", 1));
  EXPECT_TRUE(books.Try("acme/a", 500'000'000 * kHour));
}

// As many holds in one commit as there is room for.
TEST(QuotaAgreementTest, HoldsMayBeOfAnySize) {
  constexpr Int128 kBillionHours = Int128{1'000'000'000} * kHour;
  Books books;
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
// refusal (Books::Hold looks at them).
TEST(QuotaAgreementTest, RefusalsBesideReleasesSayWhatIsHeld) {
  Books books;
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
  Books books;
  books.Limit("acme", {.nominal = 100 * kSecond});
  books.Limit("acme/b", {.nominal = 50 * kSecond, .slice = true});
  books.Use("acme/c", 50 * kSecond);
  ASSERT_TRUE(books.Try("acme/b", kSecond));
  books.Count("acme/c", 10 * kSecond);
  ExpectMost(&books, "acme/b", 39 * kSecond);
}

// A call reads the clock before its commit and after it.
TEST(QuotaAgreementTest, WhatFallsDuringACallIsTakenOffOnce) {
  Books books;
  books.Limit("acme", {.nominal = 10'000 * kSecond});
  books.Run("acme", 100);
  ASSERT_TRUE(books.Try("acme", 1));
  books.tick_us = kSecond;
  ASSERT_TRUE(books.CouldHold("acme", kSecond));
  books.tick_us = 0;
  const int64_t fallen = 100 * (books.now_us - kBegin);
  EXPECT_TRUE(books.Try("acme", 10'000 * kSecond - 1 - fallen));
}

// A stop or a suspension that is said ahead has used all up to it when it is
// committed, before budgets have heard of it.
TEST(QuotaAgreementTest, WhatEndsAheadIsTakenOffBeforeItsCommit) {
  for (const bool stops : {true, false}) {
    bool more = true;
    for (int n = 0; more; ++n) {
      Books books;
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

// Whatever is committed while they are asked.
TEST(QuotaAgreementTest, AnswersAreOfOneMoment) {
  bool more = true;
  for (int n = 0; more; ++n) {
    SCOPED_TRACE("reading " + std::to_string(n));
    Books books;
    books.Limit("acme", {.nominal = 1'000 * kSecond});
    books.Run("acme", 1);
    more = false;
    const auto drained_beside = [&](const std::function<void()>& ask) {
      ASSERT_TRUE(books.Try("acme", 200 * kSecond));
      const auto drain = [&] { EXPECT_THAT(books->Drain(), IsOk()); };
      more |= books.Beside(n, drain, ask);
    };
    drained_beside([&] { EXPECT_EQ(books.Listed().used, 200 * kSecond); });
    drained_beside([&] { EXPECT_FALSE(books.Fits("acme", 601 * kSecond)); });
    drained_beside([&] {
      const auto next = books->NextExhaustion();
      ASSERT_THAT(next, IsOk());
      EXPECT_EQ((*next)->at_us, books.now_us + 400 * kSecond);
    });
    drained_beside([&] {
      HoldRequest request = {"q", "acme", kPool, GpuTime(201 * kSecond)};
      request.ttl_us = kHour;
      const auto quote = books->QuoteHold(request);
      ASSERT_THAT(quote, IsOk());
      EXPECT_FALSE(quote->admission.admitted());
    });
    ASSERT_TRUE(books.Hold("h", "acme", 30 * kSecond));
    const auto retaken = [&] {
      EXPECT_THAT(books->ReleaseHold("h"), IsOk());
      EXPECT_TRUE(books.Try("acme", 200 * kSecond));
    };
    more |= books.Beside(n, retaken,
                         [&] { EXPECT_GE(books.Listed().available, 0); });
  }
}

// Whoever is at the ledger, and however long: who asks waits for nobody, and
// what a commit under way is to change is not in the answer.
TEST(QuotaAgreementTest, AnswersDoNotWaitForCommits) {
  bool more = true;
  for (int n = 0; more; ++n) {
    SCOPED_TRACE("reading " + std::to_string(n));
    Books books(std::chrono::milliseconds(20));
    books.Limit("acme", {.nominal = 1'000 * kSecond});
    ASSERT_TRUE(books.Try("acme", 200 * kSecond));
    more = books.Beside(
        n,
        [&] {
          const QuotaState listed = books.Listed();
          EXPECT_TRUE(listed.used == 200 * kSecond);
          EXPECT_TRUE(listed.held == 0 || listed.held == 30 * kSecond);
          EXPECT_TRUE(books.Fits("acme", 1 * kSecond));
          EXPECT_THAT(books->NextExhaustion(), IsOk());
        },
        [&] { EXPECT_TRUE(books.Hold("h", "acme", 30 * kSecond)); });
  }
}

// The callback is called by the thread that has the writer lock.
TEST(QuotaAgreementTest, QuotasAreToldWhileAFileIsImported) {
  Books books(std::chrono::milliseconds(20));
  books.Limit("acme", {.nominal = 1'000 * kSecond});
  ASSERT_TRUE(books.Try("acme", 200 * kSecond));
  const std::string path = books.Path("usage.csv");
  std::ofstream(path) << "usage_id,tenant,pool,start,end,gpu_seconds\n"
                         "u1,acme,p,2026-06-01T00:00:00Z,"
                         "2026-06-01T01:00:00Z,100\n";
  int posting = 0;
  const auto imported = books->ImportUsageFiles(
      {path}, {}, [&](std::string_view phase, uint64_t, uint64_t) {
        posting += phase == "posting";
        EXPECT_TRUE(books.Listed().used == 200 * kSecond);
      });
  EXPECT_THAT(imported, IsOk());
  EXPECT_GT(posting, 0);
  EXPECT_TRUE(books.Listed().used == 300 * kSecond);
}

// A random life of quotas and of what counts under them.
class Life {
 public:
  explicit Life(Random* random) : random_(*random) {
    books_.Limit("a", {.nominal = random_.Between(50, 300) * kHour});
    const int64_t quotas = random_.Between(2, 6);
    for (int64_t i = 0; i < quotas; ++i) DrawQuota();
    for (const char* const tenant : kTenants) books_.Try(tenant, 0);
  }

  void Step() {
    const std::string tenant = AnyTenant();
    switch (random_.Between(0, 9)) {
      case 0:
        books_.Use(tenant, Amount());
        break;
      case 1:
        books_.Count(tenant, Amount());
        break;
      case 2:
        runs_.push_back(books_.Run(tenant, random_.Between(1, 20)));
        break;
      case 3:
        StartWithHold(tenant);
        break;
      case 4:
        StopRun();
        break;
      case 5:
        PlaceHold(tenant);
        break;
      case 6:
        CloseHold();
        break;
      case 7:
        if (random_.OneIn(3)) DrawQuota();
        ASSERT_THAT(books_->Drain(), IsOk());
        break;
      default:
        books_.now_us += random_.OneIn(4)
                             ? kHour * random_.Between(1, 3)
                             : random_.Between(1, 40 * 60) * kSecond + 7;
        // As a settler does: what was counted before a bucket began is not its.
        ASSERT_THAT(books_->Drain(), IsOk());
    }
  }

  // At one instant.
  void Agree() {
    const std::string tenant = AnyTenant();
    const int64_t most = books_.Most(tenant);
    SCOPED_TRACE(tenant + ": " + std::to_string(most));
    if (random_.OneIn(2)) {
      EXPECT_FALSE(books_.CouldHold(tenant, most + 1));
    }
    EXPECT_FALSE(books_.Try(tenant, most + 1));
    if (most == 0) return;
    if (random_.OneIn(2)) {
      EXPECT_TRUE(books_.CouldHold(tenant, most));
    }
    // Slices of others are room too.
    int64_t left = most;
    for (int64_t i = random_.Between(0, 3); i > 0; --i) {
      left -= books_.Try(AnyTenant(), 1) ? 1 : 0;
    }
    if (left <= 0 || random_.OneIn(2)) return;
    EXPECT_TRUE(books_.Try(tenant, random_.OneIn(4) ? left : left / 8 + 1));
    ++admitted_;
  }

  // While the clock goes on: what falls only, and fits at the end, has fitted
  // all along; what did not at the beginning never did.
  void AgreeWhileTimePasses() {
    const std::string tenant = AnyTenant();
    if (random_.OneIn(2)) {
      books_.tick_us = kTick;
      books_.CouldHold(AnyTenant(), 1);
      books_.tick_us = 0;
    }
    const int64_t before = books_.Most(tenant);
    const int64_t asked =
        std::max<int64_t>(1, before - random_.Between(-kTick, 400 * kTick));
    books_.tick_us = kTick;
    const bool holds = random_.OneIn(3);
    const bool admitted =
        holds ? books_.CouldHold(tenant, asked) : books_.Try(tenant, asked);
    books_.tick_us = 0;
    SCOPED_TRACE(tenant + ": " + std::to_string(asked));
    const int64_t after =
        books_.Most(tenant) + (admitted && !holds ? asked : 0);
    if (after > before) return;  // A window has turned, or a hold has ended.
    EXPECT_FALSE(admitted && asked > before) << before;
    EXPECT_FALSE(!admitted && asked <= after) << after;
  }

  int64_t admitted() const { return admitted_; }
  void Verify() { EXPECT_TRUE(books_->VerifyInProcess()->ok); }

 private:
  static constexpr int64_t kTick = 3;
  static constexpr const char* kTenants[] = {"a",     "a/b",   "a/c",
                                             "a/b/d", "a/b/e", "a/c/f"};

  std::string AnyTenant() {
    return kTenants[random_.Between(0, std::size(kTenants) - 1)];
  }
  int64_t Amount() {
    return random_.OneIn(8) ? 0 : random_.Between(1, 12 * kHour);
  }

  void DrawQuota() {
    const std::string tenant = AnyTenant();
    QuotaLimit limit;
    limit.nominal = random_.Between(0, 100) * kHour;
    if (tenant == "a") limit.nominal = random_.Between(50, 300) * kHour;
    limit.slice = tenant != "a" && !random_.OneIn(3);
    if (limit.slice && random_.OneIn(2)) {
      limit.lending = random_.Between(0, static_cast<int64_t>(limit.nominal));
    }
    if (random_.OneIn(3)) limit.borrowing = random_.Between(0, 50) * kHour;
    limit.soft = tenant != "a" && random_.OneIn(8);
    QuotaScope scope;
    scope.period = random_.OneIn(3)   ? QuotaPeriod::kMonth
                   : random_.OneIn(3) ? QuotaPeriod::kRolling
                                      : QuotaPeriod::kTotal;
    if (scope.period == QuotaPeriod::kRolling) scope.rolling_us = 2 * kHour;
    books_.Limit(tenant, limit, scope);
  }

  void PlaceHold(const std::string& tenant) {
    const std::string id = books_.NewId();
    const int64_t ttl_us = random_.Between(1, 5 * kHour);
    if (books_.Hold(id, tenant, Amount() + 1, ttl_us)) {
      holds_.push_back(id);
    }
  }
  void CloseHold() {
    if (holds_.empty()) return;
    const std::string id = TakeOneOf(&holds_);
    // One that has a run may have ended with it.
    if (random_.OneIn(2)) {
      books_->ReleaseHold(id).IgnoreError();
    } else {
      books_->SettleHold(id, GpuTime(Amount())).status().IgnoreError();
    }
  }
  // Which draws it, and goes on when it is spent.
  void StartWithHold(const std::string& tenant) {
    const std::string id = books_.NewId();
    if (!books_.Hold(id, tenant, random_.Between(1, 4 * kHour), 50 * kHour)) {
      return;
    }
    RunStart start;
    start.key = {id, 1};
    start.tenant = tenant;
    start.pool = kPool;
    start.micro_gpus = random_.Between(1, 20) * kGpu;
    start.at_us = books_.now_us + (random_.OneIn(4) ? 500 * kSecond : 0);
    start.hold_id = id;
    const auto started = books_->StartRun(start);
    ASSERT_THAT(started, IsOk());
    EXPECT_TRUE(started->admitted());
    runs_.push_back(id);
  }
  void StopRun() {
    if (runs_.empty()) return;
    const std::string id = TakeOneOf(&runs_);
    // One that has not begun cannot.
    const int64_t ahead_us = random_.OneIn(4) ? 300 * kSecond : 0;
    books_->StopRun({id, 1}, books_.now_us + ahead_us).IgnoreError();
  }
  std::string TakeOneOf(std::vector<std::string>* ids) {
    const auto at = ids->begin() +
                    random_.Between(0, static_cast<int64_t>(ids->size()) - 1);
    std::string id = *at;
    ids->erase(at);
    return id;
  }

  Random& random_;
  Books books_;
  std::vector<std::string> runs_;
  std::vector<std::string> holds_;
  int64_t admitted_ = 0;
};

TEST(QuotaAgreementTest, AtEachStepOfARandomLife) {
  const char* const wanted = std::getenv("DRAWDOWN_AGREEMENT_LIVES");
  const int lives = wanted != nullptr ? std::atoi(wanted) : 6;
  int64_t admitted = 0;
  for (int life = 0; life < lives; ++life) {
    Random random(static_cast<uint64_t>(life));
    SCOPED_TRACE("life " + std::to_string(life));
    Life one(&random);
    for (int step = 0; step < 30; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      one.Step();
      one.Agree();
      if (random.OneIn(3)) one.AgreeWhileTimePasses();
      if (testing::Test::HasFailure()) return;
    }
    one.Verify();
    admitted += one.admitted();
  }
  std::cerr << lives << " lives, " << admitted << " admitted of what fits\n";
  EXPECT_GT(admitted, lives);
}

}  // namespace
}  // namespace drawdown
