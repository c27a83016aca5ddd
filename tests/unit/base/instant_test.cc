#include <cstdint>
#include <limits>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "drawdown/units.h"
#include "gmock/gmock.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

constexpr int kRounds = 100'000;
constexpr int64_t kFirst = -2'208'988'800'000'000;  // 1900-01-01T00:00:00Z
constexpr int64_t kEnd = 253'402'300'800'000'000;   // 10000-01-01T00:00:00Z

TEST(ParseInstant, Accepts) {
  const struct {
    const char* text;
    int64_t us;
  } cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-10-01T00:00:00Z", 1'790'812'800'000'000},
      {"2026-10-01t00:00:00z", 1'790'812'800'000'000},
      {"2026-10-01 02:00:00.5+02:00", 1'790'812'800'500'000},
      {"2026-09-30T17:00:00-07:00", 1'790'812'800'000'000},
      {"2026-10-01T00:00:00+00:00", 1'790'812'800'000'000},
      {"2026-10-01T00:00:00-00:00", 1'790'812'800'000'000},
      {"2026-10-01T05:30:00+05:30", 1'790'812'800'000'000},
      {"2026-10-01T00:00:00.000Z", 1'790'812'800'000'000},
      {"2026-10-01T00:00:00.000001Z", 1'790'812'800'000'001},
      {"2026-10-01T00:00:00.123456000Z", 1'790'812'800'123'456},
      {"1969-12-31T23:59:59.75Z", -250'000},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
      {"2000-02-29T00:00:00Z", 951'782'400'000'000},
      {"1900-01-01T00:00:00Z", kFirst},
      {"9999-12-31T23:59:59.999999Z", kEnd - 1},
      {"1899-12-31T23:00:00-01:00", kFirst},
      {"1790812800", 1'790'812'800'000'000},
      {"0.25", 250'000},
      {"-0.25", -250'000},
      {"-1", -1'000'000},
      {"-1.5", -1'500'000},
      {"0", 0},
      {"-0", 0},
      {"1.0000000000", 1'000'000},
      {"-2208988800", kFirst},
      {"253402300799.999999", kEnd - 1},
  };
  for (const auto& c : cases) {
    const auto instant = ParseInstant(c.text);
    ASSERT_TRUE(instant.ok()) << instant.status();
    EXPECT_EQ(*instant, c.us) << c.text;
  }
}

TEST(ParseInstant, Refuses) {
  const struct {
    const char* text;
    const char* reason;
  } cases[] = {
      {"", "neither"},
      {"now", "neither"},
      {"2026-10-01", "date without a time"},
      {"2026-10-01T00:00:00", "no UTC offset"},
      {"2026-10-01T00:00Z", "not a time"},
      {"2026-10-01T24:00:00Z", "hour"},
      {"2023-02-01T30:00:00Z", "hour"},
      {"2026-10-01T00:60:00Z", "minute"},
      {"2016-12-31T23:59:60Z", "leap second"},
      {"26-10-01T00:00:00Z", "not a time"},
      {"12026-10-01T00:00:00Z", "not a time"},
      {"2026-13-01T00:00:00Z", "month"},
      {"2026-00-01T00:00:00Z", "month"},
      {"2026-10-00T00:00:00Z", "day"},
      {"2026-09-31T00:00:00Z", "day"},
      {"2026-02-29T00:00:00Z", "day"},
      {"2100-02-29T00:00:00Z", "day"},
      {"2026-1-01T00:00:00Z", "not a time"},
      {"2026/10/01T00:00:00Z", "neither"},
      {"2026-10-01  00:00:00Z", "not a time"},
      {"2026-10-01T00:00:00 Z", "ends in"},
      {"2026-10-01T00:00:00Z ", "ends in"},
      {" 2026-10-01T00:00:00Z", "not a time"},
      {"2026-10-01T00:00:00ZZ", "ends in"},
      {"2026-10-01T00:00:00+0200", "ends in"},
      {"2026-10-01T00:00:00+02", "ends in"},
      {"2026-10-01T00:00:00+24:00", "ends in"},
      {"2026-10-01T00:00:00+02:60", "ends in"},
      {"2026-10-01T00:00:00UTC", "ends in"},
      {"2026-10-01T00:00:00.Z", "fraction"},
      {"2026-10-01T00:00:00,5Z", "ends in"},
      {"2026-10-01T00:00:00.0000001Z", "finer than microseconds"},
      {"1899-12-31T23:59:59Z", "years 1900 to 9999"},
      {"1900-01-01T00:00:00+00:01", "years 1900 to 9999"},
      {"9999-12-31T23:59:59-00:01", "years 1900 to 9999"},
      {"1790812800000", "milliseconds"},
      {"99999999999999999999999999", "milliseconds"},
      {"18446744073709551616", "milliseconds"},  // 2^64
      {"-2208988800.000001", "years 1900 to 9999"},
      {"253402300800", "years 1900 to 9999"},
      {"1.", "fraction"},
      {".5", "neither"},
      {"1e9", "neither"},
      {"+1", "neither"},
      {"--1", "not a time"},
      {"0.0000001", "finer than microseconds"},
  };
  for (const auto& c : cases) {
    const auto instant = ParseInstant(c.text);
    EXPECT_EQ(GetErrorCode(instant.status()), ErrorCode::kBadTime) << c.text;
    EXPECT_THAT(std::string(instant.status().message()), HasSubstr(c.reason))
        << c.text;
  }
}

struct ZoneCase {
  const char* text;
  const char* zone;
  const char* utc;  // null: refused
  bool ambiguous;
};

constexpr ZoneCase kZoneCases[] = {
    {"2026-10-01T00:00:00", "UTC", "2026-10-01T00:00:00Z", false},
    {"2026-10-01T00:00:00", "America/Los_Angeles", "2026-10-01T07:00:00Z",
     false},
    {"2026-12-01 00:00:00.5", "America/New_York", "2026-12-01T05:00:00.5Z",
     false},
    {"2026-03-08T01:59:59", "America/Los_Angeles", "2026-03-08T09:59:59Z",
     false},
    {"2026-03-08T02:00:00", "America/Los_Angeles", nullptr, false},
    {"2026-03-08T02:59:59", "America/Los_Angeles", nullptr, false},
    {"2026-03-08T03:00:00", "America/Los_Angeles", "2026-03-08T10:00:00Z",
     false},
    {"2026-11-01T00:59:59", "America/Los_Angeles", "2026-11-01T07:59:59Z",
     false},
    {"2026-11-01T01:30:00", "America/Los_Angeles", "2026-11-01T08:30:00Z",
     true},
    {"2026-11-01T02:00:00", "America/Los_Angeles", "2026-11-01T10:00:00Z",
     false},
    // Half an hour is skipped and repeated here.
    {"2026-10-04T02:15:00", "Australia/Lord_Howe", nullptr, false},
    {"2026-10-04T02:30:00", "Australia/Lord_Howe", "2026-10-03T15:30:00Z",
     false},
    {"2026-04-05T01:45:00", "Australia/Lord_Howe", "2026-04-04T14:45:00Z",
     true},
    // An offset in the text wins over the zone.
    {"2026-03-08T02:30:00Z", "America/Los_Angeles", "2026-03-08T02:30:00Z",
     false},
};

TEST(ParseInstant, NaiveTimesInAZone) {
  for (const ZoneCase& c : kZoneCases) {
    bool ambiguous = false;
    const auto instant = ParseInstant(c.text, c.zone, &ambiguous);
    EXPECT_EQ(ambiguous, c.ambiguous) << c.text;
    if (c.utc != nullptr) {
      ASSERT_TRUE(instant.ok()) << instant.status();
      EXPECT_EQ(FormatInstant(*instant), c.utc) << c.text << " " << c.zone;
    } else {
      EXPECT_EQ(GetErrorCode(instant.status()), ErrorCode::kBadTime) << c.text;
    }
  }
}

TEST(ParseInstant, NeverSetsAmbiguousToFalse) {
  bool ambiguous = true;
  EXPECT_TRUE(ParseInstant("2026-01-01T00:00:00", "UTC", &ambiguous).ok());
  EXPECT_TRUE(ambiguous);
  EXPECT_TRUE(ParseInstant("2026-11-01T01:30:00", "America/New_York").ok());
}

TEST(ParseInstant, UnknownZoneIsRefusedAndNotRemembered) {
  for (const char* zone :
       {"Mars/Olympus", "America/New_York", "Mars/Olympus"}) {
    const bool known = std::string(zone) == "America/New_York";
    EXPECT_EQ(ParseInstant("2026-01-01T00:00:00", zone).ok(), known) << zone;
  }
  // The zone is not asked for when the text has an offset.
  EXPECT_TRUE(ParseInstant("2026-01-01T00:00:00Z", "Mars/Olympus").ok());
}

TEST(FormatInstant, Examples) {
  EXPECT_EQ(FormatInstant(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(1'790'812'800'000'001),
            "2026-10-01T00:00:00.000001Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatInstant(500'000), "1970-01-01T00:00:00.5Z");
  EXPECT_EQ(FormatInstant(kFirst), "1900-01-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(kEnd - 1), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatInstant(std::numeric_limits<int64_t>::max()),
            "294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(FormatInstant(std::numeric_limits<int64_t>::min()),
            "-290308-12-21T19:59:05.224192Z");
}

TEST(FormatInstant, MatchesTheModelAndReadsBack) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    int64_t us = random.Between(kFirst, kEnd - 1);
    if (random.OneIn(2)) us -= us % kMicrosPerSecond;
    const std::string text = FormatInstant(us);
    ASSERT_EQ(text,
              absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixMicros(us),
                               absl::UTCTimeZone()));
    const auto again = ParseInstant(text);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*again, us) << text;
  }
}

// One whole cycle of leap years.
TEST(FormatInstant, EveryDayOf400YearsMatchesTheModel) {
  const absl::CivilDay end(2300, 1, 1);
  int64_t us = kFirst;
  for (absl::CivilDay day(1900, 1, 1); day < end; ++day) {
    const std::string text = absl::FormatCivilTime(day) + "T00:00:00Z";
    ASSERT_EQ(FormatInstant(us), text);
    ASSERT_EQ(*ParseInstant(text), us);
    us += 24 * kMicrosPerHour;
  }
}

TEST(ParseInstant, OffsetsMatchTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const int64_t us = random.Between(kFirst, kEnd - 1);
    const int64_t minutes = random.Between(-23 * 60 - 59, 23 * 60 + 59);
    const absl::TimeZone zone =
        absl::FixedTimeZone(static_cast<int>(minutes * 60));
    const std::string text = absl::FormatTime("%Y-%m-%d %H:%M:%E6S%Ez",
                                              absl::FromUnixMicros(us), zone);
    if (text.size() != 32) continue;  // the year 10000 at that offset
    const auto instant = ParseInstant(text);
    ASSERT_TRUE(instant.ok()) << instant.status();
    ASSERT_EQ(*instant, us) << text;
  }
}

TEST(ParseInstant, EpochSecondsMatchTheModel) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const int64_t us =
        random.Between(kFirst, kEnd - 1) >> random.Between(0, 40);
    // The exact decimal printer is checked on its own; the unit is the same.
    const auto instant = ParseInstant(FormatGpus(us));
    ASSERT_TRUE(instant.ok()) << instant.status();
    ASSERT_EQ(*instant, us);
  }
}

TEST(ParseInstant, ZonesMatchTheModel) {
  Random random;
  const std::string names[] = {"America/Los_Angeles", "Australia/Lord_Howe"};
  for (int i = 0; i < kRounds; ++i) {
    const std::string& name = names[i % 2];
    absl::TimeZone zone;
    ASSERT_TRUE(absl::LoadTimeZone(name, &zone));
    const int64_t us = random.Between(0, 4'000'000'000) * kMicrosPerSecond;
    const std::string local =
        absl::FormatTime("%Y-%m-%dT%H:%M:%S", absl::FromUnixMicros(us), zone);
    bool ambiguous = false;
    const auto instant = ParseInstant(local, name, &ambiguous);
    ASSERT_TRUE(instant.ok()) << instant.status();
    if (*instant == us) continue;
    // Only the second reading of a repeated time comes back as another instant.
    ASSERT_TRUE(ambiguous) << local;
    ASSERT_LT(*instant, us) << local;
  }
}

}  // namespace
}  // namespace drawdown
