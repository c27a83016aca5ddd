#include "rating/split.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"
#include "base/wide.h"

namespace drawdown {

// One more to the `left` largest remainders. Those of whole bins need no
// comparison, the bin where it ends has few.
void Splitter::GiveLeftOver(size_t left, std::span<Int128> parts) {
  if (left == 0) return;
  CHECK(left < parts.size());
  size_t bin = kBins - 1;
  for (; bins_[bin] <= left; --bin) left -= bins_[bin];
  edge_.resize(parts.size());
  size_t edge = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t own = remainders_[i] >> shift_;
    parts[i] += own > bin ? 1 : 0;
    edge_[edge] = {remainders_[i], static_cast<uint32_t>(i)};
    edge += own == bin ? 1 : 0;
  }
  const auto end_of_given = edge_.begin() + static_cast<ptrdiff_t>(left);
  std::nth_element(
      edge_.begin(), end_of_given, edge_.begin() + static_cast<ptrdiff_t>(edge),
      [](const Remainder& a, const Remainder& b) {
        return a.value != b.value ? a.value > b.value : a.index < b.index;
      });
  for (auto it = edge_.begin(); it != end_of_given; ++it) ++parts[it->index];
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
  bins_.fill(0);
  shift_ = std::max(0, static_cast<int>(std::bit_width(divisor)) - 6);
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
    remainders_[i] = rest;
    ++bins_[rest >> shift_];
    parts[i] = part;
    given += part;
  }
  GiveLeftOver(factor - given, parts);
}

}  // namespace drawdown
