// Civil calendars: UTC instants to local days and months and back, over IANA
// zones (absl::TimeZone).
#ifndef DRAWDOWN_SRC_BASE_CIVIL_H_
#define DRAWDOWN_SRC_BASE_CIVIL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace drawdown {

// kBadTime if the zone is not in the system's tzdata.
absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name);

// The instant of a local wall-clock time. A time the zone skips maps to the
// instant of the transition; a repeated one to its first occurrence.
int64_t InstantOfCivil(absl::CivilSecond local, const absl::TimeZone& zone);

// The local wall-clock second that contains `instant_us`.
absl::CivilSecond CivilOfInstant(int64_t instant_us,
                                 const absl::TimeZone& zone);

// floor(instant / length) * length for any sign. REQUIRES: length > 0.
constexpr int64_t FloorTo(int64_t instant_us, int64_t length_us) {
  const int64_t rest = instant_us % length_us;
  return instant_us - (rest < 0 ? rest + length_us : rest);
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_CIVIL_H_
