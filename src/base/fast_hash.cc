#include "base/fast_hash.h"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace drawdown {

Hash128 FastHash(std::string_view text, uint64_t seed) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSeed(text.data(), text.size(), seed);
  return {hash.high64, hash.low64};
}

uint64_t FastHash64(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

uint64_t RandomSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace drawdown
