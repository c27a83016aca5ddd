// The one way to ask what time it is. Pure modules are given instants.
#ifndef DRAWDOWN_SRC_BASE_CLOCK_H_
#define DRAWDOWN_SRC_BASE_CLOCK_H_

#include <cstdint>

namespace drawdown {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since the epoch. May step backwards; the ledger does not.
  virtual int64_t NowUs() const = 0;
};

// CLOCK_REALTIME. Thread-safe, never destroyed.
const Clock& SystemClock();

// CLOCK_BOOTTIME: microseconds since boot, suspended time included.
int64_t SinceBootUs();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CLOCK_H_
