// How pages of ours look.
#ifndef DRAWDOWN_SRC_REPORT_HTML_STYLE_H_
#define DRAWDOWN_SRC_REPORT_HTML_STYLE_H_

#include <string_view>

namespace drawdown {

// The style sheet: light and dark, paper, narrow screens. Every text colour has
// a contrast of at least 4.5 on every ground that it is used on
// (tests/browser/page_test.py).
std::string_view HtmlStyle();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_HTML_STYLE_H_
