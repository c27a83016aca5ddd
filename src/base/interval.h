// A stretch of time.
#ifndef DRAWDOWN_SRC_BASE_INTERVAL_H_
#define DRAWDOWN_SRC_BASE_INTERVAL_H_

#include <cstdint>

namespace drawdown {

struct Interval {
  int64_t start_us = 0;
  int64_t end_us = 0;  // exclusive

  friend bool operator==(const Interval&, const Interval&) = default;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_INTERVAL_H_
