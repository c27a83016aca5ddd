#include "bill/transforms.h"

#include <array>

#include "base/civil.h"
#include "base/decimal.h"
#include "bill/bill_time.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr int kMicroScale = 6;
constexpr int kMaxScale = 38;

bool IsPatternDigit(char c) { return c >= '0' && c <= '9'; }

// One part of a pattern: the digits it takes and where they go.
struct PatternPart {
  std::string_view name;
  int field;  // year, month, day, hour, minute, second
  size_t least;
  size_t most;
};
constexpr PatternPart kPatternParts[] = {
    {"YYYY", 0, 4, 4}, {"YY", 0, 2, 2}, {"MM", 1, 2, 2},
    {"M", 1, 1, 2},    {"DD", 2, 2, 2}, {"D", 2, 1, 2},
    {"hh", 3, 2, 2},   {"mm", 4, 2, 2}, {"ss", 5, 2, 2},
};

const PatternPart* PartAt(std::string_view pattern) {
  for (const PatternPart& part : kPatternParts) {
    if (pattern.starts_with(part.name)) return &part;
  }
  return nullptr;
}

bool TakeNumber(const PatternPart& part, std::string_view* text, int* number) {
  size_t count = 0;
  int value = 0;
  while (count < part.most && count < text->size() &&
         IsPatternDigit((*text)[count])) {
    value = value * 10 + ((*text)[count++] - '0');
  }
  if (count < part.least) return false;
  text->remove_prefix(count);
  *number = part.name == "YY" ? 2000 + value : value;
  return true;
}

void AppendPadded(int value, size_t width, std::string* out) {
  const std::string digits = std::to_string(value);
  out->append(width > digits.size() ? width - digits.size() : 0, '0');
  out->append(digits);
}

bool Formatted(int64_t instant_us, std::string* out) {
  *out = FormatInstant(instant_us);
  return true;
}

// Whether `whole` is digits, in groups of three if there is a comma.
bool AppendGrouped(std::string_view whole, std::string* out) {
  const size_t first = whole.find(',');
  if (whole.empty() || first == 0 || first > 3) {
    if (first != std::string_view::npos || whole.empty()) return false;
  }
  size_t since = first == std::string_view::npos ? 0 : 3 - first;
  for (const char c : whole) {
    if (c == ',') {
      if (since != 3) return false;
      since = 0;
      continue;
    }
    if (!IsPatternDigit(c)) return false;
    if (first != std::string_view::npos) ++since;
    out->push_back(c);
  }
  return first == std::string_view::npos || since == 3;
}

std::string_view WithoutBlanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void TrimZeros(Decimal* value) {
  while (value->scale > 0 && value->coefficient % 10 == 0) {
    value->coefficient /= 10;
    --value->scale;
  }
}

}  // namespace

bool TimeInPattern(std::string_view text, std::string_view pattern,
                   std::string* out) {
  std::array<int, 6> fields = {1970, 1, 1, 0, 0, 0};
  while (!pattern.empty()) {
    const PatternPart* const part = PartAt(pattern);
    if (part == nullptr) {
      if (text.empty() || text.front() != pattern.front()) return false;
      text.remove_prefix(1);
      pattern.remove_prefix(1);
      continue;
    }
    int* const field = &fields[static_cast<size_t>(part->field)];
    if (!TakeNumber(*part, &text, field)) return false;
    pattern.remove_prefix(part->name.size());
  }
  if (!text.empty()) return false;
  constexpr std::string_view kAfter = "--T::Z";
  std::string time;
  for (size_t i = 0; i < fields.size(); ++i) {
    AppendPadded(fields[i], i == 0 ? 4 : 2, &time);
    time.push_back(kAfter[i]);
  }
  *out = time;
  return true;
}

bool TimeOfEpoch(std::string_view text, int scale, std::string* out) {
  const absl::StatusOr<Int128> micros = ParseScaled(text, kMicroScale - scale);
  // The years that RFC 3339 can write.
  constexpr Int128 kLast = Int128{253'402'300'799} * kMicrosPerSecond;
  if (!micros.ok() || *micros < 0 || *micros > kLast) return false;
  return Formatted(static_cast<int64_t>(*micros), out);
}

bool MonthOf(std::string_view text, int months, std::string* out) {
  const absl::StatusOr<BillTime> time = ParseBillTime(text);
  if (!time.ok()) return false;
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilMonth month(CivilOfInstant(time->instant_us, utc));
  return Formatted(InstantOfCivil(absl::CivilSecond(month + months), utc), out);
}

bool DaysLater(std::string_view text, int days, std::string* out) {
  const absl::StatusOr<BillTime> time = ParseBillTime(text);
  if (!time.ok()) return false;
  return Formatted(time->instant_us + days * kMicrosPerDay, out);
}

bool PlainNumber(std::string_view text, std::string* out) {
  text = WithoutBlanks(text);
  const bool bracketed = text.starts_with('(') && text.ends_with(')');
  if (bracketed) text = text.substr(1, text.size() - 2);
  std::string number;
  if (text.starts_with('-') || bracketed) number = "-";
  if (text.starts_with('-')) text.remove_prefix(bracketed ? 0 : 1);
  for (const std::string_view sign : {"$", "\xe2\x82\xac", "\xc2\xa3"}) {
    if (text.starts_with(sign)) {
      text.remove_prefix(sign.size());
      break;
    }
  }
  const size_t end = std::min(text.find_first_of(".eE"), text.size());
  if (!AppendGrouped(text.substr(0, end), &number)) return false;
  number += text.substr(end);
  *out = number;
  return true;
}

bool Product(std::string_view a, std::string_view b, std::string* out) {
  absl::StatusOr<Decimal> x = ParseDecimal(a);
  absl::StatusOr<Decimal> y = ParseDecimal(b);
  if (!x.ok() || !y.ok()) return false;
  TrimZeros(&*x);
  TrimZeros(&*y);
  Int128 product = 0;
  if (__builtin_mul_overflow(x->coefficient, y->coefficient, &product)) {
    return false;
  }
  Decimal value{product, x->scale + y->scale};
  TrimZeros(&value);
  if (value.scale > kMaxScale) return false;
  *out = FormatScaled(value.coefficient, value.scale);
  return true;
}

void AppendJsonText(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      absl::StrAppend(out, "\\u00");
      *out += kHex[byte >> 4];
      *out += kHex[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') *out += '\\';
    *out += c;
  }
  *out += '"';
}

}  // namespace drawdown
