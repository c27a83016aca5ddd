// Which intervals a forecast tells of, and how far it must look for them.
#ifndef DRAWDOWN_SRC_FORECAST_HORIZON_H_
#define DRAWDOWN_SRC_FORECAST_HORIZON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/timeline.h"

namespace drawdown {

// One commitment's intervals, by time, as versions that follow one another have
// them. Those of hourly and daily ones are calendar months.
struct ToldCommitment {
  std::string id;
  bool spend = false;
  bool summed = false;
  std::vector<Interval> intervals;  // at least one
  // Cuts them into days, or months when they are many; now is one of them.
  std::vector<int64_t> edges;
};

struct Horizon {
  std::vector<ToldCommitment> commitments;
  // Calendar months, whole, of `period`, the current one first.
  std::vector<Interval> months;
  Interval period;  // to be rated
};

// With `until_us`, all intervals that end by it from the current one on;
// without, `intervals` of each commitment that is in force at `at_us`.
// Proposed commitments are left out; one whose category, model or interval a
// version changes is told of twice. By id, then by time.
// REQUIRES: the last version's term contains at_us.
Horizon MakeHorizon(const ContractTimeline& contracts, int64_t at_us,
                    std::optional<int64_t> until_us, uint32_t intervals);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_HORIZON_H_
