#include <string>

#include "base/decimal.h"
#include "base/wide.h"
#include "drawdown/quota.h"

namespace drawdown {
namespace {

std::string WithoutTrailingZeros(std::string text) {
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// Ten decimals of a GPU-hour tell a GPU-microsecond from the next, and five
// such amounts add up to what is over the limit where the amounts themselves
// do: each is off by half a unit of the last, and a microsecond is 2.7 units.
std::string Amount(QuotaPeriod period, Int128 amount) {
  constexpr int kDecimals = 10;
  if (period == QuotaPeriod::kAtOnce) {
    return FormatGpus(static_cast<int64_t>(amount));
  }
  const auto units = MulDivHalfEven(amount, 25, 9);  // of 1e-10 GPU-hours
  return units.ok() ? WithoutTrailingZeros(FormatScaled(*units, kDecimals))
                    : FormatGpuSeconds(GpuTime(amount)) + " s";
}

std::string LengthText(int64_t length_us) {
  constexpr int64_t kMinute = kMicrosPerHour / 60;
  return length_us % kMicrosPerHour == 0
             ? std::to_string(length_us / kMicrosPerHour) + " h"
             : std::to_string(length_us / kMinute) + " min";
}

std::string PeriodText(const QuotaScope& scope) {
  switch (scope.period) {
    case QuotaPeriod::kTotal:
      return "GPU-hours in total";
    case QuotaPeriod::kMonth:
      return "GPU-hours a month";
    case QuotaPeriod::kInterval:
      return "GPU-hours an interval of " + scope.commitment;
    case QuotaPeriod::kRolling:
      return "GPU-hours in " + LengthText(scope.rolling_us);
    case QuotaPeriod::kAtOnce:
      return "GPUs at once";
  }
  return "?";
}

}  // namespace

std::string DescribeRefusal(const Refusal& refusal) {
  const QuotaPeriod period = refusal.scope.period;
  std::string text = refusal.scope.tenant + " on " + refusal.scope.pool + ": " +
                     Amount(period, refusal.limit) + " " +
                     PeriodText(refusal.scope) + ", " +
                     Amount(period, refusal.used) + " used, " +
                     Amount(period, refusal.held) + " held, ";
  if (refusal.reserved != 0) {
    text += Amount(period, refusal.reserved) + " set aside for slices, ";
  }
  text += Amount(period, refusal.asked) + " asked";
  if (!refusal.id.empty()) text += " by all up to " + refusal.id;
  if (refusal.resets_at_us) {
    // A rolling window loses a bucket then, and goes on.
    text += period == QuotaPeriod::kRolling ? "; rolls on at " : "; resets at ";
    text += FormatInstant(*refusal.resets_at_us);
  }
  return text;
}

}  // namespace drawdown
