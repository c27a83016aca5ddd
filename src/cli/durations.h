// Lengths of time as people type them.
#ifndef DRAWDOWN_SRC_CLI_DURATIONS_H_
#define DRAWDOWN_SRC_CLI_DURATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// Microseconds of option `name`: a whole number and s, m, h or d ("90s",
// "30m"), more than 0 and at most ten years; none when `text` is empty.
// kInvalidArgument names the option.
absl::StatusOr<std::optional<int64_t>> DurationOption(std::string_view name,
                                                      const std::string& text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_DURATIONS_H_
