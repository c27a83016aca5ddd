// Cutting a window of time into the hours, days or months of a zone.
#ifndef DRAWDOWN_SRC_LEDGER_TIME_SLICES_H_
#define DRAWDOWN_SRC_LEDGER_TIME_SLICES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/usage.h"

namespace drawdown {

// Slice i is [edges[i], edges[i + 1]); labels[i] has one text per time
// dimension asked, in the order asked.
struct TimeSlices {
  std::vector<int64_t> edges;
  std::vector<std::vector<std::string>> labels;

  size_t size() const { return labels.size(); }
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
