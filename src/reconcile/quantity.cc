#include "reconcile/quantity.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

struct TimeWord {
  std::string_view word;
  int64_t seconds;
};

constexpr std::array<TimeWord, 15> kTimeWords = {{
    {"h", 3600},
    {"hr", 3600},
    {"hrs", 3600},
    {"hour", 3600},
    {"hours", 3600},
    {"min", 60},
    {"mins", 60},
    {"minute", 60},
    {"minutes", 60},
    {"s", 1},
    {"sec", 1},
    {"secs", 1},
    {"second", 1},
    {"seconds", 1},
    {"days", 86'400},
}};

// Units in time of something that is not a machine with GPUs.
constexpr std::array<std::string_view, 25> kOtherThings = {
    "b",        "kb",         "mb",        "gb",     "tb",
    "kib",      "mib",        "gib",       "tib",    "byte",
    "bytes",    "gigabyte",   "gigabytes", "cpu",    "vcpu",
    "ocpu",     "core",       "cores",     "memory", "ram",
    "requests", "normalized", "request",   "per",    "iops"};

constexpr int64_t kMaxBlock = 1'000'000;  // "1000000 Hours"

std::optional<int64_t> SecondsOf(std::string_view word) {
  if (word == "day") return 86'400;
  for (const TimeWord& known : kTimeWords) {
    if (known.word == word) return known.seconds;
  }
  return std::nullopt;
}

bool IsOtherThing(const std::string& word) {
  return std::find(kOtherThings.begin(), kOtherThings.end(), word) !=
         kOtherThings.end();
}

std::vector<std::string> Words(std::string_view unit) {
  return absl::StrSplit(
      absl::AsciiStrToLower(absl::string_view(unit.data(), unit.size())),
      absl::ByAnyChar(" -_\t"), absl::SkipEmpty());
}

}  // namespace

std::optional<TimeUnit> ParseTimeUnit(std::string_view pricing_unit) {
  std::vector<std::string> words = Words(pricing_unit);
  if (words.empty()) return std::nullopt;
  const std::optional<int64_t> seconds = SecondsOf(words.back());
  if (!seconds.has_value()) return std::nullopt;
  words.pop_back();
  // Oracle's way to write a GPU-hour is "GPU Per Hour".
  if (words.size() > 1 && words.back() == "per") words.pop_back();
  int64_t block = 1;
  int64_t number = 0;
  if (!words.empty() && absl::SimpleAtoi(words.front(), &number)) {
    if (number < 1 || number > kMaxBlock) return std::nullopt;
    block = number;
    words.erase(words.begin());
  }
  if (std::any_of(words.begin(), words.end(), IsOtherThing)) {
    return std::nullopt;
  }
  const bool per_gpu =
      !words.empty() && (words.back() == "gpu" || words.back() == "gpus");
  return TimeUnit{*seconds * block, per_gpu};
}

absl::StatusOr<BilledGpuTime> ToGpuTime(const Decimal& quantity, TimeUnit unit,
                                        int64_t micro_gpus) {
  // Seconds x micro-GPUs are GPU-microseconds, so this is exact.
  const Int128 per_unit = static_cast<Int128>(unit.seconds) *
                          (unit.per_gpu ? kMicroGpusPerGpu : micro_gpus);
  ASSIGN_OR_RETURN(const Int128 time,
                   MulDivHalfEven(quantity.coefficient, per_unit,
                                  PowerOfTen(quantity.scale)));
  return BilledGpuTime{GpuTime(time), GpuTime(per_unit), quantity.scale};
}

GpuTime PublishingSlack(GpuTime units, int scale, uint64_t rows) {
  if (scale == 0 || !units.valid()) return units.valid() ? GpuTime() : units;
  // Beyond 30 places half a unit is far below one GPU-microsecond.
  const Int128 divisor = 2 * PowerOfTen(std::min(scale, 30));
  const GpuTime slack((units.count() + divisor - 1) / divisor);
  // Up to 6 places every quantity is a whole count of GPU-microseconds.
  return scale <= 6 ? slack : slack + GpuTime(static_cast<Int128>(rows));
}

}  // namespace drawdown
