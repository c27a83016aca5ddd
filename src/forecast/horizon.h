// Which intervals a forecast tells of, and how far it must look for them.
#ifndef DRAWDOWN_SRC_FORECAST_HORIZON_H_
#define DRAWDOWN_SRC_FORECAST_HORIZON_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "contract/contract.h"

namespace drawdown {

// One commitment's intervals, by time. Those of hourly and daily ones are
// calendar months.
struct ToldCommitment {
  size_t commitment = 0;  // index into Contract::commitments
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
// Proposed commitments are left out. REQUIRES: the term contains at_us.
Horizon MakeHorizon(const Contract& contract, int64_t at_us,
                    std::optional<int64_t> until_us, uint32_t intervals);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_HORIZON_H_
