#include "base/civil.h"

#include "absl/strings/ascii.h"
#include "base/error.h"

namespace drawdown {
namespace {

// Other names reach outside tzdata ("file:x", "/x", "../x") or follow the host
// ("localtime").
bool IsZoneName(std::string_view name) {
  if (name.empty() || name.front() == '/' || name == "localtime") return false;
  for (const char c : name) {
    const bool allowed = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                         c == '/' || c == '_' || c == '-' || c == '+';
    if (!allowed) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name) {
  absl::TimeZone zone;
  if (IsZoneName(name) &&
      absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &zone)) {
    return zone;
  }
  return MakeError(ErrorCode::kBadTime,
                   absl::StrCat("time zone ", Quoted(name),
                                " is not in this system's tzdata"));
}

int64_t InstantOfCivil(absl::CivilSecond local, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(local);
  const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
  return absl::ToUnixMicros(skipped ? info.trans : info.pre);
}

absl::CivilSecond CivilOfInstant(int64_t instant_us,
                                 const absl::TimeZone& zone) {
  return zone.At(absl::FromUnixMicros(instant_us)).cs;
}

}  // namespace drawdown
