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
  return std::any_of(
      kFormulaStarts.begin(), kFormulaStarts.end(),
      [&](std::string_view start) { return text.starts_with(start); });
}

void AppendDoublingQuotes(std::string_view text, std::string* out) {
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
}

void AppendPrefixed(std::string_view prefix, std::string_view text,
                    std::string* out) {
  const bool quote = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quote) out->push_back('"');
  out->append(prefix);
  AppendDoublingQuotes(text, out);
  if (quote) out->push_back('"');
}

}  // namespace

void AppendCsvField(std::string_view field, std::string* out) {
  AppendPrefixed("", field, out);
}

void AppendCsvText(std::string_view text, std::string* out) {
  AppendPrefixed(StartsFormula(text) ? "'" : "", text, out);
}

}  // namespace drawdown
