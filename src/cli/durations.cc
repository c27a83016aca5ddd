#include "cli/durations.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr int64_t kLongestSeconds = int64_t{10} * 366 * 86'400;

int64_t SecondsOfUnit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> DurationOption(std::string_view name,
                                                      const std::string& text) {
  if (text.empty()) return std::nullopt;
  const int64_t unit = SecondsOfUnit(text.back());
  int64_t count = 0;
  const bool number = text.front() >= '0' && text.front() <= '9' &&
                      absl::SimpleAtoi(text.substr(0, text.size() - 1), &count);
  if (unit == 0 || !number || count < 1 || count > kLongestSeconds / unit) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("--", std::string(name), ": '", text,
                                  "' is not a length of time such as 90s, 30m, "
                                  "2h or 1d"));
  }
  return count * unit * 1'000'000;
}

}  // namespace drawdown
