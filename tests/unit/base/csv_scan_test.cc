#include "base/csv_scan.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(CsvScanTest, BlocksAgreeWithBytesForEveryByteAtEveryPlace) {
  for (int value = 0; value < 256; ++value) {
    for (size_t place = 0; place < kScanBytes; ++place) {
      std::string bytes(kScanBytes, 'x');
      bytes[place] = static_cast<char>(value);
      ASSERT_TRUE(ScanCsv(bytes.data()) == ScanCsvBytes(bytes.data()))
          << value << " at " << place;
    }
  }
}

TEST(CsvScanTest, ManyBlocksAgreeWithBytes) {
  std::mt19937 random(20'261'129);
  for (size_t blocks = 0; blocks <= 40; ++blocks) {
    std::string bytes(blocks * kScanBytes, 'x');
    for (char& byte : bytes) {
      if (random() % 3 == 0) byte = "\",\n\r\0\x80\xff"[random() % 7];
    }
    std::vector<CsvMasks> masks(blocks);
    ScanCsvBlocks(bytes.data(), blocks, masks.data());
    for (size_t i = 0; i < blocks; ++i) {
      ASSERT_TRUE(masks[i] == ScanCsvBytes(bytes.data() + i * kScanBytes))
          << "block " << i << " of " << blocks;
    }
  }
}

TEST(CsvScanTest, FindsTheBytesThatMeanSomething) {
  std::string bytes(kScanBytes, 'x');
  bytes[0] = ',';
  bytes[1] = '"';
  bytes[15] = '\n';
  bytes[16] = '\r';
  bytes[62] = '\0';
  bytes[63] = '\x80';
  const CsvMasks masks = ScanCsv(bytes.data());
  EXPECT_EQ(masks.comma, uint64_t{1});
  EXPECT_EQ(masks.quote, uint64_t{1} << 1);
  EXPECT_EQ(masks.line_feed, uint64_t{1} << 15);
  EXPECT_EQ(masks.carriage_return, uint64_t{1} << 16);
  EXPECT_EQ(masks.nul, uint64_t{1} << 62);
  EXPECT_EQ(masks.high, uint64_t{1} << 63);
}

TEST(CsvScanTest, ParityIsOfTheBitsUpToEach) {
  EXPECT_EQ(PrefixParity(0), 0u);
  EXPECT_EQ(PrefixParity(1), ~uint64_t{0});
  // Set: bits 1, 4 and 7.
  EXPECT_EQ(PrefixParity(0b1001'0010), 0b1110 | ~uint64_t{0x7f});
}

}  // namespace
}  // namespace drawdown
