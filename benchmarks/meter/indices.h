// The indices and amounts that every kernel uses.
#ifndef DRAWDOWN_BENCHMARKS_METER_INDICES_H_
#define DRAWDOWN_BENCHMARKS_METER_INDICES_H_

#include <cstddef>
#include <cstdint>

namespace drawdown {

// Where a loop this short begins in a cache line decides its speed as much as
// what it does (on Zen 5 a Record takes 0.67 or 1.03 ns), and the linker
// decides where. So every kernel's loop is there at each of these offsets, in
// turn.
inline constexpr int kLineBytes = 64;
inline constexpr int kOffsetBytes = 4;

// Calls loop(operations) for a part of the operations at each offset.
template <int kOffset = 0, typename Loop>
inline __attribute__((always_inline)) void AtEachOffset(size_t operations,
                                                        const Loop& loop) {
  asm volatile(".p2align 6\n\t.skip %c0, 0x90" : : "i"(kOffset));
  loop(operations / (kLineBytes / kOffsetBytes));
  if constexpr (kOffset + kOffsetBytes < kLineBytes) {
    AtEachOffset<kOffset + kOffsetBytes>(operations, loop);
  }
}

// Calls add(index below `size`, a power of two; amount) so many times. One
// cycle from number to number, so that what follows it is what is measured.
template <typename Add>
inline __attribute__((always_inline)) void ForRandomIndices(size_t size,
                                                            size_t operations,
                                                            const Add& add,
                                                            uint64_t seed = 1) {
  uint64_t state = seed;
  const uint64_t mask = size - 1;
  AtEachOffset(
      operations, [&](size_t part) __attribute__((always_inline)) {
        for (size_t i = 0; i < part; ++i) {
          state += 0x9e3779b97f4a7c15u;
          // The compiler must not know the amount, nor that it is not negative.
          int64_t amount = 1;
          asm volatile("" : "+r"(amount));
          add(((state ^ state >> 29) >> 32) & mask, amount);
        }
      });
}

// The same for a single one.
template <typename Add>
inline __attribute__((always_inline)) void ForOne(size_t operations,
                                                  const Add& add) {
  AtEachOffset(
      operations, [&](size_t part) __attribute__((always_inline)) {
        for (size_t i = 0; i < part; ++i) {
          int64_t amount = 1;
          asm volatile("" : "+r"(amount));
          add(amount);
        }
      });
}

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_METER_INDICES_H_
