#include "base/minor_units.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace drawdown {
namespace {

std::vector<Currency> Parsed(std::string_view codes) {
  std::vector<Currency> currencies;
  for (; codes.size() >= 3; codes.remove_prefix(3)) {
    currencies.push_back(*Currency::Parse(codes.substr(0, 3)));
  }
  return currencies;
}

bool IsOneOf(const std::vector<Currency>& currencies, Currency currency) {
  return std::find(currencies.begin(), currencies.end(), currency) !=
         currencies.end();
}

}  // namespace

int MinorDigits(Currency currency) {
  static const auto& none = *new std::vector<Currency>(
      Parsed("BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPF"));
  static const auto& thousandths =
      *new std::vector<Currency>(Parsed("BHDIQDJODKWDLYDOMRTND"));
  if (IsOneOf(none, currency)) return 0;
  return IsOneOf(thousandths, currency) ? 3 : 2;
}

}  // namespace drawdown
