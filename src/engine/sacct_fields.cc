#include "engine/sacct_fields.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/wide.h"
#include "drawdown/units.h"
#include "engine/mig_profile.h"

namespace drawdown {
namespace {

constexpr std::string_view kGresPrefix = "gres/";
constexpr std::string_view kGpu = "gres/gpu";
constexpr std::string_view kMig = "gres/mig";
constexpr int64_t kMaxDays = 1'000'000;
constexpr int64_t kMaxMicroGpus = 1'000'000'000 * kMicroGpusPerGpu;

// In all others a job has no GPUs, or is not known to have them.
constexpr std::array<std::string_view, 8> kOpenStates = {
    "RUNNING",   "SUSPENDED", "COMPLETING", "CONFIGURING",
    "SIGNALING", "STAGE_OUT", "STOPPED",    "POWER_UP_NODE"};

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// The entries of one resource of Slurm, one after the other: "gres/gpu" is the
// total of what "gres/gpu:TYPE" lists again.
class GresSum {
 public:
  explicit GresSum(std::string_view resource) : resource_(resource) {}

  bool Has(std::string_view name) const {
    return name == resource_ ||
           (name.starts_with(resource_) && name[resource_.size()] == ':');
  }

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
    if (name == resource_) {
      total_ = micro_gpus;
      return absl::OkStatus();
    }
    // With the "mig" of the resource it must be a profile.
    ASSIGN_OR_RETURN(
        const Ratio part,
        PartOfGpu(resource_ == kMig ? name.substr(kGresPrefix.size())
                                    : name.substr(resource_.size() + 1)));
    types_ += micro_gpus > 0;
    typed_ = typed_.value_or(0) + micro_gpus;
    parts_ += Int128{micro_gpus} * part.num * (kPartsOfGpu / part.den);
    return absl::OkStatus();
  }

  // In millionths of 1/kPartsOfGpu of a GPU.
  absl::StatusOr<Int128> Parts() const {
    if (typed_ && total_ && *typed_ != Int128{*total_}) {
      return MakeError(ErrorCode::kBadRow,
                       std::string(resource_) + "=" + FormatGpus(*total_) +
                           ", but its types add up to " +
                           FormatGpus(static_cast<int64_t>(*typed_)));
    }
    if (typed_) return parts_;
    const int64_t untyped = total_.value_or(0);
    if (resource_ == kMig && untyped > 0) {
      return MakeError(ErrorCode::kBadRow,
                       "gres/mig=" + FormatGpus(untyped) +
                           " does not say of which MIG profile");
    }
    return Int128{untyped} * kPartsOfGpu;
  }
  int types() const { return types_; }

 private:
  const std::string_view resource_;
  std::vector<std::string_view> seen_;
  std::optional<int64_t> total_;  // devices, in millionths
  std::optional<Int128> typed_;   // devices, in millionths
  Int128 parts_ = 0;
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

// Slurm takes names of resources in any letter case, and tools write them so.
// Types and counts are left as they are.
std::string WithLowerNames(std::string_view tres) {
  std::string text(tres);
  bool in_name = true;
  for (char& c : text) {
    in_name = c == ',' || (in_name && c != ':' && c != '=');
    if (in_name) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return text;
}

// What means GPUs in other lists than AllocTRES ("gres:gpu:4" of requests,
// "gpu:h100:4" of old ones): the job has them, and would be taken for one that
// has none. Of gres/gpumem, gres/gpuutil and names of sites this says nothing.
bool LooksLikeGpus(std::string_view written) {
  const std::string lower =
      absl::AsciiStrToLower(absl::string_view(written.data(), written.size()));
  std::string_view name = lower;
  for (const std::string_view prefix : {"gres/", "gres:"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  if (!name.starts_with("gpu")) return false;
  name.remove_prefix(3);
  if (name.starts_with('s')) name.remove_prefix(1);
  return name.empty() || name.starts_with(':') || name.starts_with('/');
}

absl::Status NotTres(std::string_view entry) {
  return MakeError(ErrorCode::kBadRow,
                   Quoted(entry) +
                       " looks like GPUs, but is not gres/gpu=N or "
                       "gres/gpu:TYPE=N");
}

}  // namespace

absl::StatusOr<SacctGpus> ParseAllocTres(std::string_view written) {
  const std::string text = WithLowerNames(written);
  std::array<GresSum, 2> sums = {GresSum(kGpu), GresSum(kMig)};
  SacctGpus gpus;
  if (IsAbsentInSacct(text)) return gpus;
  for (const std::string_view entry : SplitAt(text, ',')) {
    const size_t equals = entry.rfind('=');
    if (equals == entry.npos) {
      return MakeError(ErrorCode::kBadRow,
                       Quoted(entry) + " is not NAME=COUNT");
    }
    const std::string_view name = entry.substr(0, equals);
    bool understood = false;
    for (GresSum& sum : sums) {
      if (!sum.Has(name)) continue;
      RETURN_IF_ERROR(sum.Add(name, entry.substr(equals + 1)));
      understood = true;
    }
    if (!understood && LooksLikeGpus(name)) return NotTres(entry);
    gpus.shares |=
        name.starts_with("gres/shard") || name.starts_with("gres/mps");
  }
  Int128 parts = 0;
  for (const GresSum& sum : sums) {
    ASSIGN_OR_RETURN(const Int128 some, sum.Parts());
    parts += some;
    gpus.types += sum.types();
  }
  const Int128 micro_gpus = DivHalfEven(parts, kPartsOfGpu);
  if (micro_gpus > kMaxMicroGpus) {
    return MakeError(ErrorCode::kBadNumber, Quoted(written) + " is more than " +
                                                FormatGpus(kMaxMicroGpus) +
                                                " GPUs");
  }
  gpus.micro_gpus = static_cast<int64_t>(micro_gpus);
  return gpus;
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

bool MayStillRunInSacct(std::string_view state) {
  return std::find(kOpenStates.begin(), kOpenStates.end(),
                   SacctStateName(state)) != kOpenStates.end();
}

bool IsSacctStep(std::string_view job_id) {
  return job_id.find('.') != job_id.npos;
}

}  // namespace drawdown
