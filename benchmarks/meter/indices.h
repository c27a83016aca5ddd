// The indices and amounts that every kernel uses.
#ifndef DRAWDOWN_BENCHMARKS_METER_INDICES_H_
#define DRAWDOWN_BENCHMARKS_METER_INDICES_H_

#include <cstddef>
#include <cstdint>

namespace drawdown {

// Calls add(index below `size`, a power of two; amount) so many times. One
// cycle from number to number, so that what follows it is what is measured.
template <typename Add>
inline __attribute__((always_inline)) void ForRandomIndices(size_t size,
                                                            size_t operations,
                                                            const Add& add,
                                                            uint64_t seed = 1) {
  uint64_t state = seed;
  const uint64_t mask = size - 1;
  for (size_t i = 0; i < operations; ++i) {
    state += 0x9e3779b97f4a7c15u;
    // The compiler must not know the amount, nor that it is not negative.
    int64_t amount = 1;
    asm volatile("" : "+r"(amount));
    add(((state ^ state >> 29) >> 32) & mask, amount);
  }
}

// The same for a single one.
template <typename Add>
inline __attribute__((always_inline)) void ForOne(size_t operations,
                                                  const Add& add) {
  for (size_t i = 0; i < operations; ++i) {
    int64_t amount = 1;
    asm volatile("" : "+r"(amount));
    add(amount);
  }
}

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_METER_INDICES_H_
