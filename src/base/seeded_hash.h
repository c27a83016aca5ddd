// FastHash of many texts by one seed.
#ifndef DRAWDOWN_SRC_BASE_SEEDED_HASH_H_
#define DRAWDOWN_SRC_BASE_SEEDED_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/fast_hash.h"

namespace drawdown {

// What XXH3 makes of a seed for each long text is made once. Any number of
// threads may ask it at a time.
class SeededHash {
 public:
  explicit SeededHash(uint64_t seed);

  // FastHash(text, seed).
  Hash128 operator()(std::string_view text) const;

 private:
  static constexpr size_t kSecretBytes = 192;

  uint64_t seed_;
  alignas(64) std::array<unsigned char, kSecretBytes> secret_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_SEEDED_HASH_H_
