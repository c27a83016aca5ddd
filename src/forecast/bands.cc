#include "forecast/bands.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/wide.h"
#include "forecast/level.h"

namespace drawdown {
namespace {

// Stretches that do not overlap, for an error to be measured over their length.
constexpr size_t kLeastStretches = 4;
constexpr Int128 kLargestError = 1'000 * kMicro;

// What would have been projected for the `ahead` days after `days`.
absl::StatusOr<Int128> Projected(std::span<const Int128> days, size_t ahead) {
  const auto week = days.last(std::min<size_t>(days.size(), kDaysOfWeek));
  ASSIGN_OR_RETURN(
      const UsageLevel level,
      LevelOf(days.back(), 1, SumOf(week), static_cast<Int128>(week.size())));
  Int128 sum = 0;
  for (size_t day = 0; day < ahead; ++day) {
    sum += level.After(static_cast<int64_t>(day));
  }
  return DivHalfEven(sum, kMicro);
}

// Errors of all tries over `ahead` days.
absl::StatusOr<std::vector<Int128>> Errors(std::span<const Int128> days,
                                           size_t ahead) {
  std::vector<Int128> errors;
  for (size_t known = kDaysOfWeek; known + ahead <= days.size(); ++known) {
    ASSIGN_OR_RETURN(const Int128 projected,
                     Projected(days.first(known), ahead));
    if (projected == 0) continue;
    const auto error =
        MulDivHalfEven(SumOf(days.subspan(known, ahead)), kMicro, projected);
    errors.push_back(error.ok() ? std::min(*error, kLargestError)
                                : kLargestError);
  }
  return errors;
}

Int128 SquareRoot(Int128 value) {
  Int128 low = 0;
  Int128 high = Int128{1} << 62;
  while (low < high) {
    const Int128 middle = (low + high + 1) / 2;
    if (middle * middle <= value) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

absl::StatusOr<ErrorBands> ErrorBands::Measure(std::span<const Int128> days) {
  ErrorBands bands;
  const auto first = std::find_if(days.begin(), days.end(),
                                  [](Int128 day) { return day != 0; });
  days = days.subspan(static_cast<size_t>(first - days.begin()));
  const size_t tried =
      days.size() > kDaysOfWeek ? days.size() - kDaysOfWeek : 0;
  for (size_t ahead = 1; ahead <= tried / kLeastStretches; ++ahead) {
    ASSIGN_OR_RETURN(const std::vector<Int128> errors, Errors(days, ahead));
    if (errors.empty()) return bands;
    const auto [least, most] =
        std::minmax_element(errors.begin(), errors.end());
    // Around the projection, whatever side the tries were on.
    bands.by_days_.push_back(
        {std::min(*least, kMicro), std::max(*most, kMicro)});
  }
  return bands;
}

ErrorBand ErrorBands::Over(int64_t days) const {
  if (!known() || days <= 0) return {};
  const auto measured = static_cast<int64_t>(by_days_.size());
  if (days <= measured) return by_days_[static_cast<size_t>(days - 1)];
  const ErrorBand& last = by_days_.back();
  const Int128 root = SquareRoot(kMicro * kMicro * days / measured);
  return {std::max<Int128>(kMicro - (kMicro - last.low) * root / kMicro, 0),
          kMicro + (last.high - kMicro) * root / kMicro};
}

std::vector<Int128> DayFactors(const ErrorBands& bands,
                               std::span<const Int128> projected,
                               Int128 ErrorBand::*pick) {
  std::vector<Int128> factors(projected.size(), kMicro);
  Int128 sum = 0;      // projected so far
  Int128 reached = 0;  // of it, banded; it never falls
  for (size_t day = 0; day < projected.size(); ++day) {
    if (projected[day] == 0) continue;
    sum += projected[day];
    const Int128 factor = bands.Over(static_cast<int64_t>(day) + 1).*pick;
    const auto banded = MulDivHalfEven(sum, factor, kMicro);
    if (!banded.ok() || *banded <= reached) {
      factors[day] = 0;
      continue;
    }
    const auto share =
        MulDivHalfEven(*banded - reached, kMicro, projected[day]);
    factors[day] = share.ok() ? *share : kMicro;
    reached = *banded;
  }
  return factors;
}

}  // namespace drawdown
