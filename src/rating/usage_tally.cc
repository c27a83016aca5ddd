#include "rating/usage_tally.h"

namespace drawdown {

size_t UsageTally::Find(uint64_t key) {
  const auto [known, added] = known_.emplace(key, series_.size());
  if (added) series_.push_back(key);
  return known->second;
}

size_t UsageTally::bytes() const {
  size_t sum = series_.capacity() * (sizeof(uint64_t) + 24);
  for (const std::vector<Sum>& sums : by_slot_) {
    sum += sums.capacity() * sizeof(Sum);
  }
  return sum;
}

}  // namespace drawdown
