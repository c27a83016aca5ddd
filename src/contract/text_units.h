// The small texts of contract files: "72h", "11-03", "17:00".
#ifndef DRAWDOWN_SRC_CONTRACT_TEXT_UNITS_H_
#define DRAWDOWN_SRC_CONTRACT_TEXT_UNITS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drawdown {

// The number written by `text` when it is exactly `digits` digits.
std::optional<int> ParseFixedDigits(std::string_view text, size_t digits);

struct MonthDay {
  int month = 1;
  int day = 1;
};

// Whether every year has that date: not 02-29.
bool IsYearlyDate(MonthDay date);

// "11-03"; nothing if not every year has that date.
std::optional<MonthDay> ParseMonthDay(std::string_view text);

// "17:00" -> 1020; "00:00" to "23:59".
std::optional<int> ParseMinuteOfDay(std::string_view text);

// A whole number of d, h, m or s, in microseconds; at most 3660 days.
std::optional<int64_t> ParseDuration(std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_TEXT_UNITS_H_
