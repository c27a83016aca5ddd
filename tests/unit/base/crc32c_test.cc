#include "base/crc32c.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

// The definition, bit by bit.
uint32_t Bitwise(std::string_view bytes, uint32_t seed) {
  uint32_t crc = ~seed;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    }
  }
  return ~crc;
}

std::vector<crc32c_ways::Way> AllWays() {
  std::vector<crc32c_ways::Way> ways = {&crc32c_ways::Tables};
  ways.push_back([](std::string_view bytes, uint32_t seed) {
    return Crc32c(bytes, seed);
  });
  if (crc32c_ways::Instruction() != nullptr) {
    ways.push_back(crc32c_ways::Instruction());
  }
  return ways;
}

// The catalogue's check value and RFC 3720, appendix B.4.
TEST(Crc32cTest, MatchesPublishedValues) {
  for (const crc32c_ways::Way way : AllWays()) {
    EXPECT_EQ(way("", 0), 0u);
    EXPECT_EQ(way("123456789", 0), 0xe3069283u);
    EXPECT_EQ(way(std::string(32, '\0'), 0), 0x8a9136aau);
    EXPECT_EQ(way(std::string(32, '\xff'), 0), 0x62a8ab43u);
  }
}

TEST(Crc32cTest, EveryWayFollowsTheDefinition) {
  Random random;
  std::string bytes;
  for (int i = 0; i < 400; ++i) {
    bytes.push_back(static_cast<char>(random.Between(0, 255)));
  }
  const auto seed = static_cast<uint32_t>(random.Between(0, 0xffffffff));
  for (const crc32c_ways::Way way : AllWays()) {
    for (size_t start = 0; start < 9; ++start) {
      for (size_t size = 0; size <= 70; ++size) {
        const auto part = std::string_view(bytes).substr(start, size);
        ASSERT_EQ(way(part, seed), Bitwise(part, seed)) << start << ' ' << size;
      }
    }
    EXPECT_EQ(way(bytes, seed), Bitwise(bytes, seed));
  }
}

TEST(Crc32cTest, ContinuesFromASeed) {
  for (const crc32c_ways::Way way : AllWays()) {
    EXPECT_EQ(way("6789", way("12345", 0)), way("123456789", 0));
  }
}

}  // namespace
}  // namespace drawdown
