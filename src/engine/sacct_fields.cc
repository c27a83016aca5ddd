#include "engine/sacct_fields.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/wide.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr std::string_view kGpu = "gres/gpu";
constexpr std::string_view kTypedGpu = "gres/gpu:";
constexpr std::string_view kTypedMig = "gres/mig:";
constexpr int64_t kMaxDays = 1'000'000;

// REQUEUED and RESIZING are of pieces: what goes on has a record of its own.
constexpr std::array<std::string_view, 13> kFinalStates = {
    "COMPLETED",     "FAILED",    "CANCELLED", "TIMEOUT",  "OUT_OF_MEMORY",
    "PREEMPTED",     "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "REVOKED",
    "LAUNCH_FAILED", "REQUEUED",  "RESIZING"};

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// The number that ends at the end of the text, and the text before it.
std::optional<int64_t> TakeNumber(std::string_view* text) {
  size_t digits = 0;
  while (digits < text->size() && digits < 4 &&
         AllDigits(text->substr(text->size() - digits - 1))) {
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  int64_t value = 0;
  for (const char digit : text->substr(text->size() - digits)) {
    value = value * 10 + (digit - '0');
  }
  text->remove_suffix(digits);
  return value;
}

// A profile ends a type: "1g.5gb" of "a100_1g.5gb", "1g.10gb+me" of itself.
// Compute slices and gigabytes; none: whole GPUs.
struct MigProfile {
  int64_t slices = 0;
  int64_t gigabytes = 0;
  std::string_view gpu;  // "a100"
};
std::optional<MigProfile> ParseMigProfile(std::string_view type) {
  type = type.substr(0, type.find('+'));
  for (const std::string_view media : {".me", "_me", "-me"}) {
    if (type.ends_with(media)) type.remove_suffix(media.size());
  }
  if (!type.ends_with("gb")) return std::nullopt;
  type.remove_suffix(2);
  const std::optional<int64_t> gigabytes = TakeNumber(&type);
  if (!gigabytes || !type.ends_with("g.")) return std::nullopt;
  type.remove_suffix(2);
  const std::optional<int64_t> slices = TakeNumber(&type);
  if (!slices) return std::nullopt;
  if (!type.empty() && type.back() != '_' && type.back() != '-') {
    return std::nullopt;
  }
  return MigProfile{*slices, *gigabytes, type};
}

// An A30 has 24 GB in four slices, and no other GPU 6 GB in one.
bool HasFourSlices(const MigProfile& profile) {
  return profile.gpu.find("a30") != profile.gpu.npos ||
         profile.gpu.find("rtx") != profile.gpu.npos ||
         (profile.gpu.empty() && profile.gigabytes == 6 * profile.slices);
}

// One gres/gpu entry after the other.
class GpuSum {
 public:
  absl::Status Add(std::string_view name, std::string_view value) {
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
      return MakeError(ErrorCode::kBadRow, Quoted(name) + " is there twice");
    }
    seen_.push_back(name);
    if (!AllDigits(value)) {
      return MakeError(ErrorCode::kBadNumber, std::string(name) + "=" +
                                                  std::string(value) +
                                                  " is not a whole number");
    }
    ASSIGN_OR_RETURN(const int64_t micro_gpus, ParseGpus(value));
    if (name == kGpu) {
      total_ = micro_gpus;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Ratio part,
                     PartOfGpu(name.substr(kTypedGpu.size())));
    types_ += micro_gpus > 0;
    // Whoever calls it gres/mig lists it beside the GPUs that it is cut of.
    if (name.starts_with(kTypedGpu)) {
      any_typed_ = true;
      typed_ += micro_gpus;
    } else {
      any_mig_ = true;
    }
    parts_ += Int128{micro_gpus} * part.num * (kAllParts / part.den);
    return absl::OkStatus();
  }

  absl::StatusOr<SacctGpus> Done(bool shares) const {
    if (any_typed_ && total_ && Int128{*total_} != typed_) {
      return MakeError(ErrorCode::kBadRow,
                       "gres/gpu=" + FormatGpus(*total_) +
                           ", but its types add up to " +
                           FormatGpus(static_cast<int64_t>(typed_)));
    }
    if (!any_typed_ && !any_mig_) {
      return SacctGpus{total_.value_or(0), types_, shares};
    }
    const Int128 micro_gpus = DivHalfEven(parts_, kAllParts);
    if (micro_gpus > kMaxMicroGpus) {
      return MakeError(ErrorCode::kBadNumber, "too many GPUs");
    }
    return SacctGpus{static_cast<int64_t>(micro_gpus), types_, shares};
  }

 private:
  // Sevenths and quarters are whole numbers of these.
  static constexpr int64_t kAllParts = 28;
  static constexpr int64_t kMaxMicroGpus = 1'000'000'000 * kMicroGpusPerGpu;

  std::vector<std::string_view> seen_;
  std::optional<int64_t> total_;
  Int128 typed_ = 0;  // devices, in millionths
  Int128 parts_ = 0;
  bool any_typed_ = false;
  bool any_mig_ = false;
  int types_ = 0;
};

absl::Status NotADuration(std::string_view text) {
  return MakeError(ErrorCode::kBadTime,
                   Quoted(text) + " is not [DD-[HH:]]MM:SS");
}

// One or more digits, at most `max`.
std::optional<int64_t> Number(std::string_view text, int64_t max) {
  if (!AllDigits(text)) return std::nullopt;
  int64_t value = 0;
  for (const char digit : text) {
    value = value * 10 + (digit - '0');
    if (value > max) return std::nullopt;
  }
  return value;
}

// Microseconds of the digits after a decimal point.
std::optional<int64_t> Fraction(std::string_view digits) {
  if (!AllDigits(digits) || digits.size() > 6) return std::nullopt;
  return Number(std::string(digits) + std::string(6 - digits.size(), '0'),
                kMicrosPerSecond);
}

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// Seconds of [HH:]MM:SS; hours without a day may be any number.
std::optional<int64_t> ClockSeconds(std::string_view text, bool with_days) {
  const std::vector<std::string_view> parts = SplitAt(text, ':');
  const bool hours = parts.size() == 3;
  if (parts.size() != 2 && !hours) return std::nullopt;
  if (with_days && !hours) return std::nullopt;
  const auto hour =
      hours ? Number(parts[0], with_days ? 23 : kMaxDays) : int64_t{0};
  const auto minute = Number(parts[parts.size() - 2], 59);
  const auto second = Number(parts.back(), 59);
  if (!hour || !minute || !second) return std::nullopt;
  return (*hour * 60 + *minute) * 60 + *second;
}

}  // namespace

absl::StatusOr<Ratio> PartOfGpu(std::string_view type) {
  const std::optional<MigProfile> profile = ParseMigProfile(type);
  if (!profile) return Ratio{1, 1};
  const int64_t of = HasFourSlices(*profile) ? 4 : 7;
  const bool cut = profile->slices >= 1 && profile->slices <= of &&
                   (of == 4 ? profile->slices != 3
                            : profile->slices <= 4 || profile->slices == 7);
  if (!cut) {
    return MakeError(ErrorCode::kBadRow,
                     Quoted(type) +
                         " is not a MIG profile: no GPU is cut into " +
                         std::to_string(profile->slices) + " of " +
                         std::to_string(of) + " slices");
  }
  return ParseRatio(std::to_string(profile->slices) + "/" + std::to_string(of));
}

absl::StatusOr<SacctGpus> ParseAllocTres(std::string_view text) {
  GpuSum sum;
  bool shares = false;
  if (IsAbsentInSacct(text)) return sum.Done(shares);
  for (const std::string_view entry : SplitAt(text, ',')) {
    const size_t equals = entry.rfind('=');
    if (equals == entry.npos) {
      return MakeError(ErrorCode::kBadRow,
                       Quoted(entry) + " is not NAME=COUNT");
    }
    const std::string_view name = entry.substr(0, equals);
    if (name == kGpu || name.starts_with(kTypedGpu) ||
        name.starts_with(kTypedMig)) {
      RETURN_IF_ERROR(sum.Add(name, entry.substr(equals + 1)));
    }
    shares |= name.starts_with("gres/shard") || name.starts_with("gres/mps");
  }
  return sum.Done(shares);
}

absl::StatusOr<std::optional<int64_t>> ParseSacctDuration(
    std::string_view text) {
  if (IsAbsentInSacct(text) || text == "INVALID") {
    return std::optional<int64_t>();
  }
  const size_t dash = text.find('-');
  const size_t dot = text.find('.');
  std::optional<int64_t> days = 0;
  std::optional<int64_t> micros = 0;
  std::string_view clock = text.substr(0, dot);
  if (dot != text.npos) micros = Fraction(text.substr(dot + 1));
  if (dash < dot && dash != text.npos) {
    days = Number(text.substr(0, dash), kMaxDays);
    clock.remove_prefix(dash + 1);
  }
  const auto seconds = ClockSeconds(clock, dash != text.npos);
  if (!days || !micros || !seconds) return NotADuration(text);
  return std::optional<int64_t>((*days * 86'400 + *seconds) * kMicrosPerSecond +
                                *micros);
}

bool IsAbsentInSacct(std::string_view text) {
  const absl::string_view value(text.data(), text.size());
  return value.empty() || absl::EqualsIgnoreCase(value, "Unknown") ||
         absl::EqualsIgnoreCase(value, "None") ||
         absl::EqualsIgnoreCase(value, "N/A");
}

std::string_view SacctStateName(std::string_view state) {
  return state.substr(0, state.find(' '));
}

bool IsFinalSacctState(std::string_view state) {
  return std::find(kFinalStates.begin(), kFinalStates.end(),
                   SacctStateName(state)) != kFinalStates.end();
}

bool IsSacctStep(std::string_view job_id) {
  return job_id.find('.') != job_id.npos;
}

}  // namespace drawdown
