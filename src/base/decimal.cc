#include "base/decimal.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/check.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kMaxDigits = 38;
// Beyond every exponent that a text short enough to be a number could cancel.
constexpr int64_t kExponentCap = int64_t{1} << 60;

// The parts of a decimal text, not yet a value.
struct Syntax {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;  // saturated at +-kExponentCap
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Removes the leading digits of *text and returns them.
std::string_view TakeDigits(std::string_view* text) {
  size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) ++count;
  const std::string_view digits = text->substr(0, count);
  text->remove_prefix(count);
  return digits;
}

bool TakeChar(char c, std::string_view* text) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

int64_t CappedExponent(std::string_view digits, bool negative) {
  int64_t value = 0;
  for (const char c : digits) {
    value = std::min(value * 10 + (c - '0'), kExponentCap / 10);
  }
  return negative ? -value : value;
}

std::optional<Syntax> Scan(std::string_view text) {
  Syntax syntax;
  syntax.negative = TakeChar('-', &text);
  syntax.whole = TakeDigits(&text);
  if (syntax.whole.empty()) return std::nullopt;
  if (TakeChar('.', &text)) {
    syntax.fraction = TakeDigits(&text);
    if (syntax.fraction.empty()) return std::nullopt;
  }
  if (TakeChar('e', &text) || TakeChar('E', &text)) {
    const bool negative = TakeChar('-', &text);
    if (!negative) TakeChar('+', &text);
    const std::string_view digits = TakeDigits(&text);
    if (digits.empty()) return std::nullopt;
    syntax.exponent = CappedExponent(digits, negative);
  }
  if (!text.empty()) return std::nullopt;
  return syntax;
}

// Digits without the zeros around them: coefficient x 10^trailing_zeros.
struct Significand {
  Int128 coefficient = 0;
  int digits = 0;
  int64_t trailing_zeros = 0;
};

// False when there are more than kMaxDigits significant digits.
bool AppendDigits(std::string_view digits, Significand* sum) {
  for (const char c : digits) {
    if (c == '0') {
      if (sum->coefficient != 0) ++sum->trailing_zeros;
      continue;
    }
    if (sum->digits + sum->trailing_zeros + 1 > kMaxDigits) return false;
    const int added = static_cast<int>(sum->trailing_zeros) + 1;
    sum->coefficient = sum->coefficient * PowerOfTen(added) + (c - '0');
    sum->digits += added;
    sum->trailing_zeros = 0;
  }
  return true;
}

// Places the significand at the scale it was written with, as far as 38 digits
// allow. Nothing when the value itself does not fit.
std::optional<Decimal> Place(const Significand& sum, int64_t written_scale) {
  const int64_t longest = std::clamp<int64_t>(written_scale, 0, kMaxDigits);
  if (sum.coefficient == 0) return Decimal{0, static_cast<int>(longest)};
  const int64_t exact_scale = written_scale - sum.trailing_zeros;
  const int64_t shortest = std::max<int64_t>(exact_scale, 0);
  if (shortest > kMaxDigits) return std::nullopt;
  const int64_t needed_zeros = shortest - exact_scale;
  const int64_t room = kMaxDigits - sum.digits - needed_zeros;
  if (needed_zeros > kMaxDigits) return std::nullopt;
  const int64_t kept = std::max<int64_t>(0, std::min(longest - shortest, room));
  Decimal value;
  value.scale = static_cast<int>(shortest + kept);
  if (__builtin_mul_overflow(sum.coefficient,
                             PowerOfTen(static_cast<int>(needed_zeros + kept)),
                             &value.coefficient)) {
    return std::nullopt;
  }
  return value;
}

absl::Status NotANumber(std::string_view text, const char* why) {
  return MakeError(ErrorCode::kBadNumber, absl::StrCat(Quoted(text), why));
}

}  // namespace

std::optional<Decimal> ParseShortDecimal(std::string_view text) {
  constexpr size_t kMaxShort = 18;
  const bool negative = TakeChar('-', &text);
  if (text.empty() || text.size() > kMaxShort) return std::nullopt;
  if (!IsDigit(text.front()) || !IsDigit(text.back())) return std::nullopt;
  int64_t coefficient = 0;
  size_t point = text.size() - 1;
  bool pointed = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDigit(text[i])) {
      coefficient = coefficient * 10 + (text[i] - '0');
    } else if (text[i] == '.' && !pointed) {
      pointed = true;
      point = i;
    } else {
      return std::nullopt;
    }
  }
  return Decimal{negative ? -coefficient : coefficient,
                 static_cast<int>(text.size() - 1 - point)};
}

absl::StatusOr<Decimal> ParseDecimal(std::string_view text) {
  if (const auto value = ParseShortDecimal(text)) return *value;
  const std::optional<Syntax> syntax = Scan(text);
  if (!syntax) return NotANumber(text, " is not a decimal number");
  Significand sum;
  if (!AppendDigits(syntax->whole, &sum) ||
      !AppendDigits(syntax->fraction, &sum)) {
    return NotANumber(text, " has more than 38 significant digits");
  }
  const int64_t written_scale =
      static_cast<int64_t>(syntax->fraction.size()) - syntax->exponent;
  const std::optional<Decimal> value = Place(sum, written_scale);
  if (!value) return NotANumber(text, " is out of range");
  return syntax->negative ? Decimal{-value->coefficient, value->scale} : *value;
}

absl::StatusOr<Int128> DecimalToScaled(const Decimal& value, int scale) {
  CHECK(scale >= 0 && scale <= kMaxDigits);
  CHECK(value.scale >= 0 && value.scale <= kMaxDigits);
  if (value.scale > scale) {
    const Int128 divisor = PowerOfTen(value.scale - scale);
    if (value.coefficient % divisor == 0) return value.coefficient / divisor;
    return MakeError(ErrorCode::kBadNumber,
                     absl::StrCat(FormatScaled(value.coefficient, value.scale),
                                  " has more than ", scale, " decimals"));
  }
  Int128 scaled = 0;
  if (__builtin_mul_overflow(value.coefficient, PowerOfTen(scale - value.scale),
                             &scaled)) {
    return MakeError(
        ErrorCode::kOverflow,
        absl::StrCat(FormatScaled(value.coefficient, value.scale),
                     " does not fit 128 bits with ", scale, " decimals"));
  }
  return scaled;
}

absl::StatusOr<Int128> ParseScaled(std::string_view text, int scale) {
  ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(text));
  return DecimalToScaled(value, scale);
}

std::string FormatScaled(Int128 value, int scale, int min_decimals) {
  CHECK(0 <= min_decimals && min_decimals <= scale && scale <= kMaxDigits);
  std::string text = Int128ToString(value);
  if (scale == 0) return text;
  const size_t sign = value < 0 ? 1 : 0;
  const size_t decimals = static_cast<size_t>(scale);
  if (text.size() - sign <= decimals) {
    text.insert(sign, decimals + 1 - (text.size() - sign), '0');
  }
  const size_t point = text.size() - decimals;
  text.insert(point, 1, '.');
  const size_t shortest = point + 1 + static_cast<size_t>(min_decimals);
  size_t end = text.size();
  while (end > shortest && text[end - 1] == '0') --end;
  text.resize(text[end - 1] == '.' ? end - 1 : end);
  return text;
}

std::string SecondsText(int64_t length_us) {
  return FormatScaled(length_us, 6) + " s";
}

}  // namespace drawdown
