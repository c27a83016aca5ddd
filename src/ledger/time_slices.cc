#include "ledger/time_slices.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/civil.h"
#include "base/error.h"

namespace drawdown {
namespace {

bool Asks(const std::vector<UsageDimension>& by, UsageDimension dimension) {
  return std::find(by.begin(), by.end(), dimension) != by.end();
}

int64_t NextHour(int64_t at_us, const absl::TimeZone& zone) {
  const absl::CivilSecond local = CivilOfInstant(at_us, zone);
  const int64_t second_us = FloorTo(at_us, kMicrosPerSecond);
  const int64_t into_hour = local.minute() * 60 + local.second();
  return second_us + (3'600 - into_hour) * kMicrosPerSecond;
}

int64_t NextEdge(UsageDimension finest, int64_t at_us,
                 const absl::TimeZone& zone) {
  if (finest == UsageDimension::kHour) return NextHour(at_us, zone);
  const absl::CivilSecond local = CivilOfInstant(at_us, zone);
  if (finest == UsageDimension::kDay) {
    return InstantOfCivil(absl::CivilSecond(absl::CivilDay(local) + 1), zone);
  }
  return InstantOfCivil(absl::CivilSecond(absl::CivilMonth(local) + 1), zone);
}

// Not absl::StrFormat, which ends the process where memory runs out.
absl::Dec Two(int number) { return absl::Dec(number, absl::kZeroPad2); }

std::string MonthLabel(const absl::CivilSecond& local) {
  return absl::StrCat(absl::Dec(local.year(), absl::kZeroPad4), "-",
                      Two(local.month()));
}

std::string DayLabel(const absl::CivilSecond& local) {
  return absl::StrCat(MonthLabel(local), "-", Two(local.day()));
}

std::string HourLabel(int64_t at_us, const absl::TimeZone& zone) {
  const absl::CivilSecond local = CivilOfInstant(at_us, zone);
  const int offset =
      zone.At(absl::FromUnixMicros(at_us)).offset / 60;  // minutes
  const std::string clock =
      absl::StrCat(DayLabel(local), "T", Two(local.hour()), ":00:00");
  if (offset == 0) return clock + "Z";
  return absl::StrCat(clock, offset < 0 ? "-" : "+", Two(std::abs(offset) / 60),
                      ":", Two(std::abs(offset) % 60));
}

// More than any books have: 114 years of hours.
constexpr int64_t kMaxSlices = 1'000'000;

int64_t ShortestOf(UsageDimension finest) {
  constexpr int64_t kDays = 24 * kMicrosPerHour;
  if (finest == UsageDimension::kHour) return kMicrosPerHour;
  return finest == UsageDimension::kDay ? kDays : 28 * kDays;
}

absl::Status CheckLength(UsageDimension finest, int64_t from_us,
                         int64_t to_us) {
  const Int128 length = Int128{to_us} - from_us;
  if (length / ShortestOf(finest) < kMaxSlices) return absl::OkStatus();
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat("usage from ", FormatInstant(from_us), " to ",
                   FormatInstant(to_us), " would be more than ", kMaxSlices,
                   " hours, days or months: give a shorter time"));
}

}  // namespace

std::string TimeSlices::Label(UsageDimension dimension, size_t slice) const {
  const int64_t at_us = edges[slice];
  if (dimension == UsageDimension::kHour) return HourLabel(at_us, zone);
  const absl::CivilSecond local = CivilOfInstant(at_us, zone);
  return dimension == UsageDimension::kDay ? DayLabel(local)
                                           : MonthLabel(local);
}

int64_t TimeSlices::Find(int64_t instant_us) const {
  if (instant_us < edges.front() || instant_us >= edges.back()) return -1;
  const auto after = std::upper_bound(edges.begin(), edges.end(), instant_us);
  return after - edges.begin() - 1;
}

int64_t TimeSlices::FindFrom(int64_t slice, int64_t instant_us) const {
  const auto next = static_cast<size_t>(slice + 1);
  const bool there = next < size() && edges[next] <= instant_us &&
                     instant_us < edges[next + 1];
  return there ? static_cast<int64_t>(next) : Find(instant_us);
}

absl::StatusOr<TimeSlices> MakeTimeSlices(const std::vector<UsageDimension>& by,
                                          std::string_view zone_name,
                                          int64_t from_us, int64_t to_us) {
  TimeSlices slices;
  ASSIGN_OR_RETURN(slices.zone, LoadZone(zone_name));
  slices.edges.push_back(from_us);
  const bool by_time = Asks(by, UsageDimension::kHour) ||
                       Asks(by, UsageDimension::kDay) ||
                       Asks(by, UsageDimension::kMonth);
  if (!by_time) {
    slices.edges.push_back(to_us);
    return slices;
  }
  const UsageDimension finest =
      Asks(by, UsageDimension::kHour)  ? UsageDimension::kHour
      : Asks(by, UsageDimension::kDay) ? UsageDimension::kDay
                                       : UsageDimension::kMonth;
  RETURN_IF_ERROR(CheckLength(finest, from_us, to_us));
  for (int64_t at_us = from_us; at_us < to_us;) {
    at_us = std::min(NextEdge(finest, at_us, slices.zone), to_us);
    slices.edges.push_back(at_us);
  }
  return slices;
}

}  // namespace drawdown
