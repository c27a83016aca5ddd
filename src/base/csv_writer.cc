#include <algorithm>
#include <array>

#include "base/csv.h"

namespace drawdown {
namespace {

// What makes a spreadsheet read a cell as a formula: = + - @ TAB CR, and what
// compatibility normalization (NFKC) makes = + - @ of, as some programs do.
constexpr std::array<std::string_view, 21> kFormulaStarts = {"=",
                                                             "+",
                                                             "-",
                                                             "@",
                                                             "\t",
                                                             "\r",
                                                             "\xe2\x81\xba",
                                                             "\xe2\x81\xbc",
                                                             "\xe2\x82\x8a",
                                                             "\xe2\x82\x8c",
                                                             "\xe2\xa9\xb5",
                                                             "\xe2\xa9\xb6",
                                                             "\xef\xac\xa9",
                                                             "\xef\xb9\xa2",
                                                             "\xef\xb9\xa3",
                                                             "\xef\xb9\xa6",
                                                             "\xef\xb9\xab",
                                                             "\xef\xbc\x8b",
                                                             "\xef\xbc\x8d",
                                                             "\xef\xbc\x9d",
                                                             "\xef\xbc\xa0"};

bool StartsFormula(std::string_view text) {
  if (text.empty()) return false;
  // Of nearly every text the first byte says that it does not.
  static constexpr std::string_view kFirstBytes = "=+-@\t\r\xe2\xef";
  if (kFirstBytes.find(text.front()) == std::string_view::npos) return false;
  return std::any_of(
      kFormulaStarts.begin(), kFormulaStarts.end(),
      [&](std::string_view start) { return text.starts_with(start); });
}

bool NeedsQuotes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return c == ',' || c == '"' || c == '\r' || c == '\n';
  });
}

void AppendPrefixed(std::string_view prefix, std::string_view text,
                    std::string* out) {
  if (!NeedsQuotes(text)) {
    out->append(prefix).append(text);
    return;
  }
  out->push_back('"');
  out->append(prefix);
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace

void AppendCsvField(std::string_view field, std::string* out) {
  AppendPrefixed("", field, out);
}

void AppendCsvText(std::string_view text, std::string* out) {
  AppendPrefixed(StartsFormula(text) ? "'" : "", text, out);
}

}  // namespace drawdown
