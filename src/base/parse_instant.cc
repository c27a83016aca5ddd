// By hand, because an import reads two instants per row.
#include <algorithm>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/civil.h"
#include "base/error.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr int64_t kSecondsOfDay = 86'400;
constexpr int64_t kFirstSecond = -2'208'988'800;  // 1900-01-01T00:00:00Z
constexpr int64_t kEndSecond = 253'402'300'800;   // 10000-01-01T00:00:00Z

bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int DaysInMonth(int64_t year, int month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Reads a text from its front; each method says whether it found its kind.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool Char(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits.
  bool Number(size_t count, int* value) {
    if (rest_.size() < count) return false;
    int sum = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!DigitAt(i)) return false;
      sum = sum * 10 + (rest_[i] - '0');
    }
    *value = sum;
    rest_.remove_prefix(count);
    return true;
  }

  // One digit or more; values beyond `cap` are read as `cap`.
  bool CappedNumber(int64_t cap, int64_t* value) {
    if (!DigitAt(0)) return false;
    *value = 0;
    for (; DigitAt(0); rest_.remove_prefix(1)) {
      *value = std::min(cap, *value * 10 + (rest_.front() - '0'));
    }
    return true;
  }

  // Digits of a fraction as microseconds; false when finer than that.
  bool Micros(int64_t* value) {
    if (!DigitAt(0)) return false;
    *value = 0;
    for (int64_t place = 100'000; DigitAt(0); place /= 10) {
      const int digit = rest_.front() - '0';
      if (place == 0 && digit != 0) return false;
      *value += digit * place;
      rest_.remove_prefix(1);
    }
    return true;
  }

 private:
  bool DigitAt(size_t i) const {
    return i < rest_.size() && rest_[i] >= '0' && rest_[i] <= '9';
  }

  std::string_view rest_;
};

constexpr char kBadFraction[] =
    "has a fraction without digits or finer than microseconds";

absl::Status BadTime(std::string_view text, std::string_view why) {
  return MakeError(ErrorCode::kBadTime,
                   absl::StrCat(Quoted(text), " ", std::string(why)));
}

bool InRange(int64_t second) {
  return second >= kFirstSecond && second < kEndSecond;
}

absl::StatusOr<int64_t> Instant(std::string_view text, int64_t second,
                                int64_t micros) {
  if (InRange(second)) return second * kMicrosPerSecond + micros;
  return BadTime(text, "is not in the years 1900 to 9999");
}

absl::StatusOr<int64_t> ParseEpoch(std::string_view text) {
  Scanner scanner(text);
  const bool negative = scanner.Char('-');
  int64_t second = 0;
  int64_t micros = 0;
  if (!scanner.CappedNumber(kEndSecond, &second)) {
    return BadTime(text, "is neither RFC 3339 nor seconds since 1970");
  }
  if (scanner.Char('.') && !scanner.Micros(&micros)) {
    return BadTime(text, kBadFraction);
  }
  if (!scanner.done()) {
    return BadTime(text, "is neither RFC 3339 nor seconds since 1970");
  }
  if (negative) {
    second = -second - (micros == 0 ? 0 : 1);
    micros = micros == 0 ? 0 : kMicrosPerSecond - micros;
  }
  if (InRange(second)) return second * kMicrosPerSecond + micros;
  return BadTime(text,
                 "seconds since 1970 are not in the years 1900 to 9999 "
                 "(milliseconds?)");
}

// A wall-clock reading as written.
struct Reading {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t micros = 0;
};

bool ScanDate(Scanner* scanner, Reading* reading) {
  return scanner->Number(4, &reading->year) && scanner->Char('-') &&
         scanner->Number(2, &reading->month) && scanner->Char('-') &&
         scanner->Number(2, &reading->day);
}

bool ScanTimeOfDay(Scanner* scanner, Reading* reading) {
  return scanner->Number(2, &reading->hour) && scanner->Char(':') &&
         scanner->Number(2, &reading->minute) && scanner->Char(':') &&
         scanner->Number(2, &reading->second);
}

// Why the reading is no time; null when it is one.
const char* Fault(const Reading& reading) {
  if (reading.month < 1 || reading.month > 12) return "has no such month";
  if (reading.day < 1 ||
      reading.day > DaysInMonth(reading.year, reading.month)) {
    return "has no such day";
  }
  if (reading.hour > 23) return "has an hour beyond 23";
  if (reading.minute > 59) return "has a minute beyond 59";
  if (reading.second > 59) return "has a second beyond 59 (leap second?)";
  return nullptr;
}

// In the proleptic Gregorian calendar, by eras of 400 years whose years start
// on 1 March, so that the leap day comes last.
int64_t DaysSinceEpoch(const Reading& reading) {
  constexpr int64_t kDaysPerEra = 146'097;
  constexpr int64_t kDaysToEpoch = 719'468;  // from 0000-03-01
  const int64_t year = reading.year - (reading.month <= 2 ? 1 : 0);
  const int64_t era = FloorTo(year, 400) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (reading.month + 9) % 12;
  const int64_t day_of_year =
      (153 * month_from_march + 2) / 5 + reading.day - 1;
  return era * kDaysPerEra + year_of_era * 365 + year_of_era / 4 -
         year_of_era / 100 + day_of_year - kDaysToEpoch;
}

int64_t SecondsOf(const Reading& reading) {
  return DaysSinceEpoch(reading) * kSecondsOfDay + reading.hour * 3'600 +
         reading.minute * 60 + reading.second;
}

// "Z" or "+hh:mm" as seconds east of UTC.
bool ScanOffset(Scanner* scanner, int64_t* offset) {
  if (scanner->Char('Z') || scanner->Char('z')) {
    *offset = 0;
    return true;
  }
  const bool west = scanner->Char('-');
  if (!west && !scanner->Char('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!scanner->Number(2, &hours) || !scanner->Char(':') ||
      !scanner->Number(2, &minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  *offset = (hours * 3'600 + minutes * 60) * (west ? -1 : 1);
  return true;
}

// The last zone this thread used: loading one takes a process-wide lock.
absl::StatusOr<absl::TimeZone> CachedZone(std::string_view name) {
  thread_local std::string cached_name;
  thread_local absl::TimeZone cached_zone;
  if (cached_name != name) {
    ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(name));
    cached_zone = zone;
    cached_name = std::string(name);
  }
  return cached_zone;
}

absl::StatusOr<int64_t> ReadInZone(std::string_view text,
                                   const Reading& reading,
                                   std::string_view zone_name,
                                   bool* ambiguous) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, CachedZone(zone_name));
  const absl::CivilSecond local(reading.year, reading.month, reading.day,
                                reading.hour, reading.minute, reading.second);
  const absl::TimeZone::TimeInfo info = zone.At(local);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) {
    return BadTime(text,
                   absl::StrCat("does not exist in ", std::string(zone_name),
                                ", where clocks skip it"));
  }
  if (info.kind == absl::TimeZone::TimeInfo::REPEATED && ambiguous != nullptr) {
    *ambiguous = true;
  }
  return Instant(text, absl::ToUnixSeconds(info.pre), reading.micros);
}

absl::Status NoOffset(std::string_view text) {
  return BadTime(text, "has no UTC offset: add Z or +hh:mm, or name a zone");
}

absl::StatusOr<int64_t> ParseCivil(std::string_view text, std::string_view zone,
                                   bool* ambiguous) {
  Scanner scanner(text);
  Reading reading;
  if (!ScanDate(&scanner, &reading)) {
    return BadTime(text, "is not a time: want YYYY-MM-DDThh:mm:ssZ");
  }
  if (scanner.done()) {
    return BadTime(text, "is a date without a time: add T00:00:00Z");
  }
  const bool separated =
      scanner.Char('T') || scanner.Char('t') || scanner.Char(' ');
  if (!separated || !ScanTimeOfDay(&scanner, &reading)) {
    return BadTime(text, "is not a time: want YYYY-MM-DDThh:mm:ssZ");
  }
  if (const char* fault = Fault(reading)) return BadTime(text, fault);
  if (scanner.Char('.') && !scanner.Micros(&reading.micros)) {
    return BadTime(text, kBadFraction);
  }
  if (scanner.done()) {
    return zone.empty() ? NoOffset(text)
                        : ReadInZone(text, reading, zone, ambiguous);
  }
  int64_t offset = 0;
  if (!ScanOffset(&scanner, &offset) || !scanner.done()) {
    return BadTime(text, "ends in something that is not Z or +hh:mm");
  }
  return Instant(text, SecondsOf(reading) - offset, reading.micros);
}

}  // namespace

absl::StatusOr<int64_t> ParseInstant(std::string_view text,
                                     std::string_view zone, bool* ambiguous) {
  const bool dashed = text.find('-', 1) != std::string_view::npos;
  return dashed ? ParseCivil(text, zone, ambiguous) : ParseEpoch(text);
}

}  // namespace drawdown
