#include <algorithm>
#include <array>

#include "base/csv.h"

namespace drawdown {
namespace {

// What makes a spreadsheet read a cell as a formula; the last four are the
// full-width = + - @.
constexpr std::array<std::string_view, 10> kFormulaStarts = {"=",
                                                             "+",
                                                             "-",
                                                             "@",
                                                             "\t",
                                                             "\r",
                                                             "\xef\xbc\x9d",
                                                             "\xef\xbc\x8b",
                                                             "\xef\xbc\x8d",
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
