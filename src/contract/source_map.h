// Where in a contract's text each field was written.
#ifndef DRAWDOWN_SRC_CONTRACT_SOURCE_MAP_H_
#define DRAWDOWN_SRC_CONTRACT_SOURCE_MAP_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace drawdown {

// 1-based; columns count bytes.
struct Place {
  int line = 1;
  int column = 1;
};

// Byte offsets of a text as places, and back. The text must outlive it.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);

  Place PlaceOf(size_t offset) const;

  // The offset of protobuf's 0-based (line, column), whose columns run a tab to
  // the next multiple of eight. Clamped to the text.
  size_t OffsetOfToken(int line, int column) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;  // of each line
};

// Places by path: "commitment[1].step[0].quantity".
class SourceMap {
 public:
  void Set(const std::string& path, Place place) { places_[path] = place; }

  // The place of the field, else of the nearest message around it that has one,
  // else the start of the text.
  Place Find(std::string_view path) const;

 private:
  std::unordered_map<std::string, Place> places_;
};

std::string JoinPath(std::string_view parent, std::string_view field);
std::string JoinPath(std::string_view parent, std::string_view field,
                     size_t index);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_SOURCE_MAP_H_
