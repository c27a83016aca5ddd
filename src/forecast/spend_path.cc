#include "forecast/spend_path.h"

#include <algorithm>

namespace drawdown {

SpendPath::SpendPath(std::span<const SpendMark> marks, uint32_t commitment) {
  MoneyAmount before;
  for (const SpendMark& mark : marks) {
    if (mark.commitment != commitment) continue;
    if (!marks_.empty() &&
        marks_.back().interval_start_us != mark.interval_start_us) {
      before += marks_.back().counted;
    }
    marks_.push_back(mark);
    before_.push_back(before);
  }
}

MoneyAmount SpendPath::CountedBy(int64_t at_us) const {
  const auto after = std::upper_bound(
      marks_.begin(), marks_.end(), at_us,
      [](int64_t at, const SpendMark& mark) { return at < mark.at_us; });
  if (after == marks_.begin()) return MoneyAmount();
  const auto last = static_cast<size_t>(after - marks_.begin()) - 1;
  return before_[last] + marks_[last].counted;
}

std::vector<SpendMark> SpendPath::EndsIn(const Interval& interval) const {
  std::vector<SpendMark> ends;
  for (const SpendMark& mark : marks_) {
    if (mark.at_us != mark.interval_end_us) continue;
    if (mark.at_us <= interval.start_us || mark.at_us > interval.end_us) {
      continue;
    }
    ends.push_back(mark);
  }
  return ends;
}

}  // namespace drawdown
