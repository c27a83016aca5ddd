#include "forecast/projector.h"

#include <algorithm>

#include "base/error.h"
#include "base/wide.h"
#include "forecast/level.h"
#include "forecast/pattern.h"

namespace drawdown {
namespace {

// No sum or product of what follows passes 128 bits.
constexpr Int128 kMaxStep = Int128{1} << 70;

// Steps with usage taken out of the pattern: their sum over the sum of factors
// is the level.
struct Window {
  Int128 sum = 0;
  Int128 factors = 0;
};

Window Last(std::span<const Int128> history, size_t steps,
            const WeekPattern& pattern) {
  Window window;
  steps = std::min(steps, history.size());
  for (size_t back = 1; back <= steps; ++back) {
    window.sum += history[history.size() - back];
    window.factors += pattern.FactorMicro(-static_cast<int64_t>(back));
  }
  return window;
}

absl::StatusOr<UsageLevel> FindLevel(std::span<const Int128> history,
                                     size_t steps_a_day,
                                     const WeekPattern& pattern) {
  const Window day = Last(history, steps_a_day, pattern);
  const Window week = Last(history, steps_a_day * kDaysOfWeek, pattern);
  // A pattern may say that nothing is used in the hours there are.
  if (day.factors == 0 || week.factors == 0) return UsageLevel{};
  return LevelOf(day.sum * kMicro, day.factors, week.sum * kMicro,
                 week.factors);
}

}  // namespace

absl::StatusOr<ProjectedSeries> ProjectSeries(std::span<const Int128> history,
                                              size_t steps_a_day,
                                              size_t steps) {
  ProjectedSeries projected;
  projected.amounts.assign(steps, 0);
  const auto recent =
      history.last(std::min(history.size(), steps_a_day * kDaysOfWeek));
  if (std::all_of(recent.begin(), recent.end(),
                  [](Int128 amount) { return amount == 0; })) {
    return projected;
  }
  if (*std::max_element(history.begin(), history.end()) > kMaxStep) {
    return MakeError(ErrorCode::kOverflow,
                     "usage is too large to be projected");
  }
  const WeekPattern pattern = WeekPattern::Find(history, steps_a_day);
  projected.patterned = pattern.found();
  ASSIGN_OR_RETURN(const UsageLevel level,
                   FindLevel(history, steps_a_day, pattern));
  for (size_t i = 0; i < steps; ++i) {
    const Int128 of_day = level.After(static_cast<int64_t>(i / steps_a_day));
    projected.amounts[i] = DivHalfEven(
        of_day * pattern.FactorMicro(static_cast<int64_t>(i)), kMicro * kMicro);
  }
  return projected;
}

}  // namespace drawdown
