// Remembers what it was shown, in fixed memory, and now and then believes to
// have seen what it has not (a Bloom filter): never the other way around.
#ifndef DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_
#define DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "base/aligned_buffer.h"

namespace drawdown {

class SeenFilter {
 public:
  // Takes the largest power of two of bytes up to `memory_bytes`, at least 8.
  explicit SeenFilter(size_t memory_bytes)
      : mask_(std::bit_floor(std::max<size_t>(memory_bytes, kWordBytes)) /
                  kWordBytes -
              1),
        // Zeroed by the system: what is never touched costs no memory.
        words_(static_cast<char*>(std::calloc(mask_ + 1, kWordBytes))) {
    if (words_ == nullptr) throw std::bad_alloc();
  }

  // Whether a hash with these bits may have come before; it has from now on.
  // Both are uniformly distributed.
  bool MaybeSeen(uint64_t place, uint64_t bits) {
    uint64_t& word = reinterpret_cast<uint64_t*>(words_.get())[place & mask_];
    const uint64_t wanted =
        uint64_t{1} << (bits & 63) | uint64_t{1} << (bits >> 6 & 63) |
        uint64_t{1} << (bits >> 12 & 63) | uint64_t{1} << (bits >> 18 & 63);
    const bool seen = (word & wanted) == wanted;
    word |= wanted;
    return seen;
  }

 private:
  static constexpr size_t kWordBytes = sizeof(uint64_t);

  size_t mask_;  // one less than the number of words
  AlignedBuffer words_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_SEEN_FILTER_H_
