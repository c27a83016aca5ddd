#include "contract/text_units.h"

#include "absl/time/civil_time.h"
#include "drawdown/units.h"

namespace drawdown {

std::optional<int> ParseFixedDigits(std::string_view text, size_t digits) {
  if (text.size() != digits) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool IsYearlyDate(MonthDay date) {
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  constexpr int kCommonYear = 2001;
  const absl::CivilMonth next = absl::CivilMonth(kCommonYear, date.month) + 1;
  return date.day <= (absl::CivilDay(next) - 1).day();
}

std::optional<MonthDay> ParseMonthDay(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const std::optional<int> month = ParseFixedDigits(text.substr(0, 2), 2);
  const std::optional<int> day = ParseFixedDigits(text.substr(3), 2);
  if (!month.has_value() || !day.has_value()) return std::nullopt;
  const MonthDay date{*month, *day};
  if (!IsYearlyDate(date)) return std::nullopt;
  return date;
}

std::optional<int> ParseMinuteOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const std::optional<int> hour = ParseFixedDigits(text.substr(0, 2), 2);
  const std::optional<int> minute = ParseFixedDigits(text.substr(3), 2);
  if (!hour.has_value() || !minute.has_value()) return std::nullopt;
  if (*hour > 23 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<int64_t> ParseDuration(std::string_view text) {
  constexpr size_t kMaxDigits = 9;
  constexpr int64_t kLongest = 3'660 * 24 * kMicrosPerHour;
  if (text.size() < 2 || text.size() > kMaxDigits + 1) return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  const std::optional<int> count = ParseFixedDigits(digits, digits.size());
  if (!count.has_value()) return std::nullopt;
  int64_t unit = 0;
  switch (text.back()) {
    case 'd':
      unit = 24 * kMicrosPerHour;
      break;
    case 'h':
      unit = kMicrosPerHour;
      break;
    case 'm':
      unit = 60 * kMicrosPerSecond;
      break;
    case 's':
      unit = kMicrosPerSecond;
      break;
    default:
      return std::nullopt;
  }
  // A count below 10^9 of days may pass 63 bits of microseconds.
  if (*count > kLongest / unit) return std::nullopt;
  return *count * unit;
}

}  // namespace drawdown
