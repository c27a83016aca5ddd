// Text that becomes part of a page.
#ifndef DRAWDOWN_SRC_REPORT_HTML_TEXT_H_
#define DRAWDOWN_SRC_REPORT_HTML_TEXT_H_

#include <string>
#include <string_view>

namespace drawdown {

// `text` as an element's content or a double-quoted attribute's value: inert
// (text.h), with & < > " and ' as entities. Everything that a person or a file
// chose goes through here on its way into a page.
std::string EscapeHtml(std::string_view text);

// `permille` as a percentage of at most one decimal: "37.5%".
std::string CssPercent(int permille);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_HTML_TEXT_H_
