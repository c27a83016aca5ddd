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
      const CsvMasks fast = ScanCsv(bytes.data());
      const CsvMasks slow = ScanCsvBytes(bytes.data(), bytes.size());
      ASSERT_EQ(fast.special, slow.special) << value << " at " << place;
      ASSERT_EQ(fast.high, slow.high) << value << " at " << place;
    }
  }
}

TEST(CsvScanTest, WalksEverySpecialByteInOrder) {
  constexpr unsigned kSeed = 20261003;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  const std::string_view alphabet("ab,\"\n\r\0\xc3", 8);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += alphabet[random() % 8];
    std::vector<size_t> expected;
    for (size_t i = 0; i < size; ++i) {
      if (IsCsvSpecial(bytes[i])) expected.push_back(i);
    }
    CsvScanner scanner;
    scanner.Reset(bytes.data(), bytes.data() + size);
    std::vector<size_t> found;
    const char* at = nullptr;
    while ((at = scanner.Next()) != bytes.data() + size) {
      found.push_back(static_cast<size_t>(at - bytes.data()));
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(scanner.TakeSawHigh(), bytes.find('\xc3') != std::string::npos);
  }
}

}  // namespace
}  // namespace drawdown
