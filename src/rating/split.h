// Splitting an amount over weights, exactly and fast: the same result as
// SplitLargestRemainder, without allocating, for the amounts of one bucket.
#ifndef DRAWDOWN_SRC_RATING_SPLIT_H_
#define DRAWDOWN_SRC_RATING_SPLIT_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

class Splitter {
 public:
  // parts[i] = weights[i] x amount / total by largest remainder; equal
  // remainders go to the lower index; a zero weight gets nothing. REQUIRES:
  // total is the weights' sum, 0 <= amount <= total, sizes equal.
  void Split(Int128 amount, Int128 total, std::span<const Int128> weights,
             std::span<Int128> parts);

 private:
  struct Remainder {
    uint64_t value = 0;
    uint32_t index = 0;
  };
  static constexpr size_t kBins = 64;

  void GiveLeftOver(size_t left, std::span<Int128> parts);

  // Kept between calls for their memory.
  std::vector<uint64_t> remainders_;    // by index
  std::array<uint32_t, kBins> bins_{};  // how many of them, by magnitude
  int shift_ = 0;                       // of a remainder to its bin
  std::vector<Remainder> edge_;         // those of the bin that gets in part
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SPLIT_H_
