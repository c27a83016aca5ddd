// GPU time and lengths of time as options give them.
#ifndef DRAWDOWN_SRC_CLI_AMOUNTS_H_
#define DRAWDOWN_SRC_CLI_AMOUNTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/units.h"

namespace drawdown {

// One of two options, as typed; empty when not.
struct GpuTimeTexts {
  std::string gpu_hours;
  std::string gpu_seconds;
};

// >= 0; none when neither is given. `prefix` is what their names begin with,
// such as "extend-". kInvalidArgument names the option; so for all below.
absl::StatusOr<std::optional<GpuTime>> GpuTimeOption(std::string_view prefix,
                                                     const GpuTimeTexts& texts);

// "90s", "30m", "1h" or "2d" in microseconds. kBadTime.
absl::StatusOr<int64_t> ParseLength(std::string_view text);
absl::StatusOr<int64_t> LengthOption(std::string_view name,
                                     const std::string& text);
// At most ten years, of 366 days; none when `text` is empty.
absl::StatusOr<std::optional<int64_t>> DurationOption(std::string_view name,
                                                      const std::string& text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_AMOUNTS_H_
