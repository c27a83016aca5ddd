#include "report/html_text.h"

#include "absl/strings/str_cat.h"
#include "report/text.h"

namespace drawdown {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : InertText(text)) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\'':
        out.append("&#39;");
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string CssPercent(int permille) {
  return permille % 10 == 0
             ? absl::StrCat(permille / 10, "%")
             : absl::StrCat(permille / 10, ".", permille % 10, "%");
}

}  // namespace drawdown
