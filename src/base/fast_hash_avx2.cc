// The build compiles this file for AVX2, so it includes nothing of which it
// could leave an inline function to others.
#include "base/fast_hash_avx2.h"

#if defined(__x86_64__)

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace drawdown {

void FastHashAvx2(const char* text, size_t size, uint64_t seed, uint64_t* high,
                  uint64_t* low) {
  static_assert(XXH_VECTOR == XXH_AVX2);
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text, size, seed);
  *high = hash.high64;
  *low = hash.low64;
}

void FastHashBySecretAvx2(const char* text, size_t size,
                          const unsigned char* secret, size_t secret_size,
                          uint64_t* high, uint64_t* low) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSecret(text, size, secret, secret_size);
  *high = hash.high64;
  *low = hash.low64;
}

}  // namespace drawdown

#endif
