#include "contract/source_map.h"

#include <algorithm>

namespace drawdown {

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

Place LineIndex::PlaceOf(size_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const size_t line = static_cast<size_t>(next - starts_.begin());
  return {static_cast<int>(line),
          static_cast<int>(offset - starts_[line - 1]) + 1};
}

size_t LineIndex::OffsetOfToken(int line, int column) const {
  constexpr int kTabWidth = 8;
  if (line < 0) return 0;
  const size_t last = starts_.size() - 1;
  size_t offset = starts_[std::min(static_cast<size_t>(line), last)];
  for (int at = 0; at < column && offset < text_.size(); ++offset) {
    at += text_[offset] == '\t' ? kTabWidth - at % kTabWidth : 1;
  }
  return offset;
}

Place SourceMap::Find(std::string_view path) const {
  while (!path.empty()) {
    const auto found = places_.find(std::string(path));
    if (found != places_.end()) return found->second;
    const size_t dot = path.rfind('.');
    path = dot == std::string_view::npos ? "" : path.substr(0, dot);
  }
  return {};
}

std::string JoinPath(std::string_view parent, std::string_view field) {
  std::string path(parent);
  if (!path.empty()) path += '.';
  path += field;
  return path;
}

std::string JoinPath(std::string_view parent, std::string_view field,
                     size_t index) {
  return JoinPath(parent, field) + '[' + std::to_string(index) + ']';
}

}  // namespace drawdown
