// What threads of a storm say of their calls, in memory that outlives them:
// what was answered must be in the books, and no more than what was asked for
// besides.
#ifndef DRAWDOWN_TESTS_CRASH_QUOTA_STORM_ACCOUNT_H_
#define DRAWDOWN_TESTS_CRASH_QUOTA_STORM_ACCOUNT_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "drawdown/status.h"

namespace drawdown {

// A sum of what was answered, and what is asked for now.
struct StormSum {
  int64_t answered = 0;
  int64_t asked = 0;

  void Add(const StormSum& other) {
    answered += other.answered;
    asked += other.asked;
  }
  // Whether so much can be in the books.
  bool Allows(Int128 amount) const {
    return amount >= answered && amount <= Int128{answered} + asked;
  }
  std::string ToString() const {
    return std::to_string(answered) + " and at most " + std::to_string(asked) +
           " more";
  }
};

// Of one thread, which alone writes; its process is dead when anybody reads.
// What is asked is stored before the call and taken back after what was
// answered is stored: killed between two of them, an amount is allowed and not
// demanded, or both. So the stores must stay in this order, and on one
// processor that is all.
class StormCount {
 public:
  // A call begins, ends with the amount done, or with nothing done.
  void Ask(int64_t amount) {
    asked_.store(amount, std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void Answer(bool done) {
    if (done) {
      answered_.store(answered_.load(std::memory_order_relaxed) +
                          asked_.load(std::memory_order_relaxed),
                      std::memory_order_release);
    }
    asked_.store(0, std::memory_order_release);
  }
  StormSum Get() const {
    return {answered_.load(std::memory_order_relaxed),
            asked_.load(std::memory_order_relaxed)};
  }

 private:
  std::atomic<int64_t> answered_{0};
  std::atomic<int64_t> asked_{0};
};

struct StormThread {
  StormCount admitted;  // GPU-microseconds, by meters
  StormCount charged;   // the same, by renewals and settling
  StormCount placed;    // holds
  StormCount closed;    // holds
  // The first status that no call may have, as text; written once.
  std::array<char, 200> unexpected{};

  // Whether the call was done; notes what is neither OK nor one of these.
  bool Done(const absl::Status& status,
            std::initializer_list<ErrorCode> expected) {
    if (status.ok()) return true;
    const ErrorCode code = GetErrorCode(status);
    if (std::find(expected.begin(), expected.end(), code) == expected.end() &&
        unexpected[0] == '\0') {
      const std::string text(status.message());
      std::memcpy(unexpected.data(), text.data(),
                  std::min(text.size(), unexpected.size() - 1));
    }
    return false;
  }
};

// Of all threads, of all waves.
struct StormTotals {
  StormSum admitted;
  StormSum charged;
  StormSum placed;
  StormSum closed;

  void Add(const StormThread& thread) {
    admitted.Add(thread.admitted.Get());
    charged.Add(thread.charged.Get());
    placed.Add(thread.placed.Get());
    closed.Add(thread.closed.Get());
  }
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_CRASH_QUOTA_STORM_ACCOUNT_H_
