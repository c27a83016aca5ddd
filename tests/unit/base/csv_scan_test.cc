#include "base/csv_scan.h"

#include <string>

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

TEST(CsvScanTest, FindsTheBytesThatMeanSomething) {
  std::string bytes(kScanBytes, 'x');
  bytes[0] = ',';
  bytes[1] = '"';
  bytes[15] = '\n';
  bytes[16] = '\r';
  bytes[62] = '\0';
  bytes[63] = '\x80';
  for (size_t i = 0; i < 3; ++i) bytes[20 + i] = "LlN"[i];
  const CsvMasks masks = ScanCsv(bytes.data());
  EXPECT_EQ(masks.comma, uint64_t{1});
  EXPECT_EQ(masks.quote, uint64_t{1} << 1);
  EXPECT_EQ(masks.line_feed, uint64_t{1} << 15);
  EXPECT_EQ(masks.carriage_return, uint64_t{1} << 16);
  EXPECT_EQ(masks.nul, uint64_t{1} << 62);
  EXPECT_EQ(masks.high, uint64_t{1} << 63);
  EXPECT_EQ(masks.null_last, uint64_t{7} << 20);
}

TEST(CsvScanTest, ParityIsOfTheBitsUpToEach) {
  EXPECT_EQ(PrefixParity(0), 0u);
  EXPECT_EQ(PrefixParity(1), ~uint64_t{0});
  // Set: bits 1, 4 and 7.
  constexpr uint64_t kBits = 0b1001'0010;
  EXPECT_EQ(PrefixParity(kBits), 0b1110 | ~uint64_t{0x7f});
}

}  // namespace
}  // namespace drawdown
