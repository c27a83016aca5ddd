#include "rating/split.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/wide.h"

namespace drawdown {

void Splitter::GiveLeftOver(size_t left, std::span<Int128> parts) {
  if (left == 0) return;
  CHECK(left < parts.size());
  const auto end_of_given = remainders_.begin() + static_cast<ptrdiff_t>(left);
  std::nth_element(remainders_.begin(), end_of_given, remainders_.end(),
                   [](const Remainder& a, const Remainder& b) {
                     return a.value != b.value ? a.value > b.value
                                               : a.index < b.index;
                   });
  for (auto it = remainders_.begin(); it != end_of_given; ++it) {
    ++parts[it->index];
  }
}

void Splitter::Split(Int128 amount, Int128 total,
                     std::span<const Int128> weights, std::span<Int128> parts) {
  CHECK(amount >= 0 && amount <= total && weights.size() == parts.size());
  if (total > std::numeric_limits<int64_t>::max()) {
    // The weights summed to `total`, so the split cannot fail.
    const auto wide = SplitLargestRemainder(amount, weights);
    CHECK(wide.ok());
    std::copy(wide->begin(), wide->end(), parts.begin());
    return;
  }
  if (amount == total) {
    std::copy(weights.begin(), weights.end(), parts.begin());
    return;
  }
  const auto factor = static_cast<uint64_t>(amount);
  const auto divisor = static_cast<uint64_t>(total);
  // amount / total in 1/2^64, rounded down: a part computed with it is right or
  // one too small, and needs no division.
  const auto ratio =
      static_cast<uint64_t>((static_cast<Uint128>(factor) << 64) / divisor);
  remainders_.resize(weights.size());
  uint64_t given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const auto weight = static_cast<uint64_t>(weights[i]);
    auto part =
        static_cast<uint64_t>((static_cast<Uint128>(weight) * ratio) >> 64);
    uint64_t rest = weight * factor - part * divisor;  // mod 2^64
    if (rest >= divisor) {
      rest -= divisor;
      ++part;
    }
    remainders_[i] = {rest, static_cast<uint32_t>(i)};
    parts[i] = part;
    given += part;
  }
  GiveLeftOver(factor - given, parts);
}

}  // namespace drawdown
