#include "base/csv_blocks.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(LastRowEndTest, IsAfterALineFeedThatIsInNoQuotes) {
  EXPECT_EQ(LastRowEnd(""), 0u);
  EXPECT_EQ(LastRowEnd("a,b"), 0u);
  EXPECT_EQ(LastRowEnd("a,b\n"), 4u);
  EXPECT_EQ(LastRowEnd("a\nb\nc"), 4u);
  EXPECT_EQ(LastRowEnd("a\n\"b\nc"), 2u);
  EXPECT_EQ(LastRowEnd("\"a\nb\nc"), 0u);
  EXPECT_EQ(LastRowEnd("\"a\nb\"\nc"), 6u);
  EXPECT_EQ(LastRowEnd("\"a\"\"\n\"\"b\"\r\n\"c\n\nd"), 11u);
}

struct Blocks {
  std::vector<std::string> texts;
  std::vector<bool> at_end;
};

Blocks ReadBlocks(const std::string& text, size_t max_row_bytes) {
  const auto source = MemorySource("x.csv", text);
  CsvBlocks blocks(source.get(), max_row_bytes);
  Blocks all;
  CsvBlock block;
  while (true) {
    const auto more = blocks.Next(&block);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) break;
    all.texts.emplace_back(block.begin, block.end);
    all.at_end.push_back(block.at_end);
    EXPECT_EQ(std::count(block.end, block.end + kScanBytes, ' '),
              static_cast<ptrdiff_t>(kScanBytes));
  }
  EXPECT_FALSE(*blocks.Next(&block));
  return all;
}

// Rows of several lines, of no byte, and longer than a block.
TEST(CsvBlocksTest, AreWholeRowsAndAllOfTheFile) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    std::string text;
    std::vector<size_t> ends;  // of rows
    for (uint32_t rows = random() % 3'000; rows > 0; --rows) {
      const size_t length = random() % 300 == 0
                                ? random() % (kCsvBlockBytes * 3 / 2)
                                : random() % 300;
      std::string field(length, 'x');
      for (char& c : field) {
        if (random() % 40 == 0) c = '\n';
      }
      absl::StrAppend(&text, "a,", random() % 4 == 0 ? "" : "\"q\"\"\n\",",
                      length == 0 ? "" : "\"" + field + "\"", "\n");
      ends.push_back(text.size());
    }
    if (random() % 2 == 0) text += "no line end";
    ends.push_back(text.size());
    const Blocks blocks = ReadBlocks(text, 1 << 20);
    size_t end = 0;
    for (size_t i = 0; i < blocks.texts.size(); ++i) {
      ASSERT_FALSE(blocks.texts[i].empty());
      ASSERT_EQ(text.compare(end, blocks.texts[i].size(), blocks.texts[i]), 0);
      end += blocks.texts[i].size();
      EXPECT_TRUE(std::binary_search(ends.begin(), ends.end(), end)) << end;
      EXPECT_TRUE(i + 1 == blocks.texts.size() || !blocks.at_end[i]);
    }
    EXPECT_EQ(end, text.size());
  }
}

TEST(CsvBlocksTest, ARowOverTheLimitIsTheLastBlock) {
  const std::string rows = "a,b\n1,2\n";
  const std::string endless = "\"" + std::string(3 << 20, 'x') + "\n";
  const Blocks blocks = ReadBlocks(rows + endless, 1'000);
  ASSERT_EQ(blocks.texts.size(), 2u);
  EXPECT_EQ(blocks.texts[0], rows);
  EXPECT_GT(blocks.texts[1].size(), 1'000u);
  EXPECT_LT(blocks.texts[1].size(), endless.size());
  EXPECT_FALSE(blocks.at_end[1]);
}

TEST(CsvBlocksTest, ErrorsAreTheSources) {
  class Failing : public Source {
   public:
    absl::StatusOr<size_t> Read(char*, size_t) override {
      return absl::DataLossError("broken");
    }
    absl::Status Rewind() override { return absl::OkStatus(); }
    const std::string& name() const override { return name_; }
    uint64_t position() const override { return 0; }
    uint64_t size() const override { return 0; }

   private:
    std::string name_ = "x.csv";
  };
  Failing source;
  CsvBlocks blocks(&source, 1'000);
  CsvBlock block;
  EXPECT_EQ(blocks.Next(&block).status().message(), "broken");
}

}  // namespace
}  // namespace drawdown
