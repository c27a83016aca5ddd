#include <cstdint>
#include <string>

#include "base/civil.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kDaysPerEra = 146'097;   // 400 years that start on 1 March
constexpr int64_t kDaysToEpoch = 719'468;  // from 0000-03-01 to 1970-01-01

struct Date {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
};

// In the proleptic Gregorian calendar.
Date DateOfDays(int64_t days) {
  days += kDaysToEpoch;
  const int64_t era = FloorTo(days, kDaysPerEra) / kDaysPerEra;
  const int64_t day_of_era = days - era * kDaysPerEra;
  const int64_t year_of_era = (day_of_era - day_of_era / 1'460 +
                               day_of_era / 36'524 - day_of_era / 146'096) /
                              365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = (month_from_march + 2) % 12 + 1;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  return {era * 400 + year_of_era + (month <= 2 ? 1 : 0), month, day};
}

// At least `width` digits.
void AppendPadded(int64_t value, int width, std::string* text) {
  char digits[20];
  char* const end = digits + sizeof digits;
  char* begin = end;
  for (; value != 0 || width > 0; value /= 10, --width) {
    *--begin = static_cast<char>('0' + value % 10);
  }
  text->append(begin, end);
}

void AppendPart(char separator, int64_t value, std::string* text) {
  text->push_back(separator);
  AppendPadded(value, 2, text);
}

void AppendFraction(int64_t micros, std::string* text) {
  text->push_back('.');
  AppendPadded(micros, 6, text);
  while (text->back() == '0') text->pop_back();
}

}  // namespace

std::string FormatInstant(int64_t instant_us) {
  int64_t second = instant_us / kMicrosPerSecond;
  int64_t micros = instant_us % kMicrosPerSecond;
  if (micros < 0) {
    second -= 1;
    micros += kMicrosPerSecond;
  }
  const int64_t days = FloorTo(second, kSecondsPerDay) / kSecondsPerDay;
  const int64_t in_day = second - days * kSecondsPerDay;
  const Date date = DateOfDays(days);
  std::string text;
  if (date.year < 0) text.push_back('-');
  AppendPadded(date.year < 0 ? -date.year : date.year, 4, &text);
  AppendPart('-', date.month, &text);
  AppendPart('-', date.day, &text);
  AppendPart('T', in_day / 3'600, &text);
  AppendPart(':', in_day / 60 % 60, &text);
  AppendPart(':', in_day % 60, &text);
  if (micros != 0) AppendFraction(micros, &text);
  text.push_back('Z');
  return text;
}

}  // namespace drawdown
