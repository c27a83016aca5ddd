// Random lives of quotas and of what counts under them: at each step
// ExplainQuota, TryRecord and PlaceHold say the same.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/random.h"
#include "tests/unit/engine/clocked_books.h"

namespace drawdown {
namespace {

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
  ClockedBooks books_;
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
