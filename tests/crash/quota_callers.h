// What the processes of a random history of quotas do and are answered.
#ifndef DRAWDOWN_TESTS_CRASH_QUOTA_CALLERS_H_
#define DRAWDOWN_TESTS_CRASH_QUOTA_CALLERS_H_

#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/quota_history.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {

struct Crowd {
  int processes;
  int threads;
};
inline constexpr int kMostThreads = 32;
inline constexpr int kActsOfAThread = 100;
// Of batches, a call each.
inline constexpr int kCallsOfAThread = 2 * kActsOfAThread;
inline constexpr int64_t kStart = 495'000 * kMicrosPerHour;
inline constexpr int64_t kMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kFirstLimit = 400'000;
inline const std::array<std::string, 3> kTenants = {"t/a", "t/b", "t/b/c"};
// Beside them, with runs and holds of GPUs alone, as under a quota of GPU time
// runs use more every second, asked or not.
inline constexpr int kRunsTenant = 3;
inline constexpr char kRunsPath[] = "g/r";
inline constexpr int kAtOnceQuotas = 2;  // after the others: of t, of g
// The quotas of GPU time: three, of two chains over t/b; one chain, whose lower
// quota has plenty, so that threads have allowances; or one chain, whose lower
// quota is a slice.
enum class Quotas { kTwoChains, kPlenty, kSlice };
inline constexpr int64_t kSliceLends = kFirstLimit / 8;
inline constexpr int64_t kSliceBorrows = kFirstLimit / 4;
inline constexpr int64_t kFirstGpus = 24 * kMicroGpusPerGpu;
// For these histories.
inline constexpr int64_t kForEver = 300 * 24 * kMicrosPerHour;

// What all processes share.
struct Shared {
  std::atomic<uint64_t> instant{1};
  std::atomic<int64_t> clock_us{kStart};
  std::atomic<int> ready{0};
  std::atomic<int> failures{0};
  std::atomic<int> busy{0};
  // Set before there are processes.
  Quotas kind = Quotas::kTwoChains;
  // Of GPU time, of ScopeOf.
  int quotas() const { return kind == Quotas::kTwoChains ? 3 : 2; }
  // Each thread writes its own; the first thread of the first process alone
  // moves the clock and sets limits.
  std::array<std::array<AskedCall, kCallsOfAThread>, kMostThreads> calls;
  std::array<int, kMostThreads> counts{};
  std::array<LimitCall, kActsOfAThread> limits;
  std::array<ClockCall, kActsOfAThread> clock;
  int limit_count = 0;
  int clock_count = 0;

  uint64_t Instant() { return instant.fetch_add(1); }
};

inline std::unique_ptr<Ledger> OpenShared(const std::string& path,
                                          Shared* shared) {
  OpenOptions options;
  options.create_if_missing = true;
  options.drain_interval = std::chrono::milliseconds(5);
  options.lock_timeout = std::chrono::seconds(60);
  options.now_us = [shared] { return shared->clock_us.load(); };
  auto ledger = Ledger::Open(path, options);
  EXPECT_THAT(ledger, IsOk());
  return ledger.ok() ? *std::move(ledger) : nullptr;
}

inline QuotaScope ScopeOf(int quota, int quotas) {
  QuotaScope scope;
  if (quota >= quotas) {
    scope.tenant = quota == quotas ? "t" : "g";
    scope.period = QuotaPeriod::kAtOnce;
    return scope;
  }
  scope.tenant = quota == 1 ? "t/b" : "t";
  scope.period = QuotaPeriod::kRolling;
  scope.rolling_us = (quota == 2 ? 3 : 1) * kMicrosPerHour;
  return scope;
}
inline int64_t FirstLimit(int quota, Quotas kind, int quotas) {
  if (quota >= quotas) return kFirstGpus;
  if (quota == 1) {
    return kind == Quotas::kPlenty ? kFirstLimit * 20 : kFirstLimit / 2;
  }
  return quota == 2 ? 2 * kFirstLimit : kFirstLimit;
}
inline absl::Status SetLimit(Ledger* ledger, int quota, const Shared& shared,
                             int64_t limit) {
  QuotaSetting setting;
  setting.scope = ScopeOf(quota, shared.quotas());
  setting.limit = QuotaLimit{.nominal = limit};
  if (shared.kind == Quotas::kSlice && quota == 1) {
    setting.limit->slice = true;
    setting.limit->lending = kSliceLends;
    setting.limit->borrowing = kSliceBorrows;
  }
  return ledger->SetQuota(setting).status();
}

// One thread of one process.
class Caller {
 public:
  Caller(Ledger* ledger, Shared* shared, int number, uint64_t salt)
      : ledger_(*ledger),
        shared_(*shared),
        number_(number),
        random_(salt * 1'000 + number) {
    for (const std::string& tenant : kTenants) {
      const auto meter = ledger_.meter(tenant, "p");
      if (meter.ok()) {
        meters_.push_back(*meter);
      } else {
        Fail(meter.status());
      }
    }
  }

  void Run() {
    if (meters_.size() != kTenants.size()) return;
    for (int i = 0; i < kActsOfAThread; ++i) {
      if (number_ == 0 && random_.OneIn(3)) {
        random_.OneIn(3) ? ChangeLimit() : MoveClock();
      }
      switch (random_.Between(0, 12)) {
        case 10:
          ChangeRun();
          break;
        case 11:
          if (!open_.empty() && open_.front().lasts) {
            Renew();
            break;
          }
          [[fallthrough]];
        case 0:
        case 1:
          random_.OneIn(3) ? PlaceBatch() : Place();
          break;
        case 2:
        case 3:
        case 4:
          if (!open_.empty()) {
            End();
            break;
          }
          [[fallthrough]];
        default:
          Record();
      }
    }
  }

 private:
  void Fail(const absl::Status& status) {
    std::cerr << status << "\n";
    ++shared_.failures;
  }
  AskedCall& NextCall() {
    AskedCall& call = shared_.calls[number_][shared_.counts[number_]];
    call = AskedCall{};
    call.tenant = static_cast<int>(random_.Between(0, 2));
    return call;
  }
  // Small calls get slices, which large ones have recalled.
  int64_t AnyOf(std::initializer_list<int64_t> amounts) {
    return amounts
        .begin()[random_.Between(0, static_cast<int64_t>(amounts.size()) - 1)];
  }
  void Record() {
    AskedCall& call = NextCall();
    call.amount = random_.Between(1, AnyOf({100, 100, 100, 2'000, 40'000}));
    call.span.asked = shared_.Instant();
    const Decision decision = meters_[call.tenant].TryRecord(call.amount);
    call.span.answered = shared_.Instant();
    if (decision == Decision::kBusy) {  // No answer.
      ++shared_.busy;
      return;
    }
    call.admitted = decision == Decision::kAdmitted;
    ++shared_.counts[number_];
  }

  // Where a limit, a window or what is held changed during it: no answer.
  template <typename Answer>
  bool IsBusy(const absl::StatusOr<Answer>& answer) {
    const bool busy = GetErrorCode(answer.status()) == ErrorCode::kBusy;
    if (busy) ++shared_.busy;
    return busy;
  }

  HoldRequest NewHold(int64_t amount, AskedCall* call) {
    call->hold = true;
    call->amount = amount;
    call->gpus =
        random_.OneIn(3) ? random_.Between(1, 5) * kMicroGpusPerGpu : 0;
    call->ttl_us =
        random_.OneIn(3) ? kForEver : random_.Between(10, 200) * kMinute;
    return {"h" + std::to_string(number_) + "-" + std::to_string(++holds_),
            kTenants[call->tenant],
            "p",
            GpuTime(call->amount),
            call->gpus,
            call->ttl_us};
  }
  void Keep(const HoldRequest& request, AskedCall* call) {
    open_.push_back({request.hold_id, {call}, request.ttl_us == kForEver, 0});
  }
  void Place() {
    AskedCall& call = NextCall();
    const HoldRequest request =
        NewHold(random_.Between(1, AnyOf({5'000, 60'000})), &call);
    call.span.asked = shared_.Instant();
    const auto placed = ledger_.PlaceHold(request);
    call.span.answered = shared_.Instant();
    if (IsBusy(placed)) return;
    if (!placed.ok()) return Fail(placed.status());
    call.admitted = placed->admitted();
    if (call.admitted) Keep(request, &call);
    ++shared_.counts[number_];
  }

  // Two or none. The second is often more than ever fits: then what the first
  // was promised comes to nothing.
  void PlaceBatch() {
    AskedCall& first = NextCall();
    ++shared_.counts[number_];
    AskedCall& second = NextCall();
    const std::array<HoldRequest, 2> requests = {
        NewHold(random_.Between(1, AnyOf({5'000, 400'000})), &first),
        NewHold(AnyOf({1, 5'000, 10 * kFirstLimit}), &second)};
    first.span.asked = shared_.Instant();
    const auto placed = ledger_.PlaceHolds(requests);
    first.span.answered = shared_.Instant();
    if (!placed.ok()) {
      --shared_.counts[number_];
      if (IsBusy(placed)) return;
      return Fail(placed.status());
    }
    if (!placed->admitted()) {
      first.beside = second.amount;
      first.beside_gpus = second.gpus;
      first.beside_tenant = second.tenant;
      return;
    }
    second.span = first.span;
    first.admitted = second.admitted = true;
    Keep(requests[0], &first);
    Keep(requests[1], &second);
    ++shared_.counts[number_];
  }

  // Settling books what it is given, so it is no admission.
  void End() {
    const Open hold = open_.front();
    open_.pop_front();
    const bool release = random_.OneIn(2);
    AskedCall* const placed = hold.calls.front();
    placed->settled = release ? 0 : random_.Between(0, placed->amount);
    CallSpan end;
    end.asked = shared_.Instant();
    const absl::Status ended =
        release
            ? ledger_.ReleaseHold(hold.id)
            : ledger_.SettleHold(hold.id, GpuTime(placed->settled)).status();
    end.answered = shared_.Instant();
    if (!ended.ok()) Fail(ended);
    for (AskedCall* const call : hold.calls) call->end = end;
  }

  // Of a hold that cannot have expired: of another it would be asked for anew.
  void Renew() {
    Open& hold = open_.front();
    AskedCall& call = NextCall();
    call.tenant = hold.calls.front()->tenant;
    call.hold = true;
    call.amount = random_.Between(1, AnyOf({5'000, 60'000, 400'000}));
    call.ttl_us = kForEver;
    call.span.asked = shared_.Instant();
    const auto renewed =
        ledger_.RenewHold({hold.id, hold.renewals + 1, GpuTime(),
                           GpuTime(call.amount), kForEver});
    call.span.answered = shared_.Instant();
    if (IsBusy(renewed)) return;
    if (!renewed.ok()) return Fail(renewed.status());
    call.admitted = renewed->admitted();
    if (call.admitted) {
      ++hold.renewals;
      hold.calls.push_back(&call);
    }
    ++shared_.counts[number_];
  }

  // Starts, grows or stops a run.
  void ChangeRun() {
    const int64_t at_us = shared_.clock_us;
    if (!runs_.empty() && random_.OneIn(3)) return Stop(at_us);
    // Twice at one instant would be a conflict.
    const bool grows =
        !runs_.empty() && runs_.back().resized_us != at_us && random_.OneIn(2);
    AskedCall& call = NextCall();
    call.tenant = kRunsTenant;
    call.hold = true;
    call.gpus = random_.Between(1, 6) * kMicroGpusPerGpu;
    call.ttl_us = kForEver;
    if (!grows) runs_.push_back({{RunId(++started_), 1}, {}, 0});
    Running& run = runs_.back();
    call.span.asked = shared_.Instant();
    const auto admission =
        grows ? ledger_.ResizeRun(run.key, run.gpus + call.gpus, at_us)
              : ledger_.StartRun({run.key, kRunsPath, "p", call.gpus, at_us});
    call.span.answered = shared_.Instant();
    if (IsBusy(admission)) {
      if (!grows) runs_.pop_back();
      return;
    }
    if (!admission.ok()) return Fail(admission.status());
    call.admitted = admission->admitted();
    if (call.admitted) {
      run.gpus += call.gpus;
      if (grows) run.resized_us = at_us;
      run.calls.push_back(&call);
    } else if (!grows) {
      runs_.pop_back();
    }
    ++shared_.counts[number_];
  }
  void Stop(int64_t at_us) {
    const Running run = runs_.back();
    runs_.pop_back();
    CallSpan end;
    end.asked = shared_.Instant();
    const absl::Status stopped =
        ledger_.StopRun(run.key, at_us, StopReason::kDone);
    end.answered = shared_.Instant();
    if (!stopped.ok()) Fail(stopped);
    for (AskedCall* const call : run.calls) call->end = end;
  }
  std::string RunId(int number) const {
    return "r" + std::to_string(number_) + "-" + std::to_string(number);
  }

  // Into another bucket it drains too: from its answer on no bank counts for an
  // earlier one. That holds expire, whoever comes next has to find.
  void MoveClock() {
    ClockCall& call = shared_.clock[shared_.clock_count];
    const int64_t now_us = shared_.clock_us;
    call.to_us = random_.OneIn(2)
                     ? (now_us / kMicrosPerHour + 1) * kMicrosPerHour
                     : now_us + random_.Between(1, 30) * kMinute;
    call.span.asked = shared_.Instant();
    shared_.clock_us = call.to_us;
    if (call.to_us / kMicrosPerHour != now_us / kMicrosPerHour) {
      const auto drained = ledger_.Drain();
      if (!drained.ok()) return Fail(drained.status());
    }
    call.span.answered = shared_.Instant();
    ++shared_.clock_count;
  }

  void ChangeLimit() {
    LimitCall& call = shared_.limits[shared_.limit_count];
    // Those of slices and above them stay (tests/support/quota_history.h).
    const int quotas = shared_.quotas();
    call.quota = static_cast<int>(
        random_.Between(shared_.kind == Quotas::kSlice ? quotas : 0,
                        quotas + kAtOnceQuotas - 1));
    call.limit = FirstLimit(call.quota, shared_.kind, quotas) *
                 random_.Between(1, 6) / 4;
    call.span.asked = shared_.Instant();
    const absl::Status set =
        SetLimit(&ledger_, call.quota, shared_, call.limit);
    call.span.answered = shared_.Instant();
    if (!set.ok()) return Fail(set);
    ++shared_.limit_count;
  }

  Ledger& ledger_;
  Shared& shared_;
  const int number_;
  Random random_;
  std::vector<Meter> meters_;
  struct Open {
    std::string id;
    std::vector<AskedCall*> calls;  // the placing, then what renewals added
    bool lasts = false;
    uint32_t renewals = 0;
  };
  std::deque<Open> open_;
  int holds_ = 0;
  struct Running {
    RunKey key;
    std::vector<AskedCall*> calls;  // the start, then growths
    int64_t gpus = 0;
    int64_t resized_us = 0;  // the last time
  };
  std::vector<Running> runs_;
  int started_ = 0;
};

inline int RunProcess(const std::string& path, Shared* shared,
                      const Crowd& crowd, int process, uint64_t salt) {
  const std::unique_ptr<Ledger> ledger = OpenShared(path, shared);
  if (ledger == nullptr) return 1;
  // All begin together.
  ++shared->ready;
  while (shared->ready < crowd.processes) usleep(1'000);
  std::vector<std::thread> threads;
  for (int i = 0; i < crowd.threads; ++i) {
    threads.emplace_back([&, i] {
      Caller(ledger.get(), shared, process * crowd.threads + i, salt).Run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_CRASH_QUOTA_CALLERS_H_
