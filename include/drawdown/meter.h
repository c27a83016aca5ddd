// Meters: counting GPU time at the cost of an addition.
//
//   auto meter = ledger->meter("acme/chat", "aws/us-east-1/gb200");
//   if (!meter.ok()) return meter.status();
//   meter->Record(1'250'000);  // 1.25 GPU-seconds
//
// What Record has counted is in the books' answers at once (Ledger::Usage,
// Live), in every process, and survives kill -9 from the moment Record returns.
// It is durable against power loss after the next drain (Ledger::Drain, or the
// background settler, by default within a second).
//
// Usage lands in the bucket (billing hour) that is current when it is recorded,
// though Record reads no clock: see docs/design/hot_path.md for the bound.
#ifndef DRAWDOWN_METER_H_
#define DRAWDOWN_METER_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "drawdown/export.h"

#if defined(__SANITIZE_THREAD__)
#define DRAWDOWN_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DRAWDOWN_THREAD_SANITIZER
#endif
#endif

namespace drawdown {

namespace meter_internal {

static_assert(std::atomic<uint64_t>::is_always_lock_free &&
                  sizeof(std::atomic<uint64_t>) == sizeof(uint64_t),
              "counters are shared between processes as plain 64-bit words");

// The counters of meter m for bank b are at counters[b << kBankShift | m].
inline constexpr int kBankShift = 20;
// The low half of the epoch word is where the counters of the bank that counts
// begin, so that Record only has to add it.
inline uint64_t ActiveCounters(uint64_t epoch_word) {
  return static_cast<uint32_t>(epoch_word);
}

// The lane that this thread counted in last: its counters, which it alone
// writes. All zero until the thread has a lane, so that every id misses it; a
// thread that counts for several ledgers in turn pays a call for each change.
struct LaneView {
  uint64_t first = 0;  // id of the file's meter 0
  uint64_t limit = 0;  // meters that have counters in the lane
  // Written by the owning thread alone, read by whoever drains or queries, in
  // any process. Release, so that who sees a count also sees the flip that its
  // writer had seen (docs/design/hot_path.md).
  std::atomic<uint64_t>* counters = nullptr;
  // Written by whoever flips the banks, in any process. Relaxed: which bank a
  // count goes to decides its bucket, never whether it is counted.
  const std::atomic<uint64_t>* epoch = nullptr;
  // For TryRecord: the lane's slices, at the same places as counters.
  uint64_t slice_limit = 0;  // meters that have a slice in the lane
  // Lowered by the owning thread (release, as counters are), emptied by whoever
  // recalls, in any process, and filled by the owning thread; both of those
  // under the lock of the budgets (src/meter/slice.h).
  std::atomic<uint64_t>* slices = nullptr;
};

// What may be spent of a slice without asking: the low bits of its word. Above
// them is a number that changes whenever a slice is filled or recalled.
inline constexpr int kRemainingBits = 36;
inline constexpr uint64_t kRemainingMask = (uint64_t{1} << kRemainingBits) - 1;

#if defined(__x86_64__) || defined(__aarch64__)
__attribute__((tls_model("initial-exec")))
#endif
extern DRAWDOWN_EXPORT thread_local constinit LaneView lane_view;

// Adds to a counter that only this thread writes.
inline void AddToOwn(std::atomic<uint64_t>& counter, uint64_t gpu_us) {
#if defined(__x86_64__) && !defined(DRAWDOWN_THREAD_SANITIZER)
  // The load and the store below in one instruction, which g++ 12 does not make
  // of them. Not locked, and need not be; stores of x86 are releases.
  asm volatile("addq %1, %0" : "+m"(counter) : "r"(gpu_us) : "cc", "memory");
#else
  counter.store(counter.load(std::memory_order_relaxed) + gpu_us,
                std::memory_order_release);
#endif
}

// First use by a thread, another ledger than the last, a meter newer than the
// lane, no lane, a negative amount.
__attribute__((cold)) DRAWDOWN_EXPORT void RecordSlowly(uint64_t id,
                                                        int64_t gpu_us);
}  // namespace meter_internal

// What TryRecord did.
enum class Decision : uint8_t {
  kAdmitted = 0,  // added
  // Not added: it does not fit under a hard quota. By which, and why, is the
  // Refusal in what Ledger::ExplainQuota answers for the same tenant, pool and
  // amount.
  kQuotaExceeded = 1,
  kBusy = 2,  // not added: nobody could say in time whether it fits
};

namespace meter_internal {

// The same for TryRecord, and a slice that is too small.
__attribute__((cold)) DRAWDOWN_EXPORT Decision TrySlowly(uint64_t id,
                                                         int64_t gpu_us);

// Whether 0 < gpu_us was left in the slice, and is spent. One store both admits
// and counts.
inline bool Spend(std::atomic<uint64_t>& slice, int64_t gpu_us) {
  uint64_t word = slice.load(std::memory_order_relaxed);
  const auto amount = static_cast<uint64_t>(gpu_us);
  return amount - 1 < (word & kRemainingMask) &&
         slice.compare_exchange_strong(word, word - amount,
                                       std::memory_order_release,
                                       std::memory_order_relaxed);
}

}  // namespace meter_internal

// A bound handle for one (tenant, pool) of one ledger. Eight bytes, cheap to
// copy, valid until the process ends, also after its Ledger is closed (what it
// counts then is posted by whoever opens the ledger next) and in a forked child
// (which counts in a lanes file of its own; while the disk has no room for
// that, in its memory, which no other process sees and kill -9 loses).
//
// Thread-safe: any thread may use any copy. Not for signal handlers.
class DRAWDOWN_EXPORT Meter {
 public:
  // Counts nothing; TryRecord is kBusy.
  Meter() = default;

  // Adds `gpu_us` >= 0 GPU-microseconds. Wait-free: no lock, allocation, system
  // call or clock read, except on a thread's first call for a ledger and when
  // it first uses a meter made after that, when its counters are set up. Where
  // disk or memory has no room for them it counts, under a lock, in counters of
  // the process that meter() reserved; so it does in a destructor that runs at
  // the end of its thread. A negative amount is not added; it is counted,
  // under a lock (LiveView::rejected). A counter holds 2^64 GPU-microseconds,
  // 584,000 GPU-years.
  void Record(int64_t gpu_us) const {
    const meter_internal::LaneView& lane = meter_internal::lane_view;
    const uint64_t index = id_ - lane.first;
    if (index < lane.limit && gpu_us >= 0) [[likely]] {
      const uint64_t first = meter_internal::ActiveCounters(
          lane.epoch->load(std::memory_order_relaxed));
      return meter_internal::AddToOwn(lane.counters[first + index],
                                      static_cast<uint64_t>(gpu_us));
    }
    meter_internal::RecordSlowly(id_, gpu_us);
  }

  // Adds `gpu_us` only if every hard GPU-hour quota above the tenant has room
  // for it. Exact, across threads and processes, whoever is killed where:
  //   - what is admitted, held and in the books never exceeds a quota, except
  //     for facts: what Record and imports booked anyway;
  //   - kQuotaExceeded is only said when there was an instant during the call
  //     at which it did not fit, everybody's unspent slices counted as room.
  // Far from every limit it costs one compare-and-swap in memory of the thread,
  // its slice of the quotas' room. To fill a slice, and to admit near a limit,
  // it takes a lock shared by all processes of the ledger, and after a crash, a
  // turn of a quota's window or a change of quotas, the books' writer lock.
  // Where that takes longer than the ledger allows, or memory runs out, it says
  // kBusy, never kQuotaExceeded; so it does when the ledger it came from is
  // closed, and in a forked child, until the process has opened the ledger and
  // bound a meter itself, in both cases once its slice is spent.
  // What is admitted counts as what is recorded does: in every answer at once,
  // there after kill -9, in the bucket that was current. A kill loses at most
  // the call in flight; what a killed thread had not spent of its slice goes
  // back to the quotas.
  // 0 is always admitted; a negative amount is kQuotaExceeded and counted as
  // Record does. Not for signal handlers.
  Decision TryRecord(int64_t gpu_us) const {
    const meter_internal::LaneView& lane = meter_internal::lane_view;
    const uint64_t index = id_ - lane.first;
    if (index < lane.slice_limit) [[likely]] {
      const uint64_t first = meter_internal::ActiveCounters(
          lane.epoch->load(std::memory_order_relaxed));
      if (meter_internal::Spend(lane.slices[first + index], gpu_us))
          [[likely]] {
        return Decision::kAdmitted;
      }
    }
    return meter_internal::TrySlowly(id_, gpu_us);
  }

  // Which meter this is, in this process: its lanes file's number and its
  // place there.
  uint64_t id() const { return id_; }
  static Meter OfId(uint64_t id) {
    Meter meter;
    meter.id_ = id;
    return meter;
  }

 private:
  uint64_t id_ = 0;
};

// What a meter counts for.
struct MeterName {
  std::string tenant;
  std::string pool;
};

}  // namespace drawdown

#endif  // DRAWDOWN_METER_H_
