// XXH3 by AVX2, which is twice as fast for long texts: the same hashes.
#ifndef DRAWDOWN_SRC_BASE_FAST_HASH_AVX2_H_
#define DRAWDOWN_SRC_BASE_FAST_HASH_AVX2_H_

#include <stddef.h>
#include <stdint.h>

namespace drawdown {

#if defined(__x86_64__)
// Whether this processor has it. In fast_hash.cc, which any can run.
bool HasAvx2();

// XXH3_128bits_withSeed. The processor must have AVX2.
void FastHashAvx2(const char* text, size_t size, uint64_t seed, uint64_t* high,
                  uint64_t* low);

// The same for more than 240 bytes, by the secret that XXH3 makes of the seed.
void FastHashBySecretAvx2(const char* text, size_t size,
                          const unsigned char* secret, size_t secret_size,
                          uint64_t* high, uint64_t* low);
#endif

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_FAST_HASH_AVX2_H_
