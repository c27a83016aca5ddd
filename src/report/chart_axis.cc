#include "report/chart_axis.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kSteps = 4;  // of the amounts' axis, at most one more
constexpr int kMaxTimeTicks = 8;

// 1, 2 or 5 x 10^n, the least that is not below `least`.
Int128 RoundStep(Int128 least) {
  for (int exponent = 0; exponent < 38; ++exponent) {
    for (const Int128 digit : {1, 2, 5}) {
      if (digit * PowerOfTen(exponent) >= least) {
        return digit * PowerOfTen(exponent);
      }
    }
  }
  return least;
}

// As RoundStep, of an amount in units of 1/unit.
Int128 RoundStepOf(Int128 least, Int128 unit) {
  if (least >= unit) {
    const Int128 whole = least / unit + (least % unit != 0);
    const Int128 step = RoundStep(whole);
    Int128 amount = 0;
    return __builtin_mul_overflow(step, unit, &amount) ? least : amount;
  }
  // Below one: thousandths, unless they are too fine for the unit.
  const Int128 fine = std::max<Int128>(unit / 1'000, 1);
  return RoundStep((least + fine - 1) / fine) * fine;
}

std::string HourLabel(const absl::CivilSecond& at) {
  return absl::StrCat(at.hour() < 10 ? "0" : "", at.hour(), ":00");
}

std::string DayLabel(const absl::CivilSecond& at) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr",
                                            "May", "Jun", "Jul", "Aug",
                                            "Sep", "Oct", "Nov", "Dec"};
  return absl::StrCat(at.day(), " ", kMonths[at.month() - 1]);
}

std::string MonthLabel(const absl::CivilSecond& at) {
  return absl::StrCat(at.year(), "-", at.month() < 10 ? "0" : "", at.month());
}

std::vector<TimeTick> MonthTicks(int64_t from_us, int64_t to_us, int months) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilMonth first(CivilOfInstant(from_us, utc));
  const int past = (first.month() - 1) % std::min(months, 12);
  std::vector<TimeTick> ticks;
  for (absl::CivilMonth month = first - past;; month += months) {
    const absl::CivilSecond start(month);
    const int64_t at = InstantOfCivil(start, utc);
    if (at > to_us) return ticks;
    if (at < from_us) continue;
    ticks.push_back(
        {at, months >= 12 ? absl::StrCat(start.year()) : MonthLabel(start)});
  }
}

}  // namespace

int ChartPosition(Int128 part, Int128 whole) {
  const auto scaled = MulDivHalfEven(part, kChartSide, whole);
  if (!scaled.ok()) return part > 0 ? kChartSide : 0;
  return static_cast<int>(std::clamp<Int128>(*scaled, 0, kChartSide));
}

std::string ShortAmount(Int128 amount, Int128 unit) {
  static constexpr const char* kSuffixes[] = {"", "k", "M", "B", "T", "P"};
  constexpr int kDecimals = 3;
  if (amount < 0) return absl::StrCat("-", ShortAmount(-amount, unit));
  const auto fine = MulDivHalfEven(amount, PowerOfTen(kDecimals), unit);
  if (!fine.ok()) return "overflow";
  Int128 value = *fine;  // thousandths of units, then of thousands ...
  size_t suffix = 0;
  // From 999.5 on, three digits read as the next thousand.
  while (value >= 999'500 && suffix + 1 < std::size(kSuffixes)) {
    value = DivHalfEven(value, 1'000);
    ++suffix;
  }
  int decimals = kDecimals;
  for (Int128 above = 1'000; value >= above && decimals > 0; above *= 10) {
    --decimals;
  }
  value = DivHalfEven(value, PowerOfTen(kDecimals - decimals));
  return absl::StrCat(FormatScaled(value, decimals), kSuffixes[suffix]);
}

std::vector<AmountTick> AmountTicks(Int128 largest, Int128 unit) {
  const Int128 step = RoundStepOf(std::max<Int128>(largest / kSteps, 1), unit);
  std::vector<AmountTick> ticks;
  for (Int128 amount = 0;; amount += step) {
    ticks.push_back({amount, ShortAmount(amount, unit)});
    if (amount >= largest && amount > 0) return ticks;
  }
}

std::vector<TimeTick> TimeTicks(int64_t from_us, int64_t to_us) {
  const int64_t span = to_us - from_us;
  for (const int64_t hours : {1, 3, 6, 12}) {
    const int64_t step = hours * kMicrosPerHour;
    if (span / step > kMaxTimeTicks || span > 2 * kMicrosPerDay) continue;
    std::vector<TimeTick> ticks;
    for (int64_t at = FloorTo(from_us + step - 1, step); at <= to_us;
         at += step) {
      ticks.push_back({at, HourLabel(CivilOfInstant(at, absl::UTCTimeZone()))});
    }
    return ticks;
  }
  for (const int64_t days : {1, 2, 5, 7, 10, 14}) {
    const int64_t step = days * kMicrosPerDay;
    if (span / step > kMaxTimeTicks) continue;
    std::vector<TimeTick> ticks;
    for (int64_t at = FloorTo(from_us + kMicrosPerDay - 1, kMicrosPerDay);
         at <= to_us; at += step) {
      ticks.push_back({at, DayLabel(CivilOfInstant(at, absl::UTCTimeZone()))});
    }
    return ticks;
  }
  for (const int months : {1, 2, 3, 6, 12, 24, 60, 120}) {
    if (span / (30 * kMicrosPerDay * months) <= kMaxTimeTicks ||
        months == 120) {
      return MonthTicks(from_us, to_us, months);
    }
  }
  return {};
}

}  // namespace drawdown
