#include "report/text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/code_point.h"
#include "base/decimal.h"
#include "base/minor_units.h"
#include "base/wide.h"
#include "report/code_point.h"

namespace drawdown {
namespace {

constexpr Int128 kMicrosPerMilliHour = kMicrosPerHour / 1'000;

void AppendEscaped(const CodePoint& point, std::string* out) {
  const auto value = static_cast<uint32_t>(point.value);
  if (value == '\n') {
    out->append("\\n");
  } else if (value == '\t') {
    out->append("\\t");
  } else if (value < 0x100) {
    absl::StrAppendFormat(out, "\\x%02x", value);
  } else if (value < 0x10000) {
    absl::StrAppendFormat(out, "\\u%04x", value);
  } else {
    absl::StrAppendFormat(out, "\\U%08x", value);
  }
}

std::string Inert(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t plain = PlainPrefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint point = DecodeCodePoint(text);
    const bool keep = kept.find(text.front()) != std::string_view::npos;
    if (keep || (point.valid && !IsTreacherous(point.value))) {
      out.append(text.substr(0, point.bytes));
    } else {
      AppendEscaped(point, &out);
    }
    text.remove_prefix(point.bytes);
  }
  return out;
}

bool IsPlainDecimal(std::string_view text) {
  bool digit = false;
  int points = 0;
  for (const char c : text) {
    digit = digit || absl::ascii_isdigit(c);
    points += c == '.';
    if (!absl::ascii_isdigit(c) && c != '.') return false;
  }
  return digit && points <= 1;
}

}  // namespace

std::string InertText(std::string_view text) { return Inert(text, ""); }

std::string InertLines(std::string_view text) { return Inert(text, "\n\t"); }

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    width += WidthOf(point.value);
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string GroupThousands(std::string_view decimal) {
  const bool negative = !decimal.empty() && decimal.front() == '-';
  std::string_view digits = decimal.substr(negative ? 1 : 0);
  if (!IsPlainDecimal(digits)) return std::string(decimal);
  const size_t whole = std::min(digits.find('.'), digits.size());
  std::string out(negative ? "-" : "");
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  out.append(digits.substr(whole));
  return out;
}

std::string ReadableMoney(Currency currency, MoneyAmount amount) {
  if (!amount.valid()) return FormatMoney(amount);
  const int decimals = MinorDigits(currency);
  const MoneyAmount rounded = RoundMoney(amount, decimals);
  const bool shown = amount.zero() || !rounded.zero();
  return FormatScaled((shown ? rounded : amount).count(), 18, decimals);
}

std::string ReadableHours(GpuTime time) {
  if (!time.valid()) return FormatGpuHours(time);
  const Int128 thousandths = DivHalfEven(time.count(), kMicrosPerMilliHour);
  if (thousandths == 0 && !time.zero()) return FormatGpuHours(time);
  return FormatScaled(thousandths, 3, 3);
}

std::string CountOf(uint64_t count, std::string_view singular) {
  return absl::StrCat(GroupThousands(absl::StrCat(count)), " ",
                      std::string(singular), count == 1 ? "" : "s");
}

}  // namespace drawdown
