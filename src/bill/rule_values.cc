#include "bill/rule_values.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/decimal.h"
#include "bill/bill_time.h"

namespace drawdown {
namespace {

bool SameButForCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase({a.data(), a.size()}, {b.data(), b.size()});
}

constexpr std::string_view kCustomPrefix = "x_";

struct PriceKey {
  std::string_view name;
  JsonCell::Kind kind;
};
constexpr PriceKey kPriceKeys[] = {
    {"CoreCount", JsonCell::Kind::kNumber},
    {"DiskMaxIops", JsonCell::Kind::kNumber},
    {"DiskSpace", JsonCell::Kind::kNumber},
    {"DiskType", JsonCell::Kind::kString},
    {"GpuCount", JsonCell::Kind::kNumber},
    {"InstanceType", JsonCell::Kind::kString},
    {"InstanceSeries", JsonCell::Kind::kString},
    {"MemorySize", JsonCell::Kind::kNumber},
    {"NetworkMaxIops", JsonCell::Kind::kNumber},
    {"NetworkMaxThroughput", JsonCell::Kind::kNumber},
    {"OperatingSystem", JsonCell::Kind::kString},
    {"Redundancy", JsonCell::Kind::kString},
    {"StorageClass", JsonCell::Kind::kString}};

const PriceKey* FindPriceKey(std::string_view key) {
  const auto found =
      std::find_if(std::begin(kPriceKeys), std::end(kPriceKeys),
                   [key](const PriceKey& one) { return one.name == key; });
  return found == std::end(kPriceKeys) ? nullptr : found;
}

constexpr std::string_view kUnitWords[] = {
    "b",       "B",          "Kb",          "KB",          "Mb",
    "MB",      "Gb",         "GB",          "Tb",          "TB",
    "Pb",      "PB",         "Eb",          "EB",          "Kib",
    "KiB",     "Mib",        "MiB",         "Gib",         "GiB",
    "Tib",     "TiB",        "Pib",         "PiB",         "Eib",
    "EiB",     "Year",       "Years",       "Month",       "Months",
    "Day",     "Days",       "Hour",        "Hours",       "Minute",
    "Minutes", "Second",     "Seconds",     "Count",       "Counts",
    "Unit",    "Units",      "Request",     "Requests",    "Token",
    "Tokens",  "Connection", "Connections", "Certificate", "Certificates",
    "Domain",  "Domains",    "Core",        "Cores"};

bool HasWordCase(std::string_view word) {
  bool listed = false;
  for (const std::string_view known : kUnitWords) {
    if (word == known) return true;
    listed = listed || SameButForCase(word, known);
  }
  return !listed;
}

constexpr std::string_view kPlaceholders[] = {
    "n/a", "na", "none", "null", "\\n", "-", "not applicable", "unknown"};

}  // namespace

bool IsFocusNumber(std::string_view text) {
  return ParseDecimal(text).ok() && text.find('+') == std::string_view::npos;
}

bool IsFocusTime(std::string_view text) {
  const absl::StatusOr<BillTime> time = ParseBillTime(text);
  return time.ok() && !time->odd();
}

bool IsCurrencyCode(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
           return c >= 'A' && c <= 'Z';
         });
}

bool IsUnit(std::string_view text) {
  while (!text.empty() && absl::ascii_isdigit(text.front())) {
    text.remove_prefix(1);
  }
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with(' ') ||
      std::none_of(text.begin(), text.end(), absl::ascii_isupper)) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == ' ' || c == '-' || c == '/';
  });
}

bool IsNonNegative(std::string_view text) {
  const absl::StatusOr<Decimal> number = ParseDecimal(text);
  return number.ok() && number->coefficient >= 0;
}

bool HasUnitCase(std::string_view text) {
  while (!text.empty()) {
    const auto end =
        std::find_if_not(text.begin(), text.end(), absl::ascii_isalpha);
    const auto size = static_cast<size_t>(end - text.begin());
    if (size > 0 && !HasWordCase(text.substr(0, size))) return false;
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return true;
}

bool IsBlank(std::string_view text) {
  return !text.empty() && text.find_first_not_of(' ') == std::string_view::npos;
}

bool IsPlaceholder(std::string_view text) {
  return IsBlank(text) ||
         std::any_of(std::begin(kPlaceholders), std::end(kPlaceholders),
                     [text](std::string_view placeholder) {
                       return SameButForCase(text, placeholder);
                     });
}

bool IsPascal(std::string_view text) {
  return !text.empty() && absl::ascii_isupper(text.front()) &&
         std::all_of(text.begin(), text.end(), absl::ascii_isalnum);
}

bool IsPriceKey(std::string_view key) {
  return key.starts_with(kCustomPrefix) || FindPriceKey(key) != nullptr;
}

bool IsPascalKey(std::string_view key) {
  if (key.starts_with(kCustomPrefix)) key.remove_prefix(kCustomPrefix.size());
  return IsPascal(key);
}

bool IsSpelledKey(std::string_view key) {
  return FindPriceKey(key) != nullptr ||
         std::none_of(std::begin(kPriceKeys), std::end(kPriceKeys),
                      [key](const PriceKey& one) {
                        return SameButForCase(one.name, key);
                      });
}

bool IsTypedMember(const JsonCell::Member& member) {
  const PriceKey* const known = FindPriceKey(member.key);
  if (known == nullptr || member.kind == known->kind) return true;
  return member.kind == JsonCell::Kind::kOther && member.value == "null";
}

std::string_view FocusKeyOf(std::string_view key) {
  if (!key.starts_with(kCustomPrefix)) return {};
  key.remove_prefix(kCustomPrefix.size());
  for (const PriceKey& one : kPriceKeys) {
    if (SameButForCase(one.name, key)) return one.name;
  }
  return {};
}

}  // namespace drawdown
