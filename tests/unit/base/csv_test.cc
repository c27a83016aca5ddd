#include "base/csv.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/csv_blocks.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<std::string>>;

// Hands out its bytes in pieces of at most `piece`, as a pipe would.
class PiecesSource : public Source {
 public:
  PiecesSource(std::string bytes, size_t piece)
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
  std::string name_ = "f.csv";
  std::string bytes_;
  size_t piece_;
  size_t position_ = 0;
};

// The header, then every row; the first error instead.
absl::StatusOr<Rows> ReadRows(const std::string& bytes,
                              const CsvLimits& limits = {},
                              size_t piece = 1 << 20) {
  PiecesSource source(bytes, piece);
  CsvReader reader(&source, limits);
  RETURN_IF_ERROR(reader.ReadHeader());
  Rows rows = {reader.header()};
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return rows;
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
  }
}

struct Accepted {
  const char* what;
  std::string bytes;
  Rows rows;
};

TEST(CsvReaderTest, AcceptsTheDialect) {
  const std::vector<Accepted> cases = {
      {"header only", "a,b", {{"a", "b"}}},
      {"header only, LF", "a,b\n", {{"a", "b"}}},
      {"no final line end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
      {"byte order mark",
       "\xef\xbb\xbf"
       "a,b\n1,2",
       {{"a", "b"}, {"1", "2"}}},
      {"mark, then quote", "\xef\xbb\xbf\"a\"\n1", {{"a"}, {"1"}}},
      {"empty fields", "a,b,c\n,,\n", {{"a", "b", "c"}, {"", "", ""}}},
      {"blank lines", "\n\na\n\n1\n\n\n2\n\n", {{"a"}, {"1"}, {"2"}}},
      {"blank CRLF lines", "a\r\n\r\n1\r\n\r\n", {{"a"}, {"1"}}},
      {"a blank is a field", "a\n \n", {{"a"}, {" "}}},
      {"quoted empty", "a\n\"\"\n", {{"a"}, {""}}},
      {"quoted comma", "a,b\n\"1,2\",3\n", {{"a", "b"}, {"1,2", "3"}}},
      {"doubled quotes", "a\n\"\"\"x\"\" \"\"\"\n", {{"a"}, {"\"x\" \""}}},
      {"only quotes", "a\n\"\"\"\"\n", {{"a"}, {"\""}}},
      {"quoted LF", "a\n\"x\ny\"\n", {{"a"}, {"x\ny"}}},
      {"quoted CR and CRLF", "a\n\"x\r\ny\rz\"\n", {{"a"}, {"x\r\ny\rz"}}},
      {"LF in a CRLF file", "a\r\n\"x\ny\"\r\n", {{"a"}, {"x\ny"}}},
      {"quote at the end", "a,b\n1,\"2\"", {{"a", "b"}, {"1", "2"}}},
      {"comma at the end", "a,b\n1,", {{"a", "b"}, {"1", ""}}},
      {"UTF-8",
       "a\nK\xc3\xb6ln \xe6\x9d\xb1\n",
       {{"a"}, {"K\xc3\xb6ln \xe6\x9d\xb1"}}},
      {"tabs and controls", "a\nx\ty\x01z\n", {{"a"}, {"x\ty\x01z"}}},
  };
  for (const Accepted& test : cases) {
    for (const size_t piece : {1, 2, 3, 1 << 20}) {
      const auto rows = ReadRows(test.bytes, {}, piece);
      ASSERT_TRUE(rows.ok()) << test.what << ": " << rows.status();
      EXPECT_EQ(*rows, test.rows) << test.what << " by " << piece;
    }
  }
}

struct Refused {
  std::string bytes;
  const char* message;
};

CsvLimits SmallLimits() {
  CsvLimits limits;
  limits.max_field_bytes = 10;
  limits.max_row_bytes = 40;
  limits.max_columns = 4;
  limits.max_rows = 3;
  return limits;
}

TEST(CsvReaderTest, RefusesWhatIsDoubtfulWithLineAndByte) {
  const std::vector<Refused> cases = {
      {"", "f.csv:1: byte 0: the file is empty: no header row"},
      {"\xef\xbb\xbf", "f.csv:1: byte 3: the file is empty: no header row"},
      {"\n\n", "byte 2: the file is empty: no header row"},
      {std::string("PK\3\4\0\0", 6),
       "f.csv:1: byte 0: a ZIP file or a workbook, not CSV"},
      {"PAR1\x15", "f.csv:1: byte 0: Parquet, not CSV"},
      {"{\"a\": 1}\n", "f.csv:1: byte 0: JSON, not CSV"},
      {"<!DOCTYPE html>", "f.csv:1: byte 0: HTML or XML, not CSV"},
      {"\xff\xfe"
       "a",
       "f.csv:1: byte 0: UTF-16 byte order mark"},
      {"\xfe\xff"
       "a",
       "f.csv:1: byte 0: UTF-16 byte order mark"},
      {std::string("a\0,\0b\0", 6),
       "f.csv:1: byte 1: NUL byte (is this UTF-16"},
      {std::string("a\n\"x\0\"", 6), "f.csv:2: byte 4: NUL byte"},
      {"a\nx\xffy\n", "f.csv:2: byte 3: not UTF-8"},
      {"a\n\"\xc0\x80\"\n", "f.csv:2: byte 3: not UTF-8"},
      {"a\xff\n1\n", "f.csv:1: byte 1: not UTF-8"},
      {"a,b\n1,2\nx\"y,2\n", "f.csv:3: byte 9: stray quote in an unquoted"},
      {"a\n\"x\"y\n", "f.csv:2: byte 5: text after a closing quote"},
      {"a\n\"x\" \n", "f.csv:2: byte 5: text after a closing quote"},
      {"\"a\";\"b\"\n",
       "f.csv:1: byte 3: a separator after a closing quote "
       "that is no comma"},
      {"a\n\"x\"\"\n", "f.csv:2: byte 2: quote is never closed"},
      {"a\n\"xy", "f.csv:2: byte 2: quote is never closed"},
      {"a\n1\r2\n", "f.csv:2: byte 3: carriage return without a line feed"},
      {"a\n1\r", "f.csv:2: byte 3: carriage return without a line feed"},
      {"a\r1\r", "f.csv:1: byte 1: carriage return without a line feed"},
      {"a\n\"1\"\r2", "f.csv:2: byte 5: carriage return without a line feed"},
      {"a\r\n1\n", "f.csv:2: byte 4: line ends with LF, the lines before"},
      {"a\n1\r\n", "f.csv:2: byte 3: line ends with CRLF, the lines before"},
      {"a\n\r\n", "f.csv:2: byte 2: line ends with CRLF"},
      {"a,b\n1,2\n1\n", "f.csv:3: byte 8: 1 fields, the header has 2"},
      {"a,b\n1,2,3\n", "f.csv:2: byte 4: 3 fields, the header has 2"},
      {"a,b\n\"1\n2\",3\n4\n", "f.csv:4: byte 12: 1 fields, the header has 2"},
      {"a,,c\n", "f.csv:1: column 2 has no name in the header"},
      {"a,b,a\n", "f.csv:1: column \"a\" is twice in the header"},
      {"a,b,c,d,e\n", "f.csv:1: byte 8: more than 4 columns, the limit"},
      {"a\n12345678901\n", "f.csv:2: byte 2: field of 11 bytes, the limit is"},
      {"a\n\"12345678901\"\n", "f.csv:2: byte 3: field of 11 bytes"},
      {"a,b,c,d\n1234567890,1234567890,1234567890,12345678\n",
       "f.csv:2: byte 8: row of 42 bytes, the limit is 40"},
      {"a\n1\n2\n3\n4\n", "f.csv:5: byte 8: more than 3 rows, the limit"},
  };
  for (const Refused& test : cases) {
    for (const size_t piece : {1, 1 << 20}) {
      const auto rows = ReadRows(test.bytes, SmallLimits(), piece);
      ASSERT_FALSE(rows.ok()) << test.bytes;
      EXPECT_EQ(GetErrorCode(rows.status()), ErrorCode::kBadCsv);
      EXPECT_THAT(std::string(rows.status().message()),
                  HasSubstr(test.message));
    }
  }
}

struct Doubtful {
  std::string row;
  uint64_t byte;  // of the row
  const char* message;
};

// Rows are split in long stretches: none may hide in one, at whatever place.
TEST(CsvReaderTest, WhatIsDoubtfulIsFoundAmongManyRows) {
  const std::vector<Doubtful> cases = {
      {"x,y\"z,w", 3, "stray quote in an unquoted"},
      {"x\"y\",z,w", 1, "stray quote in an unquoted"},
      {"x,\"y\"z,w", 5, "text after a closing quote"},
      {"x,\"y\" ,w", 5, "text after a closing quote"},
      {std::string("x,y\0,w", 6), 3, "NUL byte"},
      {std::string("x,\"y\0\",w", 8), 4, "NUL byte"},
      {"x\ry,z,w", 1, "carriage return without a line feed"},
      {"x,y,\"z\"\r", 7, "line ends with CRLF, the lines before with LF"},
      {"x,y", 0, "2 fields, the header has 3"},
      {"x,y,z,w", 0, "4 fields, the header has 3"},
      {"x,\"\xc3\",w", 3, "not UTF-8"},
  };
  constexpr const char* kGood[] = {"1,2,3", "\"a,b\",,\"\"\"d\"\"\"",
                                   "\"x\ny\",K\xc3\xb6ln,\"\""};
  constexpr unsigned kSeed = 20261129;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (const Doubtful& test : cases) {
    for (int before = 0; before < 70; ++before) {
      std::string text = "a,b,c\n";
      const auto add_good = [&] {
        text += kGood[random() % 3];
        text += '\n';
      };
      for (int i = 0; i < before; ++i) add_good();
      const std::string place =
          absl::StrCat("f.csv:", 1 + std::count(text.begin(), text.end(), '\n'),
                       ": byte ", text.size() + test.byte, ": ", test.message);
      text += test.row + '\n';
      for (int i = 0; i < 20; ++i) add_good();
      const auto rows = ReadRows(text);
      ASSERT_FALSE(rows.ok()) << test.row;
      EXPECT_THAT(std::string(rows.status().message()), HasSubstr(place));
    }
  }
}

TEST(CsvReaderTest, BlankLinesAreSkippedAmongManyRows) {
  for (const std::string line_end : {"\n", "\r\n"}) {
    std::string text = "a" + line_end;
    Rows expected = {{"a"}};
    for (int i = 0; i < 50; ++i) {
      absl::StrAppend(&text, line_end, i, line_end, line_end);
      expected.push_back({absl::StrCat(i)});
    }
    const auto rows = ReadRows(text);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(*rows, expected);
  }
}

TEST(CsvReaderTest, LimitsHoldAmongManyRows) {
  CsvLimits limits;
  limits.max_field_bytes = 70;
  limits.max_row_bytes = 140;
  limits.max_rows = 100;
  const auto row = [](size_t first, size_t second) {
    return std::string(first, 'x') + "," + std::string(second, 'y') + "\n";
  };
  const auto read = [&](const std::string& bad) {
    std::string text = "a,b\n";
    for (int i = 0; i < 50; ++i) text += row(60, 60);
    text += bad;
    for (int i = 0; i < 20; ++i) text += row(60, 60);
    return ReadRows(text, limits);
  };
  EXPECT_TRUE(read(row(70, 68)).ok()) << "70, a comma, 68 and the line end";
  EXPECT_THAT(std::string(read(row(71, 60)).status().message()),
              HasSubstr("f.csv:52: byte 6104: field of 71 bytes, the limit"));
  EXPECT_THAT(std::string(read(row(70, 69)).status().message()),
              HasSubstr("f.csv:52: byte 6104: row of 141 bytes, the limit"));
  std::string many;
  for (int i = 0; i < 30; ++i) many += row(1, 1);
  EXPECT_TRUE(read(many).ok());
  EXPECT_THAT(std::string(read(many + many).status().message()),
              HasSubstr("f.csv:102: byte "));
  limits.max_row_bytes = 60;
  limits.max_field_bytes = 1'000;
  EXPECT_THAT(std::string(read("").status().message()),
              HasSubstr("f.csv:2: byte 4: row of 122 bytes, the limit is 60"));
}

TEST(CsvReaderTest, LimitsAreInclusive) {
  const std::string row = "1234567890,1234567890,1234567890,123456\n";
  EXPECT_TRUE(ReadRows("a,b,c,d\n" + row + row + row, SmallLimits()).ok());
}

TEST(CsvReaderTest, AnUnclosedQuoteDoesNotEatTheMemory) {
  std::string bytes = "a\n\"";
  bytes.append(5 << 20, 'x');
  const auto rows = ReadRows(bytes);
  EXPECT_THAT(std::string(rows.status().message()),
              HasSubstr("f.csv:2: byte 2: row over the limit of 1048576"));
}

TEST(CsvReaderTest, AnErrorStays) {
  PiecesSource source("a\n1,2\n3\n", 100);
  CsvReader reader(&source);
  ASSERT_TRUE(reader.ReadHeader().ok());
  const absl::Status first = reader.Next().status();
  EXPECT_FALSE(first.ok());
  EXPECT_EQ(reader.Next().status(), first);
}

TEST(CsvReaderTest, ASourceErrorIsPassedOn) {
  class FailingSource : public PiecesSource {
   public:
    FailingSource() : PiecesSource("", 1) {}
    absl::StatusOr<size_t> Read(char*, size_t) override {
      return MakeError(ErrorCode::kBadInput, "f.csv: broken");
    }
  };
  FailingSource source;
  CsvReader reader(&source);
  EXPECT_EQ(GetErrorCode(reader.ReadHeader()), ErrorCode::kBadInput);
}

TEST(CsvReaderTest, TellsLineRowQuotingAndColumns) {
  PiecesSource source("a,b\n\n\"x\ny\",NULL\nz,\"NULL\"\n", 100);
  CsvReader reader(&source);
  ASSERT_TRUE(reader.ReadHeader().ok());
  EXPECT_EQ(reader.Column("b"), 1);
  EXPECT_EQ(reader.Column("B"), -1);
  ASSERT_TRUE(*reader.Next());
  EXPECT_EQ(reader.line(), 3u);
  EXPECT_EQ(reader.row(), 1u);
  EXPECT_TRUE(reader.quoted(0));
  EXPECT_FALSE(reader.quoted(1));
  ASSERT_TRUE(*reader.Next());
  EXPECT_EQ(reader.Where(), "f.csv:5");
  EXPECT_EQ(reader.row(), 2u);
  EXPECT_TRUE(reader.quoted(1));
  EXPECT_FALSE(*reader.Next());
  EXPECT_FALSE(*reader.Next()) << "the end stays";
}

// Rows of random fields, written with random needless quoting.
std::string RandomCsv(std::mt19937* random, size_t bytes, Rows* rows) {
  const std::string_view alphabet("abc,\"\n\r\xc3", 8);
  const std::string newline = (*random)() % 2 == 0 ? "\n" : "\r\n";
  std::string text = "h0,h1,h2" + newline;
  *rows = {{"h0", "h1", "h2"}};
  while (text.size() < bytes) {
    std::vector<std::string> fields(3);
    for (std::string& field : fields) {
      const size_t size = (*random)() % 100 == 0 ? 50'000 : (*random)() % 20;
      for (size_t i = 0; i < size; ++i) {
        field += alphabet[(*random)() % 8];
        if (field.back() == '\xc3') field += '\xb6';
      }
      if (&field != fields.data()) text += ',';
      const bool needs = field.find_first_of(",\"\r\n") != std::string::npos;
      if (needs || (*random)() % 2 == 0) {
        text += '"';
        for (const char c : field)
          text += c == '"' ? "\"\"" : std::string(1, c);
        text += '"';
      } else {
        text += field;
      }
    }
    text += newline;
    rows->push_back(std::move(fields));
  }
  return text;
}

TEST(CsvReaderTest, RandomFilesAcrossBlockEdges) {
  constexpr unsigned kSeed = 20261122;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 4; ++round) {
    Rows expected;
    const std::string text = RandomCsv(&random, 3 * kCsvBlockBytes, &expected);
    const auto rows = ReadRows(text, {}, 1 + random() % 100'000);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_TRUE(*rows == expected) << "round " << round;
  }
}

// A row of every length around the block size must not lose a byte.
TEST(CsvReaderTest, RowsThatEndAtEveryPlaceAroundABlockEdge) {
  CsvLimits limits;
  limits.max_field_bytes = 1 << 20;
  for (size_t size = kCsvBlockBytes - 16; size < kCsvBlockBytes + 8; ++size) {
    const std::string field(size, 'x');
    const std::string text = "a,b\r\n" + field + ",\"\"\"\"\r\n1,2\r\n";
    const auto rows = ReadRows(text, limits);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_TRUE(*rows == (Rows{{"a", "b"}, {field, "\""}, {"1", "2"}}));
  }
}

struct Written {
  std::string value;
  std::string field;
  std::string text;
};

TEST(CsvWriterTest, QuotesWhatNeedsItAndMakesFormulasInert) {
  const std::vector<Written> cases = {
      {"", "", ""},
      {"abc", "abc", "abc"},
      {"a,b", "\"a,b\"", "\"a,b\""},
      {"a\"b", "\"a\"\"b\"", "\"a\"\"b\""},
      {"a\nb", "\"a\nb\"", "\"a\nb\""},
      {"a\rb", "\"a\rb\"", "\"a\rb\""},
      {"-1", "-1", "'-1"},
      {"=1+2", "=1+2", "'=1+2"},
      {"+1", "+1", "'+1"},
      {"@SUM(A1)", "@SUM(A1)", "'@SUM(A1)"},
      {"\tx", "\tx", "'\tx"},
      {"\rx", "\"\rx\"", "\"'\rx\""},
      {"=A1,B1", "\"=A1,B1\"", "\"'=A1,B1\""},
      {"\xef\xbc\x9d"
       "1",
       "\xef\xbc\x9d"
       "1",
       "'\xef\xbc\x9d"
       "1"},
      {"\xef\xbc\x8b", "\xef\xbc\x8b", "'\xef\xbc\x8b"},
      {"\xef\xbc\x8d", "\xef\xbc\x8d", "'\xef\xbc\x8d"},
      {"\xef\xbc\xa0", "\xef\xbc\xa0", "'\xef\xbc\xa0"},
      {"\xef\xb9\xa6", "\xef\xb9\xa6", "'\xef\xb9\xa6"},
      {"\xe2\x81\xba", "\xe2\x81\xba", "'\xe2\x81\xba"},
      {"\xe2\xa9\xb6", "\xe2\xa9\xb6", "'\xe2\xa9\xb6"},
      {"a=b", "a=b", "a=b"},
  };
  for (const Written& test : cases) {
    std::string field = "x|";
    AppendCsvField(test.value, &field);
    EXPECT_EQ(field, "x|" + test.field);
    std::string text;
    AppendCsvText(test.value, &text);
    EXPECT_EQ(text, test.text);
  }
}

TEST(CsvWriterTest, WhatIsWrittenIsReadBack) {
  const std::vector<std::string> values = {"a\"b", ",", "\r\n", "\"", "x y"};
  std::string bytes = "a,b,c,d,e\n";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) bytes += ',';
    AppendCsvField(values[i], &bytes);
  }
  const auto rows = ReadRows(bytes);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[1], values);
}

}  // namespace
}  // namespace drawdown
