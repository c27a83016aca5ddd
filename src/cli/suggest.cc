#include "cli/suggest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace drawdown {
namespace {

// Insertions, deletions, replacements and swaps of neighbours.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before;
  std::vector<size_t> above(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::vector<size_t> row(b.size() + 1, i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::move(above);
    above = std::move(row);
  }
  return above.back();
}

}  // namespace

std::string Nearest(std::string_view word,
                    std::span<const std::string> candidates) {
  std::string nearest;
  // Two slips at most, and fewer than half of the word.
  size_t limit = std::min<size_t>(3, (word.size() + 1) / 2);
  for (const std::string& candidate : candidates) {
    const bool prefix = word.size() > 3 && candidate.starts_with(word);
    const size_t distance = prefix ? 1 : Distance(word, candidate);
    if (distance >= limit) continue;
    limit = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace drawdown
