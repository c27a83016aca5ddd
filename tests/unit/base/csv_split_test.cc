#include "base/csv_split.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/csv_quotes.h"
#include "base/csv_scan.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

std::vector<CsvLanes> AllLanes() {
  std::vector<CsvLanes> lanes;
  for (const CsvLanes each :
       {CsvLanes::kNarrow, CsvLanes::kAvx2, CsvLanes::kAvx512}) {
    if (each <= WidestCsvLanes()) lanes.push_back(each);
  }
  return lanes;
}

struct SplitRows {
  std::vector<CsvSplitRow> rows;
  std::vector<CsvStop> stops;  // of the rows
};

// Splits `text`, which is put at `place` of memory that starts on a page.
SplitRows Split(const std::string& text, size_t place, size_t width,
                LineEnd line_end, CsvLanes lanes) {
  std::string memory(place, '"');
  memory += text;
  SplitRows split;
  split.stops.resize(memory.size() + kCsvStopSlack);
  const auto end = static_cast<uint32_t>(memory.size());
  memory.append(kScanBytes, '"');
  SplitCsv({memory.data(), static_cast<uint32_t>(place), end, width, line_end,
            split.stops.data()},
           &split.rows, lanes);
  split.stops.resize(split.rows.size() * width);
  return split;
}

// Byte by byte, from what RFC 4180 says: the row at `at`; nothing where there
// is none in the dialect.
struct NaiveRow {
  size_t next = 0;
  std::vector<CsvStop> stops;
  CsvSplitRow notes;
};

std::optional<NaiveRow> NaiveSplit(const std::string& text, size_t at,
                                   bool crlf) {
  NaiveRow row;
  const std::string line_end = crlf ? "\r\n" : "\n";
  const auto starts = [&](size_t i, const std::string& what) {
    return text.compare(i, what.size(), what) == 0;
  };
  const auto is_null_last = [](char c) {
    return c == 'L' || c == 'l' || c == 'N';
  };
  for (size_t i = at;; ++i) {
    const size_t first = i;
    const bool quoted = starts(i, "\"");
    if (quoted) {
      row.notes.quoted = true;
      for (++i; !starts(i, "\"") || starts(i, "\"\""); ++i) {
        if (i >= text.size()) return std::nullopt;
        if (starts(i, "\"")) {
          row.notes.doubled = true;
          ++i;
        }
        if (text[i] == '\n') ++row.notes.line_feeds;
      }
      ++i;
    } else {
      while (i < text.size() && !NeedsCsvQuotes(text[i])) ++i;
    }
    const size_t last = i - (quoted ? 2 : 1);
    if (i > first) row.notes.null_ending |= is_null_last(text[last]);
    row.stops.push_back(static_cast<CsvStop>(i) | (quoted ? kCsvQuoted : 0));
    if (starts(i, ",")) continue;
    if (!starts(i, line_end)) return std::nullopt;
    row.next = i + line_end.size();
    const std::string bytes = text.substr(at, row.next - at);
    for (const char c : bytes) {
      if (c == '\0') return std::nullopt;
      if (static_cast<signed char>(c) < 0) row.notes.ascii = false;
    }
    return row;
  }
}

void ExpectNaive(const std::string& text, size_t place, size_t width, bool crlf,
                 CsvLanes lanes) {
  const SplitRows split =
      Split(text, place, width, crlf ? LineEnd::kCrLf : LineEnd::kLf, lanes);
  size_t at = 0;
  for (size_t i = 0; i < split.rows.size(); ++i) {
    const auto naive = NaiveSplit(text, at, crlf);
    ASSERT_TRUE(naive.has_value()) << "row " << i;
    const CsvSplitRow& row = split.rows[i];
    ASSERT_EQ(row.next, place + naive->next);
    ASSERT_EQ(naive->stops.size(), width);
    ASSERT_FALSE(width == 1 && naive->stops[0] == at) << "blank";
    for (size_t field = 0; field < width; ++field) {
      ASSERT_EQ(split.stops[i * width + field], place + naive->stops[field]);
    }
    ASSERT_EQ(row.line_feeds, naive->notes.line_feeds);
    ASSERT_EQ(row.ascii, naive->notes.ascii);
    ASSERT_EQ(row.quoted, naive->notes.quoted);
    ASSERT_EQ(row.doubled, naive->notes.doubled);
    if (naive->notes.null_ending) {
      ASSERT_TRUE(row.null_ending);
    }
    const std::string bytes = text.substr(at, naive->next - at);
    if (bytes.find_first_of("LlN") == std::string::npos) {
      ASSERT_FALSE(row.null_ending);
    }
    at = naive->next;
  }
  // It stopped for a reason.
  if (text.size() - at < 2 * kScanBytes) return;
  const auto naive = NaiveSplit(text, at, crlf);
  if (!naive.has_value() || naive->stops.size() != width) return;
  const std::string line_end = crlf ? "\r\n" : "\n";
  const bool blank = text.compare(at, line_end.size(), line_end) == 0;
  // What is doubtful may lie in the block in which the row ends.
  const bool near_doubt = [&] {
    size_t next = naive->next;
    while (next < naive->next + kScanBytes) {
      const auto after = NaiveSplit(text, next, crlf);
      if (!after.has_value() || after->stops.size() != width) return true;
      next = after->next;
    }
    return false;
  }();
  ASSERT_TRUE((blank && width == 1) || near_doubt ||
              naive->next + kScanBytes > text.size())
      << "stopped at " << at;
}

// A field as it may stand in a file; seldom one that may not.
std::string RandomField(std::mt19937* random) {
  static constexpr char kBytes[] = "abcLlN ";
  std::string field;
  const size_t size = (*random)() % ((*random)() % 10 == 0 ? 150 : 9);
  const bool quoted = (*random)() % 3 == 0;
  for (size_t i = 0; i < size; ++i) {
    const uint32_t kind = (*random)() % 12;
    if (quoted && kind == 0) {
      field += "\"\"";
    } else if (quoted && kind == 1) {
      field += ",\n\r"[(*random)() % 3];
    } else if (kind == 2 && (*random)() % 20 == 0) {
      field += "\xc3\xb6";
    } else {
      field += kBytes[(*random)() % 7];
    }
  }
  if (quoted) field = '"' + field + '"';
  if ((*random)() % 2000 == 0) field += "\"\r\0x"[(*random)() % 4];
  return field;
}

TEST(CsvSplitTest, AllLanesSplitAsByteByByte) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const size_t width = 1 + random() % 5 * (random() % 20);
    const bool crlf = random() % 2 == 0;
    std::string text;
    while (text.size() < 6'000) {
      const bool wrong = random() % 100 == 0;
      const size_t fields = wrong ? 1 + random() % 40 : width;
      for (size_t i = 0; i < fields; ++i) {
        if (i > 0) text += ',';
        text += RandomField(&random);
      }
      text += crlf && random() % 500 != 0 ? "\r\n" : "\n";
    }
    // From each row on, so that what stops one does not hide the others.
    for (size_t at = 0; at < text.size();) {
      const std::string rest = text.substr(at);
      const size_t place = random() % 130;
      for (const CsvLanes lanes : AllLanes()) {
        SCOPED_TRACE(testing::Message()
                     << "seed " << seed << " at " << at << " place " << place
                     << " lanes " << static_cast<int>(lanes));
        ExpectNaive(rest, place, width, crlf, lanes);
        if (HasFatalFailure()) return;
      }
      const size_t line_feed = text.find('\n', at + random() % 400);
      at = line_feed == std::string::npos ? text.size() : line_feed + 1;
    }
  }
}

// Every byte that means something at every place around a block's edge.
TEST(CsvSplitTest, RowsAtEveryOffsetOfABlock) {
  const std::string row = "\"a\"\"\nL\",,NULL,\"\",\"x,y\"";
  for (const CsvLanes lanes : AllLanes()) {
    for (const bool crlf : {false, true}) {
      for (size_t pad = 0; pad < 2 * kScanBytes; ++pad) {
        const std::string line_end = crlf ? "\r\n" : "\n";
        const std::string first = std::string(pad, 'x') + ",,,," + line_end;
        const std::string text =
            first + row + line_end + std::string(3 * kScanBytes, 'x');
        const SplitRows split =
            Split(text, 3, 5, crlf ? LineEnd::kCrLf : LineEnd::kLf, lanes);
        ASSERT_EQ(split.rows.size(), 2u) << pad;
        const auto begin = static_cast<uint32_t>(3 + first.size());
        EXPECT_EQ(split.rows[0].next, begin);
        EXPECT_FALSE(split.rows[0].quoted || split.rows[0].doubled ||
                     split.rows[0].null_ending);
        EXPECT_EQ(split.rows[1].line_feeds, 1u);
        EXPECT_TRUE(split.rows[1].quoted && split.rows[1].doubled &&
                    split.rows[1].null_ending);
        const std::vector<CsvStop> stops(split.stops.begin() + 5,
                                         split.stops.end());
        EXPECT_EQ(stops,
                  (std::vector<CsvStop>{(begin + 7) | kCsvQuoted, begin + 8,
                                        begin + 13, (begin + 16) | kCsvQuoted,
                                        (begin + 22) | kCsvQuoted}));
      }
    }
  }
}

TEST(CsvSplitTest, ABlockOfSeparatorsAndOneQuotedField) {
  constexpr uint32_t kFields = 200;
  for (const CsvLanes lanes : AllLanes()) {
    for (uint32_t quoted = 0; quoted < kFields; ++quoted) {
      std::string text = std::string(kFields - 1, ',') + '\n';
      text.insert(quoted, "\"\"");
      text.append(kScanBytes, 'x');
      const SplitRows split = Split(text, 0, kFields, LineEnd::kLf, lanes);
      ASSERT_EQ(split.rows.size(), 1u);
      for (uint32_t i = 0; i < kFields; ++i) {
        const uint32_t place = i < quoted ? i : i + 2;
        ASSERT_EQ(split.stops[i], place | (i == quoted ? kCsvQuoted : 0));
      }
    }
  }
}

// What is wrong with a row, at every place around a block's edge, ends the
// rows before it.
TEST(CsvSplitTest, WhatIsDoubtfulIsNotTaken) {
  const std::vector<std::string> rows = {"a\"b\",c",
                                         "\"a\"b,c",
                                         "\"a\" ,c",
                                         "a\"\",c",
                                         std::string("\0,c", 3),
                                         "\"\"\"a\",c\"",
                                         "a\rb,c",
                                         "a",
                                         "a,b,c",
                                         "",
                                         "\"a,b",
                                         "\"a\"\"\"b\",c",
                                         "a,\"b\" ",
                                         "a\r,b"};
  for (const CsvLanes lanes : AllLanes()) {
    for (const bool crlf : {false, true}) {
      const std::string line_end = crlf ? "\r\n" : "\n";
      for (const std::string& row : rows) {
        for (size_t pad = 0; pad < 2 * kScanBytes; ++pad) {
          const std::string first = std::string(pad, 'x') + ',' + line_end;
          std::string text = first + row + line_end;
          for (int i = 0; i < 40; ++i) text += "p,q" + line_end;
          const SplitRows split =
              Split(text, 0, 2, crlf ? LineEnd::kCrLf : LineEnd::kLf, lanes);
          // One at fault may hide one before it in the same block.
          ASSERT_LE(split.rows.size(), 1u) << row << " after " << pad;
        }
      }
      const std::string other = "a,b" + std::string(crlf ? "\n" : "\r\n");
      const std::string after(2 * kScanBytes, 'x');
      EXPECT_EQ(Split(other + after, 0, 2, crlf ? LineEnd::kCrLf : LineEnd::kLf,
                      lanes)
                    .rows.size(),
                0u);
      // A line without bytes is no row of one column, quotes are.
      const std::string blank = "\"\"" + line_end + line_end + "x" + line_end;
      EXPECT_EQ(Split(blank + after, 0, 1, crlf ? LineEnd::kCrLf : LineEnd::kLf,
                      lanes)
                    .rows.size(),
                1u);
    }
  }
}

TEST(CsvQuotesTest, OneQuoteForEveryTwo) {
  std::mt19937 random(20'261'129);
  for (size_t round = 0; round < 2'000; ++round) {
    std::string field, text;
    const size_t size = random() % 200;
    const uint32_t often = 1 + random() % 5;
    while (field.size() < size) {
      const bool quote = random() % often == 0;
      text += quote ? '"' : 'a';
      field += quote ? "\"\"" : "a";
    }
    for (const CsvLanes lanes : AllLanes()) {
      // What follows is another field.
      const std::string memory = field + std::string(kScanBytes, '"');
      std::string out(field.size() + kScanBytes, '?');
      const std::string_view in_memory(memory.data(), field.size());
      ASSERT_EQ(UndoubleQuotes(in_memory, out.data(), lanes), text.size());
      out.resize(text.size());
      ASSERT_EQ(out, text) << "lanes " << static_cast<int>(lanes);
    }
  }
}

TEST(CsvQuotesTest, TextsOfALine) {
  const auto texts = [](std::string_view line) {
    std::string out;
    AppendCsvTexts(line, &out);
    return out;
  };
  EXPECT_EQ(texts(""), std::string("\0", 1));
  EXPECT_EQ(texts(",a"), std::string("\0a\0", 3));
  EXPECT_EQ(texts("\"a,\"\"\",\"\"\"\"\"b\n\""),
            std::string("a,\"\0\"\"b\n\0", 9));
}

}  // namespace
}  // namespace drawdown
