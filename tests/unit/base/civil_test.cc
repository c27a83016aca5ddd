#include "base/civil.h"

#include <string>

#include "base/error.h"
#include "drawdown/units.h"
#include "gmock/gmock.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

TEST(LoadZone, RefusesWhatIsNotInTzdata) {
  for (const char* name :
       {"", "Mars/Olympus", "America", "/etc/localtime",
        "../../../etc/localtime", "file:UTC", "localtime", "libc:localtime",
        "right/UTC", "America/New York", "America/New_York\n"}) {
    const auto zone = LoadZone(name);
    EXPECT_EQ(GetErrorCode(zone.status()), ErrorCode::kBadTime) << name;
  }
  EXPECT_EQ(LoadZone("Mars/Olympus").status().message(),
            "time zone \"Mars/Olympus\" is not in this system's tzdata");
}

TEST(LoadZone, LoadsIanaNames) {
  for (const char* name : {"UTC", "Etc/GMT+5", "America/Los_Angeles",
                           "America/Port-au-Prince", "Asia/Kolkata"}) {
    const auto zone = LoadZone(name);
    ASSERT_TRUE(zone.ok()) << zone.status();
    EXPECT_EQ(zone->name(), name);
  }
}

struct CivilCase {
  const char* zone;
  absl::CivilSecond local;
  const char* utc;
};

const CivilCase kCivilCases[] = {
    {"UTC", absl::CivilSecond(2026, 10, 1), "2026-10-01T00:00:00Z"},
    {"America/Los_Angeles", absl::CivilSecond(2026, 10, 1),
     "2026-10-01T07:00:00Z"},
    {"America/Los_Angeles", absl::CivilSecond(2026, 12, 1),
     "2026-12-01T08:00:00Z"},
    {"America/New_York", absl::CivilSecond(2026, 9, 30, 17),
     "2026-09-30T21:00:00Z"},
    // Skipped: every reading of the gap is its transition.
    {"America/New_York", absl::CivilSecond(2026, 3, 8, 2, 0, 0),
     "2026-03-08T07:00:00Z"},
    {"America/New_York", absl::CivilSecond(2026, 3, 8, 2, 59, 59),
     "2026-03-08T07:00:00Z"},
    {"Australia/Lord_Howe", absl::CivilSecond(2026, 10, 4, 2, 29, 59),
     "2026-10-03T15:30:00Z"},
    // Repeated: the first occurrence.
    {"America/Los_Angeles", absl::CivilSecond(2026, 11, 1, 1, 0, 0),
     "2026-11-01T08:00:00Z"},
    {"Australia/Lord_Howe", absl::CivilSecond(2026, 4, 5, 1, 30, 0),
     "2026-04-04T14:30:00Z"},
    // A zone whose midnight is skipped.
    {"America/Sao_Paulo", absl::CivilSecond(2018, 11, 4),
     "2018-11-04T03:00:00Z"},
};

TEST(InstantOfCivil, AcrossTransitions) {
  for (const CivilCase& c : kCivilCases) {
    EXPECT_EQ(FormatInstant(InstantOfCivil(c.local, *LoadZone(c.zone))), c.utc)
        << c.zone << " " << absl::FormatCivilTime(c.local);
  }
}

TEST(CivilOfInstant, ContainsTheInstant) {
  const absl::TimeZone zone = *LoadZone("Australia/Lord_Howe");
  const auto local = [&zone](const char* utc) {
    return absl::FormatCivilTime(CivilOfInstant(*ParseInstant(utc), zone));
  };
  EXPECT_EQ(local("2026-10-03T15:29:59.999999Z"), "2026-10-04T01:59:59");
  EXPECT_EQ(local("2026-10-03T15:30:00Z"), "2026-10-04T02:30:00");
  EXPECT_EQ(local("2026-04-04T15:00:00Z"), "2026-04-05T01:30:00");
  EXPECT_EQ(CivilOfInstant(-1, absl::UTCTimeZone()),
            absl::CivilSecond(1969, 12, 31, 23, 59, 59));
}

TEST(InstantOfCivil, UndoesCivilOfInstant) {
  Random random;
  for (const char* name :
       {"America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"}) {
    const absl::TimeZone zone = *LoadZone(name);
    for (int i = 0; i < 25'000; ++i) {
      const int64_t us = random.Between(0, 4'000'000'000) * kMicrosPerSecond;
      const int64_t back = InstantOfCivil(CivilOfInstant(us, zone), zone);
      // The repeated hour goes to its first reading, at most one hour earlier.
      ASSERT_LE(back, us) << name;
      ASSERT_GE(back, us - kMicrosPerHour) << name;
      ASSERT_EQ(CivilOfInstant(back, zone), CivilOfInstant(us, zone)) << name;
    }
  }
}

TEST(FloorTo, AnySign) {
  EXPECT_EQ(FloorTo(0, 10), 0);
  EXPECT_EQ(FloorTo(9, 10), 0);
  EXPECT_EQ(FloorTo(10, 10), 10);
  EXPECT_EQ(FloorTo(-1, 10), -10);
  EXPECT_EQ(FloorTo(-10, 10), -10);
  EXPECT_EQ(FloorTo(-11, 10), -20);
}

}  // namespace
}  // namespace drawdown
