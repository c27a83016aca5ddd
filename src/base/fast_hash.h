// A hash for telling texts apart in memory, never for what is stored.
#ifndef DRAWDOWN_SRC_BASE_FAST_HASH_H_
#define DRAWDOWN_SRC_BASE_FAST_HASH_H_

#include <compare>
#include <cstdint>
#include <string_view>
#include <utility>

namespace drawdown {

struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;

  // For tables: it is spread already.
  template <typename H>
  friend H AbslHashValue(H state, const Hash128& hash) {
    return H::combine(std::move(state), hash.low);
  }
};

// XXH3: texts that differ have different hashes but for chance, far below 2^-64
// for 2^32 of them. It is no cryptographic hash: where texts come from somebody
// who gains by equal hashes, `seed` must be one that nobody knows.
Hash128 FastHash(std::string_view text, uint64_t seed);

// The same in 64 bits, for tables whose order and load do not matter.
uint64_t FastHash64(std::string_view text);

// One that nobody knows, another in each call.
uint64_t RandomSeed();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_FAST_HASH_H_
