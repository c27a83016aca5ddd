// How wrong a projection can be, by how wrong it would have been before.
#ifndef DRAWDOWN_SRC_FORECAST_BANDS_H_
#define DRAWDOWN_SRC_FORECAST_BANDS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

// The least and the most that the sum over some days came to, over what was
// projected for it, in 1e-6.
struct ErrorBand {
  Int128 low = 1'000'000;
  Int128 high = 1'000'000;
};

class ErrorBands {
 public:
  // From a projection at the end of each past day after the first week, from
  // what was known then, against the days that followed it. `days` are whole
  // days' sums, oldest first, the last one just over. Lengths that the history
  // holds four times are measured.
  static absl::StatusOr<ErrorBands> Measure(std::span<const Int128> days);

  // Whether there was enough history; else every band is 1.
  bool known() const { return !by_days_.empty(); }

  // Of the sum over the first `days` days. Beyond what could be measured the
  // distance from 1 grows with the square root of the time, as that of
  // independent errors does.
  ErrorBand Over(int64_t days) const;

 private:
  std::vector<ErrorBand> by_days_;  // by days, from one on
};

// Factors in 1e-6 for each day of `projected` (whole days' sums) with which the
// sums from the first day on become `pick` of their bands.
std::vector<Int128> DayFactors(const ErrorBands& bands,
                               std::span<const Int128> projected,
                               Int128 ErrorBand::*pick);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_BANDS_H_
