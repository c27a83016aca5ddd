// Rows split by what they are like, by each set of instructions, against the
// same rows split byte by byte.
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/csv_batch.h"
#include "base/csv_scan.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr size_t kWidth = 6;
// Columns 0, 2 and 5 vary.
const std::vector<CsvRun> kRuns = {{1, 1}, {3, 4}};

std::string RandomText(Random* random, std::string_view alphabet) {
  return random->From(alphabet, random->OneIn(3) ? random->Between(0, 150)
                                                 : random->Between(0, 20));
}

// As it may stand in a file, mostly as it should.
std::string RandomField(Random* random) {
  if (random->OneIn(3)) {
    std::string text = RandomText(random, "abcN,");
    if (random->OneIn(2)) text += random->OneIn(2) ? "\"\"" : "\"\"l";
    if (random->OneIn(20)) text += RandomText(random, "a\"\n\r\xc3\xa4");
    return "\"" + text + "\"";
  }
  if (random->OneIn(20)) return RandomText(random, "aN\"\n\r\t\xc3\xa4,");
  return RandomText(random, "abclLN0: -");
}

using Fields = std::vector<std::string>;

std::string LineOf(const Fields& fields) {
  std::string line;
  for (const std::string& field : fields) line += field + ",";
  line.back() = '\n';
  return line;
}

// The first row, which is plain and long, and one that may be like it.
std::string RandomRows(Random* random, size_t* first_size) {
  Fields fields;
  for (size_t i = 0; i < kWidth; ++i) fields.push_back(random->From("xyz", 9));
  fields[1] = random->From("abc", random->Between(80, 200));
  fields[3] = random->OneIn(2) ? "\"x,y\"" : random->From("abc", 31);
  const std::string first = LineOf(fields);
  *first_size = first.size();
  for (const size_t i : {0, 2, 5}) fields[i] = RandomField(random);
  std::string second = LineOf(fields);
  if (random->OneIn(4)) {
    second[static_cast<size_t>(
        random->Between(0, static_cast<int64_t>(second.size()) - 1))] = 'q';
  }
  if (random->OneIn(10)) second.pop_back();
  return first + second;
}

// What is known of a row.
struct Known {
  Fields fields;
  std::string raw;
  std::vector<bool> quoted;
  bool null_ending = false;

  friend bool operator==(const Known&, const Known&) = default;
};

Known KnownOf(const CsvBatch& batch, size_t row) {
  Known known;
  for (size_t i = 0; i < kWidth; ++i) {
    known.fields.emplace_back(batch.field(row, i));
    known.quoted.push_back(batch.quoted(row, i));
  }
  known.raw = batch.raw(row);
  known.null_ending = batch.null_ending(row);
  return known;
}

// The row by what it is like; nothing where it is not, or is doubtful.
std::vector<Known> SplitBy(CsvLanes lanes, const std::string& rows,
                           size_t first_size) {
  const auto source = MemorySource("x.csv", "a,b,c,d,e,f\n" + rows);
  CsvReader reader(source.get());
  EXPECT_THAT(reader.ReadHeader(), IsOk());
  CsvBatch batch;
  EXPECT_TRUE(*reader.TakeBlock(&batch));
  reader.BeginRows(&batch);
  // Up to 63 bytes of the other row are looked at beside it.
  const size_t bytes = (first_size + kScanBytes - 1) / kScanBytes * kScanBytes;
  if (!reader.SplitPlain(&batch, bytes)) return {};
  EXPECT_EQ(batch.rows(), 1u);
  if (!reader.SplitLike(&batch, batch.ModelOf(0), kRuns, lanes)) return {};
  return {KnownOf(batch, 1)};
}

TEST(CsvLikeTest, SplitsAsByteByByte) {
  Random random(17);
  size_t alike = 0;
  constexpr size_t kCases = 20'000;
  for (size_t i = 0; i < kCases; ++i) {
    size_t first_size = 0;
    const std::string rows = RandomRows(&random, &first_size);
    const std::vector<Known> narrow =
        SplitBy(CsvLanes::kNarrow, rows, first_size);
    ASSERT_TRUE(SplitBy(WidestCsvLanes(), rows, first_size) == narrow) << rows;
    if (narrow.empty()) continue;
    ++alike;
    const auto source = MemorySource("x.csv", "a,b,c,d,e,f\n" + rows);
    CsvReader reader(source.get());
    ASSERT_THAT(reader.ReadHeader(), IsOk());
    ASSERT_TRUE(*reader.Next());
    ASSERT_TRUE(*reader.Next());
    const Fields fields(reader.fields().begin(), reader.fields().end());
    ASSERT_EQ(narrow[0].fields, fields);
    for (size_t column = 0; column < kWidth; ++column) {
      ASSERT_EQ(narrow[0].quoted[column], reader.quoted(column));
    }
    for (const size_t column : {0, 2, 5}) {
      const std::string& field = fields[column];
      const bool ends =
          !field.empty() &&
          std::string_view("LlN").find(field.back()) != std::string_view::npos;
      ASSERT_TRUE(narrow[0].null_ending || !ends) << field;
    }
  }
  EXPECT_GT(alike, kCases / 4);
  EXPECT_LT(alike, kCases * 9 / 10);
}

// One byte of a run, wherever it is.
TEST(CsvLikeTest, EachByteOfARunCounts) {
  for (const size_t size : {1u, 31u, 32u, 33u, 64u, 200u}) {
    const std::string run(size, 'r');
    const std::string first = "1," + run + ",2,x,y,3" + std::string(64, '4');
    const std::string rows = first + "\n" + first + "\n";
    for (const CsvLanes lanes : {CsvLanes::kNarrow, WidestCsvLanes()}) {
      EXPECT_EQ(SplitBy(lanes, rows, first.size() + 1).size(), 1u);
      for (size_t at = 0; at < size; ++at) {
        std::string other = rows;
        other[first.size() + 1 + 2 + at] = 's';
        EXPECT_TRUE(SplitBy(lanes, other, first.size() + 1).empty())
            << size << " " << at;
      }
    }
  }
}

}  // namespace
}  // namespace drawdown
