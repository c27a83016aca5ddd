#include "base/digest.h"

#include "gtest/gtest.h"

namespace drawdown {
namespace {

// Published vectors: the CRC catalogue's check value, FIPS 180-4 examples.
TEST(DigestTest, Crc32MatchesTheCatalogue) {
  EXPECT_EQ(Crc32(""), 0u);
  EXPECT_EQ(Crc32("123456789"), 0xcbf43926u);
}

TEST(DigestTest, Crc32ContinuesFromASeed) {
  EXPECT_EQ(Crc32("6789", Crc32("12345")), Crc32("123456789"));
}

TEST(DigestTest, Sha256MatchesTheStandard) {
  EXPECT_EQ(HexOf(Sha256Of("")),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf(Sha256Of("abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, Sha256StartsAgainAfterFinish) {
  Sha256 hash;
  hash.Update("something else");
  hash.Finish();
  hash.Update("a");
  hash.Update("bc");
  EXPECT_EQ(hash.Finish(), Sha256Of("abc"));
}

}  // namespace
}  // namespace drawdown
