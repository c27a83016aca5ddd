#include "base/fast_hash.h"

#include <random>

#include "base/fast_hash_avx2.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace drawdown {
namespace {

#if defined(__x86_64__)
// Shorter ones XXH3 does not hash by vectors.
constexpr size_t kLongText = 241;
#endif

}  // namespace

#if defined(__x86_64__)
bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}
#endif

Hash128 FastHash(std::string_view text, uint64_t seed) {
#if defined(__x86_64__)
  if (text.size() >= kLongText && HasAvx2()) {
    Hash128 hash;
    FastHashAvx2(text.data(), text.size(), seed, &hash.high, &hash.low);
    return hash;
  }
#endif
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
