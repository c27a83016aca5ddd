#include "example/gzip.h"

#include <string>

#include "base/source.h"
#include "example/random.h"
#include "gtest/gtest.h"

namespace drawdown::example {
namespace {

// Unpacked by zlib, which checks the length and the CRC.
std::string Unpacked(const std::string& packed) {
  const std::string path = testing::TempDir() + "example_gzip_test.gz";
  FILE* file = fopen(path.c_str(), "wb");
  fwrite(packed.data(), 1, packed.size(), file);
  fclose(file);
  auto source = OpenSource(path);
  EXPECT_TRUE(source.ok()) << source.status();
  std::string bytes;
  char buffer[4096];
  for (;;) {
    const auto read = (*source)->Read(buffer, sizeof buffer);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok() || *read == 0) return bytes;
    bytes.append(buffer, *read);
  }
}

std::string Noise(size_t size, int64_t letters, uint64_t seed) {
  Random random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random.Between(0, letters - 1));
  }
  return bytes;
}

TEST(Gzip, UnpacksToWhatWasPacked) {
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("abcabcabcabc"),
        std::string(100'000, 'x'), Noise(70'000, 256, 1), Noise(70'000, 2, 2),
        Noise(300'000, 4, 3)}) {
    EXPECT_EQ(Unpacked(Gzip(bytes)), bytes) << bytes.size();
  }
}

// Every match length and distances around each power of two.
TEST(Gzip, KeepsEveryLengthAndDistance) {
  const std::string noise = Noise(34'000, 256, 4);
  std::string bytes;
  for (size_t length = 3; length <= 260; ++length) {
    bytes += noise.substr(length * 100, length);
    bytes.push_back(static_cast<char>(length));
    bytes += noise.substr(length * 100, length);
  }
  EXPECT_EQ(Unpacked(Gzip(bytes)), bytes);
  for (size_t distance :
       {5u,      6u,      7u,      8u,      9u,      12u,    13u,
        24u,     25u,     192u,    193u,    1024u,   1025u,  16'384u,
        16'385u, 24'577u, 32'766u, 32'767u, 32'768u, 32'769u}) {
    const std::string far = noise.substr(0, distance) + noise.substr(0, 300);
    EXPECT_EQ(Unpacked(Gzip(far)), far) << distance;
  }
}

TEST(Gzip, PacksRepeatedText) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "the same row of a bill, again\n";
  EXPECT_LT(Gzip(text).size(), text.size() / 50);
}

}  // namespace
}  // namespace drawdown::example
