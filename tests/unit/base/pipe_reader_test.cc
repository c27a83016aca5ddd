#include "base/pipe_reader.h"

#include <algorithm>

#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using Table = std::vector<std::vector<std::string>>;

// Hands out its bytes in pieces of at most `piece`, as a pipe would.
class PipeSource : public Source {
 public:
  PipeSource(std::string bytes, size_t piece)
      : bytes_(std::move(bytes)), piece_(piece) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    const size_t count =
        std::min({capacity, piece_, bytes_.size() - position_});
    bytes_.copy(buffer, count, position_);
    position_ += count;
    return count;
  }
  absl::Status Rewind() override { return absl::OkStatus(); }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return bytes_.size(); }

 private:
  std::string name_ = "f.txt";
  std::string bytes_;
  size_t piece_;
  size_t position_ = 0;
};

// The header, then every row; the first error instead.
absl::StatusOr<Table> ReadTable(const std::string& bytes,
                                const CsvLimits& limits = {},
                                size_t piece = 1 << 20) {
  PipeSource source(bytes, piece);
  PipeReader reader(&source, limits);
  RETURN_IF_ERROR(reader.ReadHeader());
  Table table = {reader.header()};
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return table;
    table.emplace_back(reader.fields().begin(), reader.fields().end());
  }
}

TEST(PipeReaderTest, ReadsTables) {
  const Table expected = {{"A", "B"}, {"1", ""}, {"", "\"2, x\""}};
  const std::string cases[] = {
      "A|B\n1|\n|\"2, x\"\n",
      "A|B\r\n1|\r\n|\"2, x\"\r\n",
      "\xef\xbb\xbf"
      "A|B\n\n1|\n\n|\"2, x\"\n\n",
      "A|B|\n1||\n|\"2, x\"|\n",
  };
  for (const std::string& text : cases) {
    for (const size_t piece : {1, 2, 3, 1'000}) {
      const auto table = ReadTable(text, {}, piece);
      ASSERT_THAT(table, IsOk()) << text;
      EXPECT_EQ(*table, expected) << text << " in pieces of " << piece;
    }
  }
}

TEST(PipeReaderTest, ReadsOneColumn) {
  EXPECT_EQ(*ReadTable("A\n1\n"), (Table{{"A"}, {"1"}}));
}

TEST(PipeReaderTest, FindsColumnsInAnyCase) {
  PipeSource source("JobIDRaw|State\n", 100);
  PipeReader reader(&source);
  ASSERT_THAT(reader.ReadHeader(), IsOk());
  EXPECT_EQ(reader.Column("jobidraw"), 0);
  EXPECT_EQ(reader.Column("STATE"), 1);
  EXPECT_EQ(reader.Column("Job"), -1);
}

TEST(PipeReaderTest, NamesWhatIsWrong) {
  const struct {
    std::string bytes;
    const char* message;
  } kCases[] = {
      {"", "empty"},
      {"A|B|a\n", "f.txt:1: column \"a\" is twice"},
      {"A||B\n", "f.txt:1: column 2 has no name"},
      {"A|B\n1|23", "f.txt:2: the last row has no line end"},
      {"A|B", "f.txt:1: the last row has no line end"},
      {"\n", "f.txt:1: column 1 has no name"},
      {"A|B\n1|2\n1\n", "f.txt:3: 1 fields, the header has 2"},
      {"A|B\n1|2|3\n", "f.txt:2: 3 fields, the header has 2"},
      {"A|B\n1|2|\n", "f.txt:2: 3 fields, the header has 2"},
      {"A|B|\n1|2\n", "f.txt:2: 2 fields, the header has 2"},
      {"A|B|\n1|2|3|\n", "f.txt:2: 3 fields, the header has 2"},
      {std::string("A|B\n1|\0\n", 8), "f.txt:2: NUL byte"},
      {std::string("A\0|B\n", 5), "f.txt:1: NUL byte"},
      {"A|B\n1|\xff\n", "f.txt:2: not UTF-8"},
      {"A|B\n1\r|2\n", "f.txt:2: carriage return"},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(ReadTable(one.bytes), IsError(ErrorCode::kBadCsv, one.message));
  }
}

TEST(PipeReaderTest, KeepsItsLimits) {
  CsvLimits limits;
  limits.max_field_bytes = 4;
  limits.max_row_bytes = 8;
  limits.max_columns = 3;
  limits.max_rows = 2;
  EXPECT_THAT(ReadTable("A|B\n12345|\n", limits),
              IsError(ErrorCode::kBadCsv, "f.txt:2: field of 5 bytes"));
  EXPECT_THAT(ReadTable("A|B\n1234|1234\n", limits),
              IsError(ErrorCode::kBadCsv, "f.txt:2: row of 9 bytes"));
  EXPECT_THAT(ReadTable("A|B|C|D\n", limits),
              IsError(ErrorCode::kBadCsv, "more than 3 columns"));
  EXPECT_THAT(ReadTable("A\n1\n2\n3\n", limits),
              IsError(ErrorCode::kBadCsv, "f.txt:4: more than 2 rows"));
  EXPECT_THAT(ReadTable("A|B\n1|2\n3|4\n", limits), IsOk());
  // A line that never ends is refused before it is all in memory.
  PipeSource endless("A\n" + std::string(8 << 20, 'x'), 1 << 16);
  PipeReader reader(&endless);
  ASSERT_THAT(reader.ReadHeader(), IsOk());
  EXPECT_THAT(reader.Next(), IsError(ErrorCode::kBadCsv, "row over the limit"));
  EXPECT_LT(endless.position(), 2u << 20);
}

TEST(PipeReaderTest, RandomBytesAreATableOrANamedError) {
  std::mt19937_64 random(TestSeed());
  constexpr std::string_view kBytes("A|1\n\r\0\xff b", 9);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (size_t i = random() % 24; i > 0; --i) {
      bytes.push_back(kBytes[random() % kBytes.size()]);
    }
    const auto whole = ReadTable(bytes);
    const auto pieces = ReadTable(bytes, {}, 1 + random() % 3);
    ASSERT_EQ(whole.status(), pieces.status());
    if (whole.ok()) {
      ASSERT_EQ(*whole, *pieces);
      for (const auto& row : *whole) ASSERT_EQ(row.size(), (*whole)[0].size());
    } else {
      ASSERT_EQ(GetErrorCode(whole.status()), ErrorCode::kBadCsv);
    }
  }
}

}  // namespace
}  // namespace drawdown
