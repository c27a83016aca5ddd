// Fitting text to a terminal's screen.
#ifndef DRAWDOWN_SRC_REPORT_SCREEN_H_
#define DRAWDOWN_SRC_REPORT_SCREEN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace drawdown {

struct ScreenSize {
  size_t width = 80;
  size_t height = 24;
};

// The lines of inert text, cut to the screen's width and then ended with ">".
// When they are more than its height, the last says how many are not shown.
// REQUIRES: screen.width > 0.
std::vector<std::string> FitToScreen(std::string_view text,
                                     const ScreenSize& screen);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_SCREEN_H_
