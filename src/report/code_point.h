// Code points as a terminal sees them.
#ifndef DRAWDOWN_SRC_REPORT_CODE_POINT_H_
#define DRAWDOWN_SRC_REPORT_CODE_POINT_H_

#include <cstddef>
#include <string_view>

namespace drawdown {

// How many bytes `text` starts with that are printable ASCII other than '"' and
// '\\': those that no output of ours has to escape.
size_t PlainPrefix(std::string_view text);

// Columns a terminal gives the code point: 0 (combining), 1 or 2 (wide).
int WidthOf(char32_t code_point);

// True for what can move the cursor, reorder or hide text: C0, DEL, C1, bidi
// controls, line separators, zero-width and tag characters.
bool IsTreacherous(char32_t code_point);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CODE_POINT_H_
