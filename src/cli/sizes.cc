#include "cli/sizes.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr uint64_t kLeast = uint64_t{64} << 10;
constexpr uint64_t kMost = uint64_t{1024} << 30;

int ShiftOf(std::string_view unit) {
  if (unit.size() == 2 && unit[1] == 'B') unit.remove_suffix(1);
  if (unit == "K") return 10;
  if (unit == "M") return 20;
  return unit == "G" ? 30 : -1;
}

}  // namespace

absl::StatusOr<uint64_t> SizeOption(std::string_view name,
                                    std::string_view text) {
  uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const int shift = ShiftOf({end, static_cast<size_t>(last - end)});
  const bool sized = error == std::errc() && shift >= 0 &&
                     number <= kMost >> shift && number << shift >= kLeast;
  if (sized) return number << shift;
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat(std::string(name), ": '", std::string(text),
                   "' is not an amount of memory from 64K to 1024G, such as "
                   "64M"));
}

}  // namespace drawdown
