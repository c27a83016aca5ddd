#include "bill/rules.h"

#include <algorithm>

namespace drawdown {

std::vector<std::string_view> RuleLines() {
  std::vector<std::string_view> lines;
  for (const auto& parts : {DatasetRules(), ColumnRules(), NewerRules()}) {
    for (std::string_view part : parts) {
      while (!part.empty()) {
        const size_t end = std::min(part.find('\n'), part.size());
        lines.push_back(part.substr(0, end));
        part.remove_prefix(std::min(end + 1, part.size()));
      }
    }
  }
  return lines;
}

}  // namespace drawdown
