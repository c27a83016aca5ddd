#include "base/seeded_hash.h"

#include "base/fast_hash_avx2.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace drawdown {

SeededHash::SeededHash(uint64_t seed) : seed_(seed) {
  static_assert(kSecretBytes == XXH_SECRET_DEFAULT_SIZE);
  XXH3_generateSecret_fromSeed(secret_.data(), seed);
}

Hash128 SeededHash::operator()(std::string_view text) const {
#if defined(__x86_64__)
  // Shorter ones XXH3 hashes without the secret.
  if (text.size() > XXH3_MIDSIZE_MAX && HasAvx2()) {
    Hash128 hash;
    FastHashBySecretAvx2(text.data(), text.size(), secret_.data(),
                         secret_.size(), &hash.high, &hash.low);
    return hash;
  }
#endif
  return FastHash(text, seed_);
}

}  // namespace drawdown
