// How a spend commitment's money adds up over time.
#ifndef DRAWDOWN_SRC_FORECAST_SPEND_PATH_H_
#define DRAWDOWN_SRC_FORECAST_SPEND_PATH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "contract/calendar.h"
#include "model/charge.h"

namespace drawdown {

class SpendPath {
 public:
  // Of the commitment with that index into RatedUsage::commitments.
  SpendPath(std::span<const SpendMark> marks, uint32_t commitment);

  // Counted since the first interval began, at a mark or an interval's end; at
  // other instants what the last one before says.
  MoneyAmount CountedBy(int64_t at_us) const;

  // The final marks of the intervals that end in (start, end].
  std::vector<SpendMark> EndsIn(const Interval& interval) const;

 private:
  std::vector<SpendMark> marks_;  // by time
  // counted of all intervals before each mark's own
  std::vector<MoneyAmount> before_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_SPEND_PATH_H_
