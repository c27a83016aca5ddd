#include "contract/calendar.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "drawdown/status.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

using Kind = FulfilmentInterval;
using Label = Calendar::DayLabel;

int64_t At(std::string_view text) {
  const absl::StatusOr<int64_t> instant = ParseInstant(text);
  EXPECT_TRUE(instant.ok()) << text;
  return instant.value_or(0);
}

std::string Text(const Interval& interval) {
  return FormatInstant(interval.start_us) + "/" +
         FormatInstant(interval.end_us);
}

struct CalendarSpec {
  const char* zone = "UTC";
  int cut_minute = 0;
  Label label = Label::kStart;
  int month_day = 1;
  int year_month = 1;
  int year_day = 1;
};

Calendar MakeCalendar(const CalendarSpec& spec) {
  absl::StatusOr<Calendar> calendar =
      Calendar::Make(spec.zone, spec.cut_minute, spec.label, spec.month_day,
                     spec.year_month, spec.year_day);
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return calendar.ok() ? *calendar : Calendar();
}

constexpr CalendarSpec kUtc{};
constexpr CalendarSpec kUtcNoonHalf{"UTC", 11 * 60 + 30};
constexpr CalendarSpec kNewYork{"America/New_York"};
constexpr CalendarSpec kFivePm{"America/New_York", 17 * 60};
constexpr CalendarSpec kFivePmEnd{"America/New_York", 17 * 60, Label::kEnd};
constexpr CalendarSpec kSkippedCut{"America/New_York", 2 * 60 + 30};
constexpr CalendarSpec kRepeatedCut{"America/New_York", 60 + 30};
constexpr CalendarSpec kPacific{"America/Los_Angeles"};
constexpr CalendarSpec kMidMonth{"UTC", 0, Label::kStart, 15};
constexpr CalendarSpec kNovember{"UTC", 0, Label::kStart, 1, 11, 3};
constexpr CalendarSpec kMonthEnd{"UTC", 0, Label::kStart, 1, 8, 31};
constexpr CalendarSpec kKolkata{"Asia/Kolkata"};
constexpr CalendarSpec kLordHowe{"Australia/Lord_Howe"};
constexpr CalendarSpec kApia{"Pacific/Apia"};

struct IntervalCase {
  const char* name;
  CalendarSpec calendar;
  Kind kind;
  const char* at;
  const char* expected;
};

const IntervalCase kIntervals[] = {
    {"UtcDay", kUtc, Kind::kDaily, "2026-03-08T12:00:00Z",
     "2026-03-08T00:00:00Z/2026-03-09T00:00:00Z"},
    {"SpringDayHas23Hours", kNewYork, Kind::kDaily, "2026-03-08T12:00:00Z",
     "2026-03-08T05:00:00Z/2026-03-09T04:00:00Z"},
    {"AutumnDayHas25Hours", kNewYork, Kind::kDaily, "2026-11-01T12:00:00Z",
     "2026-11-01T04:00:00Z/2026-11-02T05:00:00Z"},
    {"CutAtFive", kFivePm, Kind::kDaily, "2026-03-07T22:00:00Z",
     "2026-03-07T22:00:00Z/2026-03-08T21:00:00Z"},
    {"JustBeforeTheCut", kFivePm, Kind::kDaily, "2026-03-07T21:59:59.999999Z",
     "2026-03-06T22:00:00Z/2026-03-07T22:00:00Z"},
    {"MonthStartsAtTheCut", kFivePm, Kind::kMonthly, "2026-10-05T00:00:00Z",
     "2026-10-01T21:00:00Z/2026-11-01T22:00:00Z"},
    {"MonthOfEndLabels", kFivePmEnd, Kind::kMonthly, "2026-10-05T00:00:00Z",
     "2026-09-30T21:00:00Z/2026-10-31T21:00:00Z"},
    {"EndLabelTurnsTheMonthAtTheCut", kFivePmEnd, Kind::kMonthly,
     "2026-09-30T21:00:00Z", "2026-09-30T21:00:00Z/2026-10-31T21:00:00Z"},
    {"SkippedCutIsTheTransition", kSkippedCut, Kind::kDaily,
     "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z/2026-03-09T06:30:00Z"},
    {"DayBeforeASkippedCut", kSkippedCut, Kind::kDaily, "2026-03-08T06:59:59Z",
     "2026-03-07T07:30:00Z/2026-03-08T07:00:00Z"},
    {"RepeatedCutIsTheFirst", kRepeatedCut, Kind::kDaily,
     "2026-11-01T06:30:00Z", "2026-11-01T05:30:00Z/2026-11-02T06:30:00Z"},
    {"PacificMonthOverAutumn", kPacific, Kind::kMonthly, "2026-11-15T00:00:00Z",
     "2026-11-01T07:00:00Z/2026-12-01T08:00:00Z"},
    {"PacificMonthOverSpring", kPacific, Kind::kMonthly, "2026-03-01T08:00:00Z",
     "2026-03-01T08:00:00Z/2026-04-01T07:00:00Z"},
    {"MonthsFromTheFifteenth", kMidMonth, Kind::kMonthly,
     "2026-02-14T23:59:59Z", "2026-01-15T00:00:00Z/2026-02-15T00:00:00Z"},
    {"LastDayOfAContractYear", kNovember, Kind::kAnnual, "2026-11-02T23:59:59Z",
     "2025-11-03T00:00:00Z/2026-11-03T00:00:00Z"},
    {"FirstDayOfAContractYear", kNovember, Kind::kAnnual,
     "2026-11-03T00:00:00Z", "2026-11-03T00:00:00Z/2027-11-03T00:00:00Z"},
    {"QuarterOfTheContractYear", kNovember, Kind::kQuarterly,
     "2026-02-03T00:00:00Z", "2026-02-03T00:00:00Z/2026-05-03T00:00:00Z"},
    {"LastQuarter", kNovember, Kind::kQuarterly, "2026-11-02T00:00:00Z",
     "2026-08-03T00:00:00Z/2026-11-03T00:00:00Z"},
    {"HalfOfTheContractYear", kNovember, Kind::kSemiAnnual,
     "2026-05-02T23:00:00Z", "2025-11-03T00:00:00Z/2026-05-03T00:00:00Z"},
    {"MonthsOfAContractYearStartOnMonthDay", kNovember, Kind::kMonthly,
     "2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z"},
    {"QuarterFromA31st", kMonthEnd, Kind::kQuarterly, "2026-12-15T00:00:00Z",
     "2026-11-30T00:00:00Z/2027-02-28T00:00:00Z"},
    {"WeekOnItsSunday", kUtc, Kind::kWeekly, "2026-11-22T23:00:00Z",
     "2026-11-16T00:00:00Z/2026-11-23T00:00:00Z"},
    {"WeekOnItsMonday", kUtc, Kind::kWeekly, "2026-11-23T00:00:00Z",
     "2026-11-23T00:00:00Z/2026-11-30T00:00:00Z"},
    {"WeekOverSpring", kNewYork, Kind::kWeekly, "2026-03-08T12:00:00Z",
     "2026-03-02T05:00:00Z/2026-03-09T04:00:00Z"},
    {"UtcHour", kUtc, Kind::kHourly, "2026-03-08T12:59:59.999999Z",
     "2026-03-08T12:00:00Z/2026-03-08T13:00:00Z"},
    {"HourOfTheCutMinute", kUtcNoonHalf, Kind::kHourly, "2026-03-08T12:10:00Z",
     "2026-03-08T11:30:00Z/2026-03-08T12:30:00Z"},
    {"HourOfAHalfHourZone", kKolkata, Kind::kHourly, "2026-03-08T18:29:00Z",
     "2026-03-08T17:30:00Z/2026-03-08T18:30:00Z"},
    {"LastHourOfAHalfHourChange", kLordHowe, Kind::kHourly,
     "2026-10-04T12:45:00Z", "2026-10-04T12:30:00Z/2026-10-04T13:00:00Z"},
    {"BeforeTheEpoch", kUtc, Kind::kHourly, "1969-12-31T23:30:00Z",
     "1969-12-31T23:00:00Z/1970-01-01T00:00:00Z"},
    {"FullPeriodIsTheTerm", kUtc, Kind::kFullPeriod, "2026-03-08T12:00:00Z",
     "2025-11-03T00:00:00Z/2032-11-03T00:00:00Z"},
};

TEST(CalendarTest, IntervalsOf) {
  const Interval term{At("2025-11-03T00:00:00Z"), At("2032-11-03T00:00:00Z")};
  for (const IntervalCase& test : kIntervals) {
    const Calendar calendar = MakeCalendar(test.calendar);
    EXPECT_EQ(Text(calendar.Of(test.kind, At(test.at), term)), test.expected)
        << test.name;
  }
}

TEST(CalendarTest, DayMonthAndYearAreTheirKinds) {
  const Calendar calendar = MakeCalendar(kFivePmEnd);
  const int64_t at = At("2026-06-30T22:00:00Z");
  EXPECT_EQ(calendar.DayOf(at), calendar.Of(Kind::kDaily, at, {}));
  EXPECT_EQ(calendar.MonthOf(at), calendar.Of(Kind::kMonthly, at, {}));
  EXPECT_EQ(calendar.YearOf(at), calendar.Of(Kind::kAnnual, at, {}));
}

TEST(CalendarTest, NamesOfDays) {
  const int64_t at = At("2026-09-30T21:30:00Z");  // half past five in New York
  EXPECT_EQ(MakeCalendar(kFivePm).DayNameOf(at), absl::CivilDay(2026, 9, 30));
  EXPECT_EQ(MakeCalendar(kFivePmEnd).DayNameOf(at),
            absl::CivilDay(2026, 10, 1));
}

// Every kind of interval of every calendar tiles two years, and an instant
// inside one gives the same one.
TEST(CalendarTest, IntervalsTileTime) {
  const uint64_t seed = 20261122;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const CalendarSpec calendars[] = {
      kUtc,        kUtcNoonHalf, kNewYork,  kFivePm,   kFivePmEnd,
      kSkippedCut, kRepeatedCut, kPacific,  kMidMonth, kNovember,
      kMonthEnd,   kKolkata,     kLordHowe, kApia};
  const Kind kinds[] = {Kind::kHourly,  Kind::kDaily,     Kind::kWeekly,
                        Kind::kMonthly, Kind::kQuarterly, Kind::kSemiAnnual,
                        Kind::kAnnual};
  // Apia left out 30 December 2011.
  const int64_t start = At("2011-01-01T00:00:00Z");
  const int64_t end = At("2012-12-31T00:00:00Z");
  for (const CalendarSpec& spec : calendars) {
    const Calendar calendar = MakeCalendar(spec);
    for (const Kind kind : kinds) {
      int64_t at = start;
      int64_t previous_end = calendar.Of(kind, at, {}).start_us;
      while (at < end) {
        const Interval interval = calendar.Of(kind, at, {});
        ASSERT_EQ(interval.start_us, previous_end) << spec.zone;
        ASSERT_LT(interval.start_us, interval.end_us) << spec.zone;
        std::uniform_int_distribution<int64_t> inside(interval.start_us,
                                                      interval.end_us - 1);
        ASSERT_EQ(calendar.Of(kind, inside(random), {}), interval) << spec.zone;
        previous_end = at = interval.end_us;
      }
    }
  }
}

// As a rating asks: each hour of a seven-year term, once.
TEST(CalendarTest, HoursOfSevenYearsAreCounted) {
  const Calendar calendar = MakeCalendar(kFivePm);
  const Interval term{At("2025-11-03T22:00:00Z"), At("2032-11-03T22:00:00Z")};
  int64_t hours = 0;
  for (int64_t at = term.start_us; at < term.end_us; ++hours) {
    at = calendar.Of(Kind::kHourly, at, term).end_us;
  }
  EXPECT_EQ(hours, (7 * 365 + 2) * 24);
}

struct PeriodCase {
  CalendarSpec calendar;
  const char* text;
  const char* expected;
};

TEST(CalendarTest, ParsesPeriods) {
  const PeriodCase cases[] = {
      {kUtc, "2026-10", "2026-10-01T00:00:00Z/2026-11-01T00:00:00Z"},
      {kUtc, "2026-12", "2026-12-01T00:00:00Z/2027-01-01T00:00:00Z"},
      {kPacific, "2026-10", "2026-10-01T07:00:00Z/2026-11-01T07:00:00Z"},
      {kMidMonth, "2026-10", "2026-10-15T00:00:00Z/2026-11-15T00:00:00Z"},
      {kFivePmEnd, "2026-10", "2026-09-30T21:00:00Z/2026-10-31T21:00:00Z"},
      {kNovember, "2026", "2026-11-03T00:00:00Z/2027-11-03T00:00:00Z"},
      {kPacific, "2026-10-01T00:00:00Z/2026-10-02T02:00:00+02:00",
       "2026-10-01T00:00:00Z/2026-10-02T00:00:00Z"},
  };
  for (const PeriodCase& test : cases) {
    const auto period = MakeCalendar(test.calendar).ParsePeriod(test.text);
    ASSERT_TRUE(period.ok()) << test.text << ": " << period.status();
    EXPECT_EQ(Text(*period), test.expected) << test.text;
  }
}

TEST(CalendarTest, RefusesBadPeriods) {
  const char* const texts[] = {
      "",
      "2026-13",
      "2026-00",
      "2026-1",
      "26-10",
      "2026-10 ",
      "1899",
      "2026_10",
      "2026/",
      "/2026-01-01T00:00:00Z",
      "October",
      "2026-100",
      "2026-10-01",
      "+202",
      "20261",
      "2026-10-01T00:00:00/2026-11-01T00:00:00Z",
      "2026-10-01T00:00:00Z/2026-10-01T00:00:00Z",
      "2026-10-02T00:00:00Z/2026-10-01T00:00:00Z",
  };
  for (const char* text : texts) {
    const auto period = Calendar().ParsePeriod(text);
    ASSERT_FALSE(period.ok()) << text;
    EXPECT_EQ(GetErrorCode(period.status()), ErrorCode::kInvalidArgument)
        << text;
  }
}

TEST(CalendarTest, MakeChecksItsArguments) {
  const auto code = [](const CalendarSpec& spec) {
    return GetErrorCode(Calendar::Make(spec.zone, spec.cut_minute, spec.label,
                                       spec.month_day, spec.year_month,
                                       spec.year_day)
                            .status());
  };
  const Label start = Label::kStart;
  EXPECT_EQ(code({"Mars/Phobos"}), ErrorCode::kBadTime);
  EXPECT_EQ(code({"UTC", -1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 1440}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 1439}), ErrorCode::kOk);
  EXPECT_EQ(code({"UTC", 0, start, 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 0, start, 29}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 0, start, 28, 2, 28}), ErrorCode::kOk);
  EXPECT_EQ(code({"UTC", 0, start, 1, 2, 29}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 0, start, 1, 13, 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 0, start, 1, 4, 31}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"UTC", 0, start, 1, 1, 0}), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace drawdown
