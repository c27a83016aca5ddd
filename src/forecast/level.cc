#include "forecast/level.h"

#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

// 2^(-(i + 1/2) / 4), so that the half-life is four days and each day has what
// holds in its middle.
constexpr int kHalfLifeDays = 4;
constexpr Int128 kQuarters[kHalfLifeDays] = {917'004, 771'105, 648'420,
                                             545'254};

// Leaves room for the factors that a level is multiplied with.
constexpr Int128 kMaxLevel = Int128{1} << 90;

}  // namespace

Int128 FadeMicro(int64_t days) {
  const int64_t halvings = days / kHalfLifeDays;
  return halvings > 20 ? 0 : kQuarters[days % kHalfLifeDays] >> halvings;
}

absl::StatusOr<UsageLevel> LevelOf(Int128 day_sum, Int128 day_steps,
                                   Int128 week_sum, Int128 week_steps) {
  UsageLevel level;
  ASSIGN_OR_RETURN(level.last_day, MulDivHalfEven(day_sum, kMicro, day_steps));
  ASSIGN_OR_RETURN(level.last_week,
                   MulDivHalfEven(week_sum, kMicro, week_steps));
  if (level.last_day > kMaxLevel || level.last_week > kMaxLevel) {
    return MakeError(ErrorCode::kOverflow,
                     "usage is too large to be projected");
  }
  return level;
}

}  // namespace drawdown
