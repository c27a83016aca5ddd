// The clocks of a simulated machine: the wall clock, which is wrong for a while
// and put right by steps, and the time since boot, which only passes. Says what
// the clock of holds must be by them.
#ifndef DRAWDOWN_TESTS_UNIT_LEDGER_SIMULATED_CLOCK_H_
#define DRAWDOWN_TESTS_UNIT_LEDGER_SIMULATED_CLOCK_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "ledger/hold_clock.h"

namespace drawdown {

class SimulatedClock {
 public:
  explicit SimulatedClock(int64_t true_us) : true_us_(true_us) {}

  void Pass(int64_t us) { true_us_ += us; }
  // From here on the wall clock is so far ahead of the true time.
  void Step(int64_t ahead_us) {
    steps_ += ahead_us != ahead_us_ ? 1 : 0;
    ahead_us_ = ahead_us;
  }
  void Boot() {
    ++boots_;
    booted_us_ = true_us_;
    began_.reset();
  }

  int64_t wall_us() const { return true_us_ + ahead_us_; }
  ClockReading reading() const {
    return {wall_us(), "boot-" + std::to_string(boots_), SinceBoot()};
  }
  int64_t steps() const { return steps_; }
  int64_t boots() const { return boots_; }

  // Moves with the time since boot. A boot begins with the wall clock, or where
  // the books' own clocks were at their last commit, if that is later.
  int64_t HoldTime() const {
    if (began_) return began_->hold_us + SinceBoot() - began_->since_boot_us;
    return std::max({wall_us(), newest_wall_us_, newest_hold_us_});
  }
  // What was asked of the clock of holds was committed, with entries or
  // without.
  void Commit(bool entries) {
    newest_hold_us_ = HoldTime();
    if (entries) newest_wall_us_ = std::max(newest_wall_us_, wall_us());
    if (!began_) began_ = {newest_hold_us_, SinceBoot()};
  }

 private:
  struct Began {
    int64_t hold_us = 0;
    int64_t since_boot_us = 0;
  };

  int64_t SinceBoot() const { return true_us_ - booted_us_; }

  int64_t true_us_;
  int64_t ahead_us_ = 0;
  int64_t booted_us_ = 0;
  int64_t newest_wall_us_ = 0;
  int64_t newest_hold_us_ = 0;
  std::optional<Began> began_;  // the boot, for the books
  int64_t steps_ = 0;
  int64_t boots_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_LEDGER_SIMULATED_CLOCK_H_
