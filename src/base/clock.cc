#include "base/clock.h"

#include <time.h>

#include "base/check.h"

namespace drawdown {
namespace {

class RealtimeClock : public Clock {
 public:
  int64_t NowUs() const override {
    timespec now;
    CHECK(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
  }
};

}  // namespace

const Clock& SystemClock() {
  static const Clock* const clock = new RealtimeClock;
  return *clock;
}

}  // namespace drawdown
