// A provider's billing calendar: days cut at a wall-clock time of an IANA zone,
// months that start on a given day, contract years that start on a given date.
//
// Days are known by name. With DayLabel::kStart day D runs from D at the cut to
// D+1 at the cut; with kEnd it is named by its end, so it runs from D-1 at the
// cut to D at the cut. Weeks, months, quarters and years start with the start
// of the day so named. Intervals tile the time line: the end of one is the
// start of the next, over every DST change (days of 23 and 25 hours).
//
// Plain value, thread-safe. No question allocates. An hour or a day costs about
// 60 ns in UTC and 130 ns in a zone with transitions, a month or a year up to
// 400 ns, so a rating can ask for every bucket.
#ifndef DRAWDOWN_SRC_CONTRACT_CALENDAR_H_
#define DRAWDOWN_SRC_CONTRACT_CALENDAR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/interval.h"

namespace drawdown {

enum class FulfilmentInterval : uint8_t;

class Calendar {
 public:
  enum class DayLabel : uint8_t { kStart, kEnd };

  // UTC midnights, months on the 1st, years on 1 January.
  Calendar();

  // kBadTime: unknown zone. kInvalidArgument: a cut outside 0..1439 minutes, a
  // month_day outside 1..28, a year start that not every year has.
  static absl::StatusOr<Calendar> Make(std::string_view zone,
                                       int cut_minute_of_day, DayLabel label,
                                       int month_day, int year_month,
                                       int year_day);

  // The name of the billing day that contains `at_us`.
  absl::CivilDay DayNameOf(int64_t at_us) const;

  // The billing day, month or contract year that contains `at_us`.
  Interval DayOf(int64_t at_us) const;
  Interval MonthOf(int64_t at_us) const;
  Interval YearOf(int64_t at_us) const;

  // The fulfilment interval that contains `at_us`. Hours are counted from the
  // billing day's start (a day that is not whole hours long ends with a short
  // one); weeks start on Monday; quarters and half years count months from the
  // contract year's start; kFullPeriod is `term`.
  Interval Of(FulfilmentInterval kind, int64_t at_us,
              const Interval& term) const;

  // "2026-10" the month that starts in October 2026, "2026" the contract year
  // that starts in 2026, "A/B" two RFC 3339 instants. kInvalidArgument
  // otherwise.
  absl::StatusOr<Interval> ParsePeriod(std::string_view text) const;

  // "2026-10" of the billing month that contains `at_us`: what ParsePeriod
  // takes for it.
  std::string MonthNameOf(int64_t at_us) const;

  const std::string& zone_name() const { return zone_name_; }

  friend bool operator==(const Calendar&, const Calendar&) = default;

 private:
  // A billing day by name and by its instants.
  struct Day {
    absl::CivilDay name;
    Interval interval;
  };

  Day FindDay(int64_t at_us) const;
  int64_t StartOfDay(absl::CivilDay name) const;
  Interval Between(absl::CivilDay first, absl::CivilDay next) const;
  absl::CivilDay YearStart(absl::civil_year_t year) const;
  Interval HourOf(int64_t at_us) const;
  Interval WeekOf(int64_t at_us) const;
  absl::CivilMonth FindMonth(int64_t at_us) const;
  Interval MonthsOf(int64_t at_us, int months) const;

  std::string zone_name_ = "UTC";
  absl::TimeZone zone_;
  bool utc_ = true;  // zone_ is UTC
  int cut_minute_ = 0;
  DayLabel label_ = DayLabel::kStart;
  int month_day_ = 1;
  int year_month_ = 1;
  int year_day_ = 1;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_CALENDAR_H_
