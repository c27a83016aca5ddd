#include "reconcile/quantity.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
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

// Units in time of something that is surely not a machine with GPUs.
constexpr std::array<std::string_view, 27> kOtherThings = {
    "b",    "kb",    "mb",   "gb",    "tb",       "kib",       "mib",
    "gib",  "tib",   "byte", "bytes", "gigabyte", "gigabytes", "cpu",
    "vcpu", "vcpus", "ocpu", "ocpus", "core",     "cores",     "memory",
    "ram",  "iops",  "user", "users", "requests", "request"};

// What bills call the machine that `gpus_per_unit` is of.
constexpr std::array<std::string_view, 14> kMachines = {
    "node",     "nodes",  "instance", "instances", "machine",
    "machines", "server", "servers",  "host",      "hosts",
    "vm",       "vms",    "unit",     "units"};

// Time whose length in hours is not one number.
constexpr std::array<std::string_view, 12> kLongTimes = {
    "week", "weeks", "wk",   "wks",   "month", "months",
    "mo",   "mos",   "year", "years", "yr",    "yrs"};

// Words that may be a block size, or a part of one: Oracle has "ONE HUNDRED GPU
// HOURS". They are no GPU's model.
constexpr std::array<std::string_view, 41> kNumberWords = {
    "zero",      "one",     "two",      "three",  "four",    "five",
    "six",       "seven",   "eight",    "nine",   "ten",     "eleven",
    "twelve",    "sixteen", "twenty",   "thirty", "forty",   "fifty",
    "sixty",     "seventy", "eighty",   "ninety", "hundred", "hundreds",
    "thousand",  "million", "billion",  "dozen",  "dozens",  "pair",
    "pairs",     "double",  "triple",   "half",   "quarter", "tenth",
    "thousands", "x",       "millions", "k",      "m"};

constexpr int64_t kMaxBlock = 1'000'000;  // "1000000 Hours"

std::optional<int64_t> SecondsOf(std::string_view word) {
  if (word == "day") return 86'400;
  for (const TimeWord& known : kTimeWords) {
    if (known.word == word) return known.seconds;
  }
  return std::nullopt;
}

template <size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& known,
             const std::string& word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

std::vector<std::string> Words(std::string_view unit) {
  return absl::StrSplit(
      absl::StrReplaceAll(
          absl::AsciiStrToLower(absl::string_view(unit.data(), unit.size())),
          {{"/", " per "}}),
      absl::ByAnyChar(" -_\t"), absl::SkipEmpty());
}

bool StartsWithDigit(const std::string& word) {
  return absl::ascii_isdigit(static_cast<unsigned char>(word.front()));
}

// A sign or another mark before the unit, which splitting would lose.
bool StartsOddly(std::string_view unit) {
  const auto first = unit.substr(unit.find_first_not_of(" \t"));
  return !absl::ascii_isalnum(static_cast<unsigned char>(first.front()));
}

// "hundred", "x8".
bool IsNumberWord(const std::string& word) {
  return IsOneOf(kNumberWords, word) ||
         (word.size() > 1 && word[0] == 'x' && StartsWithDigit(word.substr(1)));
}

// Takes the block size off the front; nothing where it cannot be read: "1,000"
// is a thousand or one, and nobody says which.
std::optional<int64_t> TakeBlock(std::vector<std::string>* words) {
  if (!words->empty() && words->front() == "one") {
    words->erase(words->begin());
    return 1;
  }
  if (words->empty() || !StartsWithDigit(words->front())) return 1;
  int64_t block = 0;
  if (!absl::SimpleAtoi(words->front(), &block) || block < 1 ||
      block > kMaxBlock) {
    return std::nullopt;
  }
  words->erase(words->begin());
  return block;
}

// Whether `words` say GPUs, of a model or not: "gpu", "nvidia h100 gpu".
bool AreGpus(const std::vector<std::string>& words) {
  return !words.empty() && (words.back() == "gpu" || words.back() == "gpus");
}

}  // namespace

BilledUnit ParseUnit(std::string_view pricing_unit) {
  BilledUnit unit;
  std::vector<std::string> words = Words(pricing_unit);
  if (words.empty()) return unit;
  const std::optional<int64_t> seconds = SecondsOf(words.back());
  const bool of_some_length = IsOneOf(kLongTimes, words.back());
  if (!seconds.has_value() && !of_some_length) return unit;
  words.pop_back();
  const bool per = !words.empty() && words.back() == "per";
  if (per) words.pop_back();
  if (std::any_of(words.begin(), words.end(), [](const std::string& word) {
        return IsOneOf(kOtherThings, word);
      })) {
    return unit;
  }
  unit.gpus = AreGpus(words);
  unit.unclear = true;
  if (of_some_length) return unit;
  const bool counted = !words.empty() && StartsWithDigit(words.front());
  const std::optional<int64_t> block = TakeBlock(&words);
  if (!block.has_value() || StartsOddly(pricing_unit) ||
      std::any_of(words.begin(), words.end(), StartsWithDigit) ||
      std::any_of(words.begin(), words.end(), IsNumberWord)) {
    return unit;
  }
  // Oracle's way to write a GPU-hour is "GPU Per Hour"; "Per Hour" is a price.
  // Azure's exports have "1/Hour" and "10 /Hour" of what its FOCUS calls
  // "Units/Hour".
  const bool machine = words.empty()
                           ? !per || counted
                           : words.size() == 1 && IsOneOf(kMachines, words[0]);
  if (!unit.gpus && !machine) return unit;
  unit.unclear = false;
  unit.time = TimeUnit{*seconds * *block, unit.gpus};
  return unit;
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
