#include "report/journal_accounts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace drawdown {
namespace {

std::string Hex(unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return {kDigits[byte >> 4], kDigits[byte & 15]};
}

// Letters, digits and ._- as they are, other bytes as %XX.
std::string PlainPart(std::string_view part) {
  std::string out;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '.' || c == '_' || c == '-') {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "%", Hex(byte));
    }
  }
  return out;
}

// beancount has letters, digits and '-', and begins with a capital or a digit:
// '-' becomes "--", other bytes -XX, a small first letter its capital, and what
// begins otherwise gets a 0 in front.
std::string BeancountPart(std::string_view part) {
  std::string out;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "-", c == '-' ? "-" : Hex(byte));
    }
  }
  if (absl::ascii_islower(static_cast<unsigned char>(out.front()))) {
    out.front() = absl::ascii_toupper(static_cast<unsigned char>(out.front()));
    return out;
  }
  return "0" + out;
}

}  // namespace

std::string JournalAccount(JournalStyle style,
                           const std::vector<std::string_view>& parts) {
  std::string account;
  for (std::string_view path : parts) {
    while (!path.empty()) {
      const std::string_view part = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(path.size(), part.size() + 1));
      if (!account.empty()) account.push_back(':');
      account += style == JournalStyle::kHledger ? PlainPart(part)
                                                 : BeancountPart(part);
    }
  }
  return account;
}

}  // namespace drawdown
