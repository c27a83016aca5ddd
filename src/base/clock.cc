#include "base/clock.h"

#include <time.h>

#include "base/check.h"

namespace drawdown {
namespace {

int64_t Read(clockid_t clock) {
  timespec now;
  CHECK(clock_gettime(clock, &now) == 0);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

class RealtimeClock : public Clock {
 public:
  int64_t NowUs() const override { return Read(CLOCK_REALTIME); }
};

}  // namespace

const Clock& SystemClock() {
  static const Clock* const clock = new RealtimeClock;
  return *clock;
}

int64_t SinceBootUs() { return Read(CLOCK_BOOTTIME); }

}  // namespace drawdown
