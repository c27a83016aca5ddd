// Cutting a window of time into the hours, days or months of a zone.
#ifndef DRAWDOWN_SRC_LEDGER_TIME_SLICES_H_
#define DRAWDOWN_SRC_LEDGER_TIME_SLICES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "drawdown/usage.h"

namespace drawdown {

// Slice i is [edges[i], edges[i + 1]), in hours, days or months of `zone`.
struct TimeSlices {
  std::vector<int64_t> edges;
  absl::TimeZone zone;

  size_t size() const { return edges.size() - 1; }
  // What a slice is called, made when asked: of a long time few have usage.
  // REQUIRES: a dimension of time that is not finer than the slices.
  std::string Label(UsageDimension dimension, size_t slice) const;
  // The slice that holds the instant, -1 outside the window.
  int64_t Find(int64_t instant_us) const;
  // The same, at once where it is the slice after `slice`.
  int64_t FindFrom(int64_t slice, int64_t instant_us) const;
};

// The finest of the time dimensions in `by` makes the slices; without one the
// window is a single slice. kBadTime for an unknown zone, kInvalidArgument
// for more than a million slices. REQUIRES: from < to.
absl::StatusOr<TimeSlices> MakeTimeSlices(const std::vector<UsageDimension>& by,
                                          std::string_view zone,
                                          int64_t from_us, int64_t to_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_TIME_SLICES_H_
