#include "contract/calendar.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "base/error.h"
#include "contract/contract.h"
#include "contract/text_units.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr int64_t kMinutesPerDay = 24 * 60;
constexpr absl::CivilDay kEpochDay(1970, 1, 1);

// Day `day` of the month, or the month's last day when it is shorter.
absl::CivilDay DayInMonth(absl::CivilMonth month, int day) {
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day - 1), last);
}

// The years whose instants ParseInstant reads.
std::optional<int> ParseYear(std::string_view text) {
  const std::optional<int> year = ParseFixedDigits(text, 4);
  if (!year.has_value() || *year < 1900) return std::nullopt;
  return year;
}

absl::Status NotAPeriod(std::string_view text, std::string_view why) {
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat("period ", Quoted(text), " ", std::string(why)));
}

std::string BadEnd(const absl::Status& status) {
  return absl::StrCat("has a bad end: ", status.message());
}

absl::StatusOr<Interval> ParseInstants(std::string_view text, size_t slash) {
  const auto start = ParseInstant(text.substr(0, slash));
  if (!start.ok()) return NotAPeriod(text, BadEnd(start.status()));
  const auto end = ParseInstant(text.substr(slash + 1));
  if (!end.ok()) return NotAPeriod(text, BadEnd(end.status()));
  if (*start >= *end) return NotAPeriod(text, "does not end after it starts");
  return Interval{*start, *end};
}

}  // namespace

Calendar::Calendar() : zone_(absl::UTCTimeZone()) {}

absl::StatusOr<Calendar> Calendar::Make(std::string_view zone,
                                        int cut_minute_of_day, DayLabel label,
                                        int month_day, int year_month,
                                        int year_day) {
  Calendar calendar;
  ASSIGN_OR_RETURN(calendar.zone_, LoadZone(zone));
  if (cut_minute_of_day < 0 || cut_minute_of_day >= 24 * 60) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("day cut at minute ", cut_minute_of_day,
                                  " is outside 0..1439"));
  }
  if (month_day < 1 || month_day > 28) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        absl::StrCat("month_day ", month_day, " is outside 1..28"));
  }
  if (!IsYearlyDate({year_month, year_day})) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("year start ", year_month, "-", year_day,
                                  " is not a date of every year"));
  }
  calendar.zone_name_ = std::string(zone);
  calendar.utc_ = calendar.zone_ == absl::UTCTimeZone();
  calendar.cut_minute_ = cut_minute_of_day;
  calendar.label_ = label;
  calendar.month_day_ = month_day;
  calendar.year_month_ = year_month;
  calendar.year_day_ = year_day;
  return calendar;
}

int64_t Calendar::StartOfDay(absl::CivilDay name) const {
  const absl::CivilDay begins = label_ == DayLabel::kEnd ? name - 1 : name;
  if (utc_) {
    const int64_t minutes = (begins - kEpochDay) * kMinutesPerDay + cut_minute_;
    return minutes * kMicrosPerMinute;
  }
  return InstantOfCivil(absl::CivilSecond(begins) + cut_minute_ * 60, zone_);
}

Interval Calendar::Between(absl::CivilDay first, absl::CivilDay next) const {
  return {StartOfDay(first), StartOfDay(next)};
}

Calendar::Day Calendar::FindDay(int64_t at_us) const {
  const int64_t since_cut_us = at_us - cut_minute_ * kMicrosPerMinute;
  absl::CivilDay name =
      utc_ ? kEpochDay + FloorTo(since_cut_us, kMicrosPerDay) / kMicrosPerDay
           : absl::CivilDay(CivilOfInstant(at_us, zone_) - cut_minute_ * 60);
  if (label_ == DayLabel::kEnd) ++name;
  Interval day = Between(name, name + 1);
  // Right but for instants near a DST change, where the wall clock is ahead of
  // or behind the day's own start.
  while (day.start_us > at_us) day = {StartOfDay(--name), day.start_us};
  while (day.end_us <= at_us) day = {day.end_us, StartOfDay(++name + 1)};
  return {name, day};
}

absl::CivilDay Calendar::DayNameOf(int64_t at_us) const {
  return FindDay(at_us).name;
}

Interval Calendar::DayOf(int64_t at_us) const {
  return FindDay(at_us).interval;
}

Interval Calendar::HourOf(int64_t at_us) const {
  const Interval day = DayOf(at_us);
  const int64_t start =
      day.start_us + FloorTo(at_us - day.start_us, kMicrosPerHour);
  return {start, std::min(start + kMicrosPerHour, day.end_us)};
}

Interval Calendar::WeekOf(int64_t at_us) const {
  const absl::CivilDay name = DayNameOf(at_us);
  const absl::CivilDay monday =
      absl::PrevWeekday(name + 1, absl::Weekday::monday);
  return Between(monday, monday + 7);
}

absl::CivilMonth Calendar::FindMonth(int64_t at_us) const {
  const absl::CivilDay name = DayNameOf(at_us);
  const absl::CivilMonth month(name);
  return name.day() < month_day_ ? month - 1 : month;
}

std::string Calendar::MonthNameOf(int64_t at_us) const {
  return absl::FormatCivilTime(FindMonth(at_us));
}

Interval Calendar::MonthOf(int64_t at_us) const {
  const absl::CivilMonth month = FindMonth(at_us);
  return Between(DayInMonth(month, month_day_),
                 DayInMonth(month + 1, month_day_));
}

absl::CivilDay Calendar::YearStart(absl::civil_year_t year) const {
  return absl::CivilDay(year, year_month_, year_day_);
}

Interval Calendar::YearOf(int64_t at_us) const { return MonthsOf(at_us, 12); }

Interval Calendar::MonthsOf(int64_t at_us, int months) const {
  const absl::CivilDay name = DayNameOf(at_us);
  absl::civil_year_t year = name.year();
  if (name < YearStart(year)) --year;
  absl::CivilMonth month(year, year_month_);
  while (DayInMonth(month + months, year_day_) <= name) month += months;
  return Between(DayInMonth(month, year_day_),
                 DayInMonth(month + months, year_day_));
}

Interval Calendar::Of(FulfilmentInterval kind, int64_t at_us,
                      const Interval& term) const {
  switch (kind) {
    case FulfilmentInterval::kHourly:
      return HourOf(at_us);
    case FulfilmentInterval::kDaily:
      return DayOf(at_us);
    case FulfilmentInterval::kWeekly:
      return WeekOf(at_us);
    case FulfilmentInterval::kMonthly:
      return MonthOf(at_us);
    case FulfilmentInterval::kQuarterly:
      return MonthsOf(at_us, 3);
    case FulfilmentInterval::kSemiAnnual:
      return MonthsOf(at_us, 6);
    case FulfilmentInterval::kAnnual:
      return YearOf(at_us);
    case FulfilmentInterval::kFullPeriod:
      break;
  }
  return term;
}

absl::StatusOr<Interval> Calendar::ParsePeriod(std::string_view text) const {
  constexpr std::string_view kForms =
      "is none of 2026-10 (a month), 2026 (a contract year) or A/B (two times "
      "with offsets)";
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) return ParseInstants(text, slash);
  const std::optional<int> year = ParseYear(text.substr(0, 4));
  if (!year.has_value()) return NotAPeriod(text, kForms);
  if (text.size() == 4) return Between(YearStart(*year), YearStart(*year + 1));
  const std::optional<int> month =
      text[4] == '-' ? ParseFixedDigits(text.substr(5), 2) : std::nullopt;
  if (!month.has_value()) return NotAPeriod(text, kForms);
  if (*month < 1 || *month > 12) return NotAPeriod(text, "names no month");
  const absl::CivilMonth first(*year, *month);
  return Between(DayInMonth(first, month_day_),
                 DayInMonth(first + 1, month_day_));
}

}  // namespace drawdown
