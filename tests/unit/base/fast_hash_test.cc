#include "base/fast_hash.h"

#include <set>
#include <string>

#include "base/seeded_hash.h"
#include "gtest/gtest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace drawdown {
namespace {

// Of XXH3's own test vectors: no byte, seed 0.
TEST(FastHashTest, IsXxh3) {
  EXPECT_TRUE(FastHash("", 0) ==
              (Hash128{0x99aa06d3014798d8, 0x6001c324468d497f}));
  EXPECT_EQ(FastHash64(""), 0x2d06800538d394c2u);
}

// The processor's vectors, if any, give what one without them gives.
TEST(FastHashTest, IsTheSameByVectors) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) {
    text.push_back(static_cast<char>(i * i >> 3));
    for (const uint64_t seed : {uint64_t{0}, uint64_t{0x0123456789abcdef}}) {
      const XXH128_hash_t plain =
          XXH3_128bits_withSeed(text.data(), text.size(), seed);
      ASSERT_TRUE(FastHash(text, seed) == (Hash128{plain.high64, plain.low64}))
          << text.size();
      ASSERT_TRUE(SeededHash(seed)(text) == FastHash(text, seed))
          << text.size();
    }
  }
}

TEST(FastHashTest, EveryByteAndTheSeedCount) {
  std::set<Hash128> hashes;
  size_t texts = 0;
  for (const size_t size : {1, 16, 17, 128, 129, 240, 241, 700}) {
    for (size_t place = 0; place < size; ++place) {
      std::string text(size, 'x');
      text[place] = 'y';
      hashes.insert(FastHash(text, 7));
      hashes.insert(FastHash(text, 8));
      texts += 2;
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

TEST(FastHashTest, SeedsDiffer) { EXPECT_NE(RandomSeed(), RandomSeed()); }

}  // namespace
}  // namespace drawdown
