// Books whose clock is ours, for tests of what quotas leave.
#ifndef DRAWDOWN_TESTS_UNIT_ENGINE_CLOCKED_BOOKS_H_
#define DRAWDOWN_TESTS_UNIT_ENGINE_CLOCKED_BOOKS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {

inline constexpr int64_t kGpu = 1'000'000;
inline constexpr int64_t kHour = kMicrosPerHour;
inline constexpr int64_t kSecond = kMicrosPerSecond;
inline constexpr int64_t kBegin = 495'010 * kHour;
inline constexpr char kPool[] = "p";

// Whose clock stands, or goes on by `tick_us` with each reading.
class ClockedBooks {
 public:
  explicit ClockedBooks(std::chrono::milliseconds lock_timeout =
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

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_ENGINE_CLOCKED_BOOKS_H_
