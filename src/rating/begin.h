// What every rating begins with: whether it can be done, and over what.
#ifndef DRAWDOWN_SRC_RATING_BEGIN_H_
#define DRAWDOWN_SRC_RATING_BEGIN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "rating/plan.h"
#include "rating/rating.h"

namespace drawdown {

// kInvalidArgument.
absl::Status CheckInput(const RatingInput& input);

// What is walked so that charges are right from `from_us` on: the part of the
// window that lies in the term and has ended.
Interval RatedSpan(const RatingInput& input, int64_t from_us,
                   const Interval& term);

// Of the pools that the contract prices; invalid where it does not fit.
GpuTime UsageIn(const UsageTable& usage, const Plan& plan,
                const Interval& span);

// Notes each version that begins to hold inside the period.
void NoteVersions(const RatingInput& input, const Plan& plan,
                  RatedUsage* rated);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_BEGIN_H_
