// A naive meter: every run cut at every hour, added up per pool. Written apart
// from the ledger's, so that the bill it leads to is a second opinion.
#ifndef DRAWDOWN_SRC_EXAMPLE_METER_H_
#define DRAWDOWN_SRC_EXAMPLE_METER_H_

#include <cstdint>
#include <map>
#include <vector>

#include "drawdown/units.h"
#include "example/runs.h"

namespace drawdown::example {

class HourlyMeter {
 public:
  // An open run accrues to the end of the month.
  explicit HourlyMeter(const std::vector<Run>& runs);

  // Usage of the pool in the hour that starts at `hour`.
  GpuTime At(const Pool& pool, int64_t hour) const;

  // The sum over [start, end), both on an hour.
  GpuTime Sum(const Pool& pool, int64_t start, int64_t end) const;

 private:
  // Pool, then hour.
  std::map<std::pair<const Pool*, int64_t>, GpuTime> hours_;
};

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_METER_H_
