// Allowances: room that a thread has in advance, for one meter and bank, under
// the lower of the quotas over it. Where the higher ones have little left, so
// that there are no slices, an admission needs to change the higher ones only,
// and all else it changes is the thread's own.
//
// An allowance is under the quotas of one chain from the lowest up to, and
// without, the quota `above`. All of it happens under the lock of the budgets:
// whoever is killed in between leaves them torn, and then they are made anew
// from what was admitted.
#ifndef DRAWDOWN_SRC_METER_ALLOWANCE_H_
#define DRAWDOWN_SRC_METER_ALLOWANCE_H_

#include <atomic>
#include <cstdint>

#include "drawdown/meter.h"

namespace drawdown {

inline constexpr int kAllowanceBits = 46;
inline constexpr uint64_t kMaxAllowance = (uint64_t{1} << kAllowanceBits) - 1;

// In the lanes file.
struct AllowanceWords {
  // What the thread has admitted by its allowances: a counter, added to by it
  // under the lock of the budgets, read by anybody. Release, as all counters.
  std::atomic<uint64_t> admitted;
  // above (18 bits) | left (46). Written under the lock, by the thread or by
  // who recalls. Relaxed: who reads it without the lock only guesses by it.
  std::atomic<uint64_t> word;
};
static_assert(sizeof(AllowanceWords) == 16);

struct AllowanceWord {
  uint32_t above = 0;  // 0: it is under all quotas of the chain
  uint64_t left = 0;

  static AllowanceWord Decode(uint64_t word) {
    return {static_cast<uint32_t>(word >> kAllowanceBits),
            word & kMaxAllowance};
  }
  uint64_t Encode() const { return uint64_t{above} << kAllowanceBits | left; }
};

// One where it lies in memory; none where `words` is null.
class Allowance {
 public:
  Allowance() = default;
  explicit Allowance(AllowanceWords* words) : words_(words) {}

  bool there() const { return words_ != nullptr; }
  AllowanceWord Get() const {
    return AllowanceWord::Decode(words_->word.load(std::memory_order_relaxed));
  }

  // The rest under the lock of the budgets.

  // By the owning thread.
  void Set(const AllowanceWord& word) const {
    words_->word.store(word.Encode(), std::memory_order_relaxed);
  }
  // By the owning thread. REQUIRES: so much is left.
  void Admit(uint64_t gpu_us) const {
    meter_internal::AddToOwn(words_->admitted, gpu_us);
    words_->word.store(words_->word.load(std::memory_order_relaxed) - gpu_us,
                       std::memory_order_relaxed);
  }
  // By anybody: takes back what is left and says what it was.
  AllowanceWord Recall() const {
    return AllowanceWord::Decode(
        words_->word.exchange(0, std::memory_order_relaxed));
  }

 private:
  AllowanceWords* words_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_ALLOWANCE_H_
