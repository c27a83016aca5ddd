#include "engine/mig_profile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr std::string_view kJoints = "_-.+:";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What stands at the front of a text is taken off it.
bool TakeText(std::string_view text, std::string_view* from) {
  if (!from->starts_with(text)) return false;
  from->remove_prefix(text.size());
  return true;
}
std::optional<int64_t> TakeNumber(std::string_view* from) {
  int64_t value = 0;
  size_t digits = 0;
  while (digits < from->size() && digits < 5 && IsDigit((*from)[digits])) {
    value = value * 10 + ((*from)[digits++] - '0');
  }
  if (digits == 0) return std::nullopt;
  from->remove_prefix(digits);
  return value;
}
void TakeJoint(std::string_view* from) {
  if (!from->empty() && kJoints.find(from->front()) != kJoints.npos) {
    from->remove_prefix(1);
  }
}

// "1c.3g.20gb+me.all" of "a100_1c.3g.20gb+me.all".
struct MigProfile {
  std::string_view gpu;        // "a100_"
  std::optional<int64_t> own;  // slices of a compute instance
  int64_t slices = 0;
  int64_t gigabytes = 0;
  std::string_view suffix;  // "+me.all"
};

std::optional<MigProfile> ProfileAt(std::string_view type, size_t at) {
  MigProfile profile;
  profile.gpu = type.substr(0, at);
  type.remove_prefix(at);
  std::optional<int64_t> number = TakeNumber(&type);
  if (!number) return std::nullopt;
  if (TakeText("c", &type)) {
    profile.own = number;
    TakeJoint(&type);
    number = TakeNumber(&type);
  }
  if (!number || !TakeText("g", &type)) return std::nullopt;
  profile.slices = *number;
  TakeJoint(&type);
  number = TakeNumber(&type);
  if (!number || !TakeText("gb", &type)) return std::nullopt;
  profile.gigabytes = *number;
  profile.suffix = type;
  return profile;
}

// Slices and then gigabytes, wherever they stand: "a100_80gb" has no slices,
// and of "v100_32g" nothing follows.
std::optional<MigProfile> FindProfile(std::string_view type) {
  for (size_t at = 0; at < type.size(); ++at) {
    if (!IsDigit(type[at]) || (at > 0 && IsDigit(type[at - 1]))) continue;
    const auto profile = ProfileAt(type, at);
    if (profile) return profile;
  }
  return std::nullopt;
}

// Which engines come with the slices changes nothing.
bool IsKnownSuffix(std::string_view suffix) {
  while (!suffix.empty()) {
    if (kJoints.find(suffix.front()) == kJoints.npos) return false;
    suffix.remove_prefix(1);
    if (!TakeText("me", &suffix) && !TakeText("gfx", &suffix) &&
        !TakeText("all", &suffix)) {
      return false;
    }
  }
  return true;
}

// RTX PROs have 24 or 16 GB a slice and profiles with graphics. What says so
// alone may be cut of several of them, or of an H100 with 96 GB.
bool MayBeOfRtx(const MigProfile& profile) {
  const int64_t slices = profile.slices;
  const bool halves = slices == 1 || slices == 2;
  return profile.suffix.find("gfx") != profile.suffix.npos ||
         ((halves || slices == 4) && profile.gigabytes == 24 * slices) ||
         (halves && profile.gigabytes == 16 * slices);
}

// Nothing where the type does not say which GPU it is.
std::optional<int64_t> SlicesOfGpu(const MigProfile& profile) {
  const auto names = [&profile](std::string_view gpu) {
    return profile.gpu.find(gpu) != profile.gpu.npos;
  };
  if (names("rtx")) return names("5000") || names("4500") ? 2 : 4;
  if (names("a30")) return 4;
  const bool named = std::any_of(profile.gpu.begin(), profile.gpu.end(),
                                 [](char c) { return IsDigit(c); });
  if (named) return 7;
  // No other GPU has 6 GB a slice.
  if (profile.gigabytes == 6 * profile.slices) return 4;
  if (MayBeOfRtx(profile)) return std::nullopt;
  return 7;
}

bool CanBeCut(int64_t slices, int64_t of) {
  if (slices < 1 || slices > of) return false;
  return of == 7 ? slices <= 4 || slices == 7 : slices != 3;
}

// As a word of its own: "a100_mig", not "h100-nonmig", "no_mig" or
// "a100_mig_disabled".
bool SaysMig(std::string_view type) {
  std::string_view before;
  bool mig = false;
  while (!type.empty()) {
    const size_t end = std::min(type.find_first_of(kJoints), type.size());
    const std::string_view word = type.substr(0, end);
    type.remove_prefix(std::min(end + 1, type.size()));
    if (mig && word != "disabled" && word != "off") return true;
    mig = word == "mig" && before != "no" && before != "non";
    before = word;
  }
  return mig;
}

absl::Status NotAProfile(std::string_view type, const std::string& why) {
  return MakeError(ErrorCode::kBadRow,
                   Quoted(type) + " is not a MIG profile: " + why);
}

}  // namespace

absl::StatusOr<Ratio> PartOfGpu(std::string_view type) {
  const std::string lower =
      absl::AsciiStrToLower(absl::string_view(type.data(), type.size()));
  const std::optional<MigProfile> profile = FindProfile(lower);
  if (!profile) {
    if (!SaysMig(lower)) return Ratio{1, 1};
    return MakeError(ErrorCode::kBadRow,
                     Quoted(type) + " does not say of which MIG profile");
  }
  if (!IsKnownSuffix(profile->suffix)) {
    return NotAProfile(type, Quoted(profile->suffix) + " is not known");
  }
  const std::optional<int64_t> of = SlicesOfGpu(*profile);
  if (!of) {
    return MakeError(ErrorCode::kBadRow,
                     Quoted(type) +
                         " does not say of which GPU: an RTX PRO 6000 has four "
                         "slices, an RTX PRO 5000 two, an H100 seven");
  }
  if (!CanBeCut(profile->slices, *of)) {
    return NotAProfile(type, "no GPU is cut into " +
                                 std::to_string(profile->slices) + " of " +
                                 std::to_string(*of) + " slices");
  }
  const int64_t own = profile->own.value_or(profile->slices);
  if (own < 1 || own > profile->slices) {
    return NotAProfile(type, "a compute instance has 1 to " +
                                 std::to_string(profile->slices) +
                                 " slices, not " + std::to_string(own));
  }
  return ParseRatio(std::to_string(own) + "/" + std::to_string(*of));
}

}  // namespace drawdown
