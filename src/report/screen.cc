#include "report/screen.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/code_point.h"
#include "report/code_point.h"

namespace drawdown {
namespace {

constexpr std::string_view kCut = ">";

// The bytes of `text` that fit into `width` columns.
size_t BytesThatFit(std::string_view text, size_t width) {
  size_t bytes = 0;
  size_t columns = 0;
  while (bytes < text.size()) {
    const CodePoint point = DecodeCodePoint(text.substr(bytes));
    columns += static_cast<size_t>(WidthOf(point.value));
    if (columns > width) break;
    bytes += point.bytes;
  }
  return bytes;
}

std::string CutToWidth(std::string_view line, size_t width) {
  const size_t bytes = BytesThatFit(line, width);
  if (bytes == line.size()) return std::string(line);
  // Marked, or a number that is cut would look like another.
  const size_t room = width - kCut.size();
  return absl::StrCat(std::string(line.substr(0, BytesThatFit(line, room))),
                      std::string(kCut));
}

}  // namespace

std::vector<std::string> FitToScreen(std::string_view text,
                                     const ScreenSize& screen) {
  std::vector<std::string> lines;
  size_t all = 0;
  for (; !text.empty(); ++all) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (all < screen.height) {
      lines.push_back(CutToWidth(text.substr(0, end), screen.width));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (all > lines.size() && !lines.empty()) {
    lines.back() = CutToWidth(
        absl::StrCat("... ", all - lines.size() + 1, " more"), screen.width);
  }
  return lines;
}

}  // namespace drawdown
