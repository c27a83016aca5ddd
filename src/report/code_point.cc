#include "report/code_point.h"

#include <algorithm>
#include <array>
#include <span>

namespace drawdown {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: general categories Mn and Me of the scripts met in names.
constexpr std::array<Range, 14> kCombining = {{{0x0300, 0x036f},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05bd},
                                               {0x064b, 0x065f},
                                               {0x0900, 0x0902},
                                               {0x093c, 0x093c},
                                               {0x0e31, 0x0e31},
                                               {0x0e34, 0x0e3a},
                                               {0x1ab0, 0x1aff},
                                               {0x1dc0, 0x1dff},
                                               {0x200c, 0x200d},
                                               {0x20d0, 0x20ff},
                                               {0xfe00, 0xfe0f},
                                               {0xfe20, 0xfe2f}}};

// East Asian Wide and Fullwidth, and emoji.
constexpr std::array<Range, 15> kWide = {{{0x1100, 0x115f},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0x33ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0x9fff},
                                          {0xa000, 0xa4cf},
                                          {0xa960, 0xa97f},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0xffe0, 0xffe6},
                                          {0x1f300, 0x1f64f},
                                          {0x1f900, 0x1f9ff},
                                          {0x20000, 0x3fffd}}};

constexpr std::array<Range, 11> kTreacherous = {{{0x0000, 0x001f},
                                                 {0x007f, 0x009f},
                                                 {0x00ad, 0x00ad},
                                                 {0x061c, 0x061c},
                                                 {0x200b, 0x200b},
                                                 {0x200e, 0x200f},
                                                 {0x2028, 0x202e},
                                                 {0x2060, 0x206f},
                                                 {0xfeff, 0xfeff},
                                                 {0xfff9, 0xfffb},
                                                 {0xe0000, 0xe007f}}};

bool Contains(std::span<const Range> ranges, char32_t value) {
  const auto next = std::upper_bound(
      ranges.begin(), ranges.end(), value,
      [](char32_t v, const Range& range) { return v < range.first; });
  return next != ranges.begin() && value <= std::prev(next)->last;
}

}  // namespace

size_t PlainPrefix(std::string_view text) {
  size_t plain = 0;
  for (const char c : text) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\') break;
    ++plain;
  }
  return plain;
}

int WidthOf(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (Contains(kCombining, code_point)) return 0;
  return Contains(kWide, code_point) ? 2 : 1;
}

bool IsTreacherous(char32_t code_point) {
  return Contains(kTreacherous, code_point);
}

}  // namespace drawdown
