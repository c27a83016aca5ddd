#include "rating/begin.h"

#include <algorithm>

#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "rating/window.h"

namespace drawdown {

absl::Status CheckInput(const RatingInput& input) {
  const int64_t length = input.usage->bucket_length_us;
  const Interval& period = input.period;
  CHECK(length > 0);
  if (period.start_us >= period.end_us || period.start_us % length != 0 ||
      period.end_us % length != 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "period " + FormatInstant(period.start_us) + "/" +
                         FormatInstant(period.end_us) +
                         " is empty or cuts a bucket");
  }
  if (input.contracts.empty()) {
    return MakeError(ErrorCode::kInvalidArgument, "no version of a contract");
  }
  return absl::OkStatus();
}

// What is rated: the part of the window that lies in the term and has ended.
Interval RatedSpan(const RatingInput& input, int64_t from_us,
                   const Interval& term) {
  const int64_t ended = FloorTo(input.at_us, input.usage->bucket_length_us);
  return {std::max(StateStart(input.contracts, from_us), term.start_us),
          std::min({ended, input.period.end_us, term.end_us})};
}

GpuTime UsageIn(const UsageTable& usage, const Plan& plan,
                const Interval& span) {
  GpuTime sum;
  for (const UsageCell& cell : usage.cells) {
    if (!Contains(span, cell.bucket_us)) continue;
    if (plan.priced[cell.pool]) sum += cell.gpu_time;
  }
  return sum;
}

void NoteVersions(const RatingInput& input, const Plan& plan,
                  RatedUsage* rated) {
  for (const VersionPlan& version : plan.versions) {
    const int64_t from_us = version.holds.start_us;
    if (from_us <= input.period.start_us || from_us >= input.period.end_us) {
      continue;
    }
    rated->notes.push_back("version " +
                           std::to_string(version.contract->version) +
                           " holds from " + FormatInstant(from_us));
  }
}

}  // namespace drawdown
