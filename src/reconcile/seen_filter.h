// Remembers what it was shown, in fixed memory, and now and then believes to
// have seen what it has not (a Bloom filter): never the other way around.
#ifndef DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_
#define DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/huge_pages.h"

namespace drawdown {

class SeenFilter {
 public:
  // Takes the largest power of two of bytes up to `memory_bytes`, at least 8.
  explicit SeenFilter(size_t memory_bytes)
      : mask_(std::bit_floor(std::max<size_t>(memory_bytes, kWordBytes)) /
                  kWordBytes -
              1),
        words_(MakeZeroedPages((mask_ + 1) * kWordBytes)) {}

  // Begins to fetch what MaybeSeen(place, ...) will look at.
  void Prefetch(uint64_t place) const {
    __builtin_prefetch(words_.get() + (place & mask_) * kWordBytes, 1);
  }

  // Whether a hash with these bits may have come before; it has from now on.
  // Both are uniformly distributed.
  bool MaybeSeen(uint64_t place, uint64_t bits) {
    uint64_t& word = WordAt(place);
    const bool seen = (word & Wanted(bits)) == Wanted(bits);
    word |= Wanted(bits);
    return seen;
  }

  // The same, and what was asked for is not remembered.
  bool MayHave(uint64_t place, uint64_t bits) const {
    return (WordAt(place) & Wanted(bits)) == Wanted(bits);
  }

 private:
  static constexpr size_t kWordBytes = sizeof(uint64_t);

  static uint64_t Wanted(uint64_t bits) {
    return uint64_t{1} << (bits & 63) | uint64_t{1} << (bits >> 6 & 63) |
           uint64_t{1} << (bits >> 12 & 63) | uint64_t{1} << (bits >> 18 & 63);
  }
  uint64_t& WordAt(uint64_t place) const {
    return reinterpret_cast<uint64_t*>(words_.get())[place & mask_];
  }

  size_t mask_;  // one less than the number of words
  ZeroedPages words_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_
