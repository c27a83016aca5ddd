#include "bill/row_feed.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bill/column_orders.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kSeed = 5;

// A file that is read through a feed.
struct Feed {
  Feed(const std::string& text, bool ahead,
       const std::vector<uint32_t>& order = {}, const RowShape& shape = {})
      : source(MemorySource("x.csv", text)), reader(source.get()) {
    EXPECT_TRUE(reader.ReadHeader().ok());
    feed = std::make_unique<RowFeed>(&reader, source.get(), kSeed, ahead, order,
                                     shape);
  }
  std::unique_ptr<Source> source;
  CsvReader reader;
  std::unique_ptr<RowFeed> feed;
};

// Some plain, some quoted, some long, some over several lines.
std::string RandomCsv(std::mt19937& random, int rows) {
  static constexpr const char* kFields[] = {"",
                                            "1",
                                            "\"\"",
                                            "\"a,b\"",
                                            "\"two\nlines\"",
                                            "\"a \"\"b\"\"\"",
                                            "plain",
                                            "\"needless\"",
                                            "\"\"\"\"\"\"",
                                            "\xc3\xa9",
                                            "\"\xc3\xa9,\"",
                                            "\x01",
                                            "small",
                                            "NULL"};
  constexpr size_t kKinds = std::size(kFields);
  std::string text = "a,b,c\n";
  for (int i = 0; i < rows; ++i) {
    const size_t length = random() % 50 == 0 ? random() % 60'000 : 3;
    absl::StrAppend(&text, kFields[random() % kKinds], ",",
                    kFields[random() % kKinds], ",", std::string(length, 'x'),
                    "\n");
  }
  return text;
}

TEST(ColumnOrdersTest, AreThoseOfTheFirstFileWithTheSameColumns) {
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  ColumnOrders orders;
  const ColumnOrder first = orders.Next({"b", "c", "a"});
  EXPECT_THAT(first.as_first, IsEmpty());
  EXPECT_THAT(first.by_name, ElementsAre(2, 0, 1));
  EXPECT_THAT(orders.Next({"b", "c", "a"}).as_first, IsEmpty());
  const ColumnOrder turned = orders.Next({"c", "a", "b"});
  EXPECT_THAT(turned.as_first, ElementsAre(2, 0, 1));
  EXPECT_THAT(turned.by_name, ElementsAre(1, 2, 0));
  // Of other columns.
  EXPECT_THAT(orders.Next({"b", "a"}).as_first, IsEmpty());
  EXPECT_THAT(orders.Next({"a", "b"}).as_first, ElementsAre(1, 0));
}

TEST(RowFeedTest, TellsRowsApartInTheOrderThatIsGiven) {
  for (const bool ahead : {false, true}) {
    Feed turned("c,a,b\n2,3,1\n\"x,y\",,\n", ahead, {2, 0, 1});
    Feed as_it_stands("c,a,b\n2,3,1\n\"x,y\",,\n", ahead);
    Feed again("b,c,a\n1,2,3\n,\"x,y\",\n", ahead);
    for (int row = 0; row < 2; ++row) {
      for (Feed* feed : {&turned, &as_it_stands, &again}) {
        ASSERT_TRUE(*feed->feed->Next());
      }
      EXPECT_TRUE(turned.feed->note().identity == again.feed->note().identity);
      EXPECT_FALSE(as_it_stands.feed->note().identity ==
                   again.feed->note().identity);
      EXPECT_EQ(turned.feed->raw(), as_it_stands.feed->raw());
    }
  }
}

// Whether and how a field is quoted does not tell rows apart.
TEST(RowFeedTest, EqualRowsAreEqualHoweverTheyAreQuoted) {
  const std::string text =
      "a,b,c\n"
      "NULL,\"x,y\",\"a \"\"b\"\"\"\n"
      "\"NULL\",\"x,y\",\"a \"\"b\"\"\"\n"
      "NULL,\"x,y\",\"a \"\"b\"\" \"\n"
      ",,\n"
      "\"\",\"\",\"\"\n";
  for (const bool ahead : {false, true}) {
    for (const std::vector<uint32_t>& order :
         {std::vector<uint32_t>(), std::vector<uint32_t>{2, 0, 1}}) {
      Feed file(text, ahead, order);
      std::vector<std::string> raws;
      std::vector<Hash128> identities;
      std::vector<bool> nulls;
      std::vector<std::string> runs;
      while (*file.feed->Next()) {
        raws.emplace_back(file.feed->raw());
        identities.push_back(file.feed->note().identity);
        nulls.push_back(file.feed->note().spells_null);
        runs.emplace_back(file.feed->run(0, 1));
      }
      ASSERT_EQ(raws.size(), 5u);
      // As it stands.
      EXPECT_EQ(runs[1], "\"NULL\",\"x,y\"");
      EXPECT_EQ(raws[0], "NULL,\"x,y\",\"a \"\"b\"\"\"");
      EXPECT_EQ(raws[1], raws[0]);
      EXPECT_NE(raws[2], raws[0]);
      EXPECT_EQ(raws[3], ",,");
      EXPECT_EQ(raws[4], raws[3]);
      EXPECT_TRUE(identities[1] == identities[0]);
      EXPECT_FALSE(identities[2] == identities[0]);
      EXPECT_TRUE(identities[4] == identities[3]);
      EXPECT_EQ(nulls, (std::vector<bool>{true, true, true, false, false}));
    }
  }
}

TEST(RowFeedTest, GivesTheReadersRowsWithAndWithoutAThread) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const std::string text =
        RandomCsv(random, static_cast<int>(random() % 500));
    const auto source = MemorySource("x.csv", text);
    CsvReader reader(source.get());
    ASSERT_TRUE(reader.ReadHeader().ok());
    Feed ahead(text, true);
    Feed here(text, false);
    for (uint64_t rows = 0;; ++rows) {
      const auto more = reader.Next();
      ASSERT_TRUE(more.ok()) << more.status();
      for (RowFeed* feed : {ahead.feed.get(), here.feed.get()}) {
        const auto next = feed->Next();
        ASSERT_TRUE(next.ok()) << next.status();
        ASSERT_EQ(*next, *more);
        ASSERT_EQ(feed->rows(), rows + (*more ? 1 : 0));
        if (!*more) continue;
        ASSERT_EQ(feed->line(), reader.line());
        ASSERT_EQ(feed->Where(), reader.Where());
        std::string raw;
        for (size_t i = 0; i < 3; ++i) {
          ASSERT_EQ(feed->field(i), reader.fields()[i]);
          ASSERT_EQ(feed->fields()[i], reader.fields()[i]);
          ASSERT_EQ(feed->quoted(i), reader.quoted(i));
          if (i > 0) raw += ',';
          AppendCsvField(reader.fields()[i], &raw);
        }
        ASSERT_EQ(feed->raw(), raw);
        ASSERT_TRUE(feed->note().identity == FastHash(raw, kSeed));
      }
      if (!*more) break;
    }
    EXPECT_EQ(ahead.feed->position(), text.size());
  }
}

// Of columns in which rows are often alike, before, after and between others.
TEST(RowFeedTest, GivesTheSameRowsWhereTheyAreAlike) {
  const std::vector<std::vector<CsvRun>> shapes = {
      {{0, 0}}, {{2, 2}}, {{0, 0}, {2, 2}}, {{1, 1}}, {{1, 2}}, {{0, 2}}};
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const std::string text = RandomCsv(random, 1'000);
    RowShape shape;
    shape.runs = shapes[seed % shapes.size()];
    Feed plain(text, false);
    Feed alike(text, seed % 2 == 0, {}, shape);
    std::map<uint32_t, std::vector<std::string>> likes;
    uint64_t found = 0;
    while (true) {
      const auto more = plain.feed->Next();
      const auto next = alike.feed->Next();
      ASSERT_TRUE(more.ok() && next.ok());
      ASSERT_EQ(*next, *more);
      if (!*more) break;
      const RowNote& note = alike.feed->note();
      ASSERT_EQ(alike.feed->line(), plain.feed->line());
      ASSERT_EQ(alike.feed->raw(), plain.feed->raw());
      ASSERT_EQ(note.identity, plain.feed->note().identity);
      ASSERT_EQ(note.spells_null, plain.feed->note().spells_null);
      for (size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(alike.feed->fields()[i], plain.feed->fields()[i]);
        ASSERT_EQ(alike.feed->quoted(i), plain.feed->quoted(i));
      }
      if (note.like == 0) continue;
      std::vector<std::string> runs;
      for (const CsvRun& run : shape.runs) {
        runs.emplace_back(plain.feed->run(run.first, run.last));
      }
      std::vector<std::string>& first = likes[note.like];
      found += first.empty() ? 0 : 1;
      if (first.empty()) first = runs;
      ASSERT_EQ(runs, first);
    }
    EXPECT_GT(found, 10u);
  }
}

TEST(RowFeedTest, AnErrorComesAfterTheRowsBeforeItAndStays) {
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&text, i, ",\"quoted\"\n");
  text += "only one field\n";
  for (const bool ahead : {true, false}) {
    Feed file(text, ahead);
    for (int i = 0; i < 20'000; ++i) {
      const auto next = file.feed->Next();
      ASSERT_TRUE(next.ok() && *next);
      ASSERT_EQ(file.feed->fields()[0], absl::StrCat(i));
    }
    for (int again = 0; again < 2; ++again) {
      const auto next = file.feed->Next();
      ASSERT_FALSE(next.ok());
      EXPECT_THAT(std::string(next.status().message()),
                  HasSubstr("x.csv:20002: "));
    }
  }
}

TEST(RowFeedTest, RowsBeyondTheLimitAreNotGiven) {
  std::string text = "a,b,c\n";
  for (int i = 0; i < 10; ++i) text += "1,2,3\n";
  CsvLimits limits;
  limits.max_rows = 3;
  RowShape shape;
  shape.runs = {{0, 1}};
  const auto source = MemorySource("x.csv", text);
  CsvReader reader(source.get(), limits);
  ASSERT_TRUE(reader.ReadHeader().ok());
  RowFeed feed(&reader, source.get(), kSeed, false, {}, shape);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(*feed.Next());
  EXPECT_THAT(std::string(feed.Next().status().message()),
              HasSubstr("more than 3 rows"));
  EXPECT_EQ(feed.rows(), 3u);
}

// Gives rows and then throws.
class ThrowingSource : public Source {
 public:
  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (reads_++ > 1) throw std::runtime_error("no more");
    const std::string rows = reads_ == 1 ? "a,b\n" : "1,2\n";
    std::fill_n(buffer, capacity, '\n');
    rows.copy(buffer, rows.size());
    return capacity;
  }
  absl::Status Rewind() override { return absl::OkStatus(); }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return 0; }
  uint64_t size() const override { return 0; }

 private:
  std::string name_ = "x.csv";
  int reads_ = 0;
};

TEST(RowFeedTest, WhatTheThreadThrowsComesToTheCaller) {
  for (const bool ahead : {true, false}) {
    ThrowingSource source;
    CsvReader reader(&source);
    ASSERT_TRUE(reader.ReadHeader().ok());
    RowFeed feed(&reader, &source, kSeed, ahead);
    ASSERT_TRUE(*feed.Next());
    EXPECT_EQ(feed.fields()[1], "2");
    EXPECT_THROW(static_cast<void>(feed.Next()), std::runtime_error);
    EXPECT_THROW(static_cast<void>(feed.Next()), std::runtime_error)
        << "once more: it would look like the end";
  }
}

// Whoever stops early must not wait for the rest, nor leave a thread behind.
TEST(RowFeedTest, MayEndBeforeItsFile) {
  std::mt19937 random(3);
  const std::string text = RandomCsv(random, 3'000);
  for (int rows = 0; rows < 200; rows += 7) {
    Feed file(text, true);
    for (int i = 0; i < rows; ++i) ASSERT_TRUE(*file.feed->Next());
  }
}

}  // namespace
}  // namespace drawdown
