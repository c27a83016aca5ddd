#include "cli/amounts.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr int64_t kLongestDuration = int64_t{10} * 366 * 24 * kMicrosPerHour;

absl::Status OptionError(std::string_view name, std::string_view problem) {
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat("--", std::string(name), ": ", std::string(problem)));
}

int64_t UnitOfLength(char unit) {
  switch (unit) {
    case 's':
      return kMicrosPerSecond;
    case 'm':
      return 60 * kMicrosPerSecond;
    case 'h':
      return kMicrosPerHour;
    case 'd':
      return 24 * kMicrosPerHour;
    default:
      return 0;
  }
}

}  // namespace

absl::StatusOr<std::optional<GpuTime>> GpuTimeOption(
    std::string_view prefix, const GpuTimeTexts& texts) {
  const std::string hours_name = std::string(prefix) + "gpu-hours";
  const std::string seconds_name = std::string(prefix) + "gpu-seconds";
  if (!texts.gpu_hours.empty() && !texts.gpu_seconds.empty()) {
    return OptionError(hours_name, "--" + seconds_name + " is given too");
  }
  const bool in_hours = !texts.gpu_hours.empty();
  const std::string& text = in_hours ? texts.gpu_hours : texts.gpu_seconds;
  const std::string& name = in_hours ? hours_name : seconds_name;
  if (text.empty()) return std::nullopt;
  const auto time = in_hours ? ParseGpuHours(text) : ParseGpuSeconds(text);
  if (!time.ok()) {
    return OptionError(name, std::string(time.status().message()));
  }
  if (*time < GpuTime()) {
    return OptionError(name, Quoted(text) + " is negative");
  }
  return *time;
}

absl::StatusOr<int64_t> ParseLength(std::string_view text) {
  const int64_t unit = text.empty() ? 0 : UnitOfLength(text.back());
  const std::string_view digits =
      text.substr(0, text.empty() ? 0 : text.size() - 1);
  int64_t count = 0;
  const bool number =
      unit != 0 && digits.find_first_not_of("0123456789") == digits.npos &&
      absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()),
                       &count) &&
      count > 0 && count <= std::numeric_limits<int64_t>::max() / unit;
  if (number) return count * unit;
  return MakeError(ErrorCode::kBadTime,
                   Quoted(text) + " is not a length such as 90s, 30m, 1h, 2d");
}

absl::StatusOr<int64_t> LengthOption(std::string_view name,
                                     const std::string& text) {
  const auto length = ParseLength(text);
  if (length.ok()) return length;
  return OptionError(name, std::string(length.status().message()));
}

absl::StatusOr<std::optional<int64_t>> DurationOption(std::string_view name,
                                                      const std::string& text) {
  if (text.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const int64_t length, LengthOption(name, text));
  if (length <= kLongestDuration) return length;
  return OptionError(name, Quoted(text) + " is longer than 3660d");
}

}  // namespace drawdown
