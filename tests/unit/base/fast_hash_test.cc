#include "base/fast_hash.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

// Of XXH3's own test vectors: no byte, seed 0.
TEST(FastHashTest, IsXxh3) {
  EXPECT_TRUE(FastHash("", 0) ==
              (Hash128{0x99aa06d3014798d8, 0x6001c324468d497f}));
  EXPECT_EQ(FastHash64(""), 0x2d06800538d394c2u);
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
