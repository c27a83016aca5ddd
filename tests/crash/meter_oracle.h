// What meters were told, kept where no death can touch it, and the check that
// the books agree.
#ifndef DRAWDOWN_TESTS_CRASH_METER_ORACLE_H_
#define DRAWDOWN_TESTS_CRASH_METER_ORACLE_H_

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "drawdown/ledger.h"
#include "drawdown/meter.h"

namespace drawdown {

// A T in memory that this process and all it forks share.
template <typename T>
class SharedMemory {
 public:
  SharedMemory()
      : value_(new (mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) T()) {}
  ~SharedMemory() { munmap(value_, sizeof(T)); }
  SharedMemory(const SharedMemory&) = delete;  // Owns a mapping.
  SharedMemory& operator=(const SharedMemory&) = delete;

  T* get() const { return value_; }
  T* operator->() const { return value_; }

 private:
  T* const value_;
};

// Two words around each Record of one thread, so that a kill leaves at most the
// one amount unknown that was in flight. Written by that thread alone. `intent`
// is stored before the count can be in the lane and `done` after it must be:
// release and acquire, so that who has seen `done` finds the count and who has
// found a count sees its `intent`.
struct Tally {
  std::atomic<int64_t> intent{0};
  std::atomic<int64_t> done{0};

  void Record(const Meter& meter, int64_t gpu_us) {
    const int64_t before = intent.load(std::memory_order_relaxed);
    intent.store(before + gpu_us, std::memory_order_seq_cst);
    meter.Record(gpu_us);
    done.store(done.load(std::memory_order_relaxed) + gpu_us,
               std::memory_order_release);
  }
};

inline constexpr int64_t kFirstBucketUs = 493'000 * kMicrosPerHour;
// After everything these tests count: what a total is asked for.
inline constexpr int64_t kFarUs = 800'000 * kMicrosPerHour;

inline constexpr int kOracleMeters = 6;
using MeterAmounts = std::array<int64_t, kOracleMeters>;
// Three tenants by two pools.
std::vector<MeterName> OracleNames();

// What the books may say of each meter.
struct AmountBounds {
  MeterAmounts low{};
  MeterAmounts high{};
};

// A ledger whose clock is `clock_us`; it waits long for a lock.
absl::StatusOr<std::unique_ptr<Ledger>> OpenWithClock(
    const std::string& path, const std::atomic<int64_t>* clock_us,
    std::chrono::milliseconds drain_interval);

// All usage of each meter.
absl::StatusOr<MeterAmounts> TotalsOf(const Ledger& ledger);

// "" when `low` <= totals <= `high`, else which meter is off and by how much.
std::string Compare(const MeterAmounts& totals, const AmountBounds& allowed);

// Names in live/ beyond the epoch word and the budgets.
std::vector<std::string> LiveNames(const std::string& path);

// Opens the ledger that others left behind, all of them dead, and looks for
// what must hold whatever happened to them: totals within `allowed`, unchanged
// by drains and by the end of the bucket (`clock_us` is moved past it), verify
// content, no regression, nothing left in live/, and new counts in the right
// buckets. Returns "" and the totals with these, or what is wrong.
std::string CheckAfterDeaths(const std::string& path,
                             std::atomic<int64_t>* clock_us,
                             const AmountBounds& allowed, MeterAmounts* totals);

// Runs `body` in a forked child. Returns what it returned; how it ended, where
// it did not; "hung" when it was not done by `deadline`.
std::string InChild(const std::function<std::string()>& body,
                    std::chrono::seconds deadline = std::chrono::seconds(60));

// Where ledgers are kept in memory, if there is room: a kill loses nothing that
// was written, on no filesystem, and there a commit waits for no disk. Else,
// and where $TMPDIR says otherwise, the place for temporary files.
std::filesystem::path MemoryDirectory();

// An integer environment variable.
int64_t Setting(const char* name, int64_t otherwise);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_CRASH_METER_ORACLE_H_
