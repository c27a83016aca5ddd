#include "bill/row_scout.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/csv.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr uint64_t kScoutSeed = 5;

// Columns a and e are what rows may be alike in; then times, then tags.
RowShape Shape() {
  RowShape shape;
  shape.runs = {{0, 0}, {4, 4}};
  shape.start = 1;
  shape.end = 2;
  shape.tags = 3;
  return shape;
}

// A scout, and a batch of all rows of a small file.
class Scouted {
 public:
  explicit Scouted(const RowShape& shape)
      : shape_(shape), scout_(kScoutSeed, &order_, &shape_, &numbers_) {}

  const std::vector<RowNote>& Look(const std::string& rows) {
    const auto source = MemorySource("x.csv", "a,s,t,tags,e\n" + rows);
    CsvReader reader(source.get());
    EXPECT_TRUE(reader.ReadHeader().ok());
    EXPECT_TRUE(*reader.TakeBlock(&batch_));
    notes_.clear();
    scout_.Split(reader, &batch_, &notes_);
    EXPECT_TRUE(reader.FinishBlock(&batch_).ok());
    scout_.NoteRest(batch_, &notes_);
    return notes_;
  }
  const CsvBatch& batch() const { return batch_; }

 private:
  const RowShape shape_;
  const std::vector<uint32_t> order_;
  RowNumbers numbers_;
  RowScout scout_;
  CsvBatch batch_;
  std::vector<RowNote> notes_;
};

TEST(RowScoutTest, TellsWhichRowsAreAlike) {
  Scouted scouted(Shape());
  const std::vector<RowNote>& notes = scouted.Look(
      "1,10,11,x,A\n2,10,11,x,A\n1,10,11,y,A\n1,11,12,y,B\n"
      "2,11,12,x,A\n\"1\",11,12,x,A\n1,12,12,,A\n");
  ASSERT_EQ(notes.size(), 7u);
  EXPECT_NE(notes[0].like, 0);
  EXPECT_EQ(notes[2].like, notes[0].like);
  EXPECT_EQ(notes[6].like, notes[0].like);
  EXPECT_NE(notes[1].like, notes[0].like);
  EXPECT_EQ(notes[4].like, notes[1].like);
  EXPECT_NE(notes[3].like, notes[0].like);
  EXPECT_NE(notes[3].like, notes[1].like);
  EXPECT_NE(notes[5].like, notes[0].like) << "other bytes";
  const std::vector<bool> same_times = {false, true, true, false,
                                        true,  true, false};
  for (size_t i = 0; i < notes.size(); ++i) {
    EXPECT_EQ(notes[i].same_times, same_times[i]) << i;
    EXPECT_EQ(notes[i].identity, FastHash(scouted.batch().raw(i), kScoutSeed))
        << i;
  }
  EXPECT_NE(notes[0].tags, 0u);
  EXPECT_EQ(notes[1].tags, notes[0].tags);
  EXPECT_EQ(notes[4].tags, notes[0].tags);
  EXPECT_NE(notes[2].tags, notes[0].tags);
  EXPECT_EQ(notes[3].tags, notes[2].tags);
  EXPECT_EQ(notes[6].tags, 0u);
}

// Of one feed, whichever batch they are in.
TEST(RowScoutTest, WhatRowsAreLikeIsKeptFromBatchToBatch) {
  Scouted scouted(Shape());
  const std::string first_row = "1,10,11,x,A\n";
  const uint32_t first = scouted.Look(first_row + first_row)[0].like;
  ASSERT_NE(first, 0u);
  const std::vector<RowNote>& notes =
      scouted.Look("3,10,11,x,A\n1,12,13,,A\n1,12,14,\"a,b\",A\n");
  EXPECT_NE(notes[0].like, first);
  EXPECT_EQ(notes[1].like, first);
  EXPECT_EQ(notes[2].like, first);
  EXPECT_EQ(scouted.batch().field(2, 3), "a,b");
  EXPECT_EQ(scouted.batch().field(2, 4), "A");
}

// Kinds of rows that come no more make room for those that do.
TEST(RowScoutTest, WhatRowsWereLikeIsForgottenForOthers) {
  Scouted scouted(Shape());
  const auto rows_of = [](size_t first_kind) {
    std::string rows;
    for (size_t i = 0; i < 300; ++i) {
      absl::StrAppend(&rows, first_kind + i % RowScout::kMostLikes,
                      ",2,3,x,A\n");
    }
    return rows;
  };
  for (const size_t first_kind : {1'000, 2'000, 3'000}) {
    scouted.Look(rows_of(first_kind));
    // The batch before has filled all places; this one is the second of its
    // own.
    for (const RowNote& note : scouted.Look(rows_of(first_kind))) {
      ASSERT_NE(note.like, 0u) << first_kind;
    }
  }
}

// As it stands in the file, but longer than is kept.
TEST(RowScoutTest, LongRowsAreLikeNoOthers) {
  Scouted scouted(Shape());
  const std::string row = std::string(5'000, '1') + ",2,3,x,A\n";
  for (const RowNote& note : scouted.Look(row + row)) EXPECT_EQ(note.like, 0u);
}

TEST(RowScoutTest, RowsThatSpellNullsAreLikeNoOthers) {
  Scouted scouted(Shape());
  const std::vector<RowNote>& notes =
      scouted.Look("1,2,3,,NULL\n1,2,3,,NULL\n1,2,3,,FULL\n1,2,3,,FULL\n");
  ASSERT_EQ(notes.size(), 4u);
  EXPECT_TRUE(notes[0].spells_null && notes[1].spells_null);
  EXPECT_EQ(notes[0].like, 0);
  EXPECT_EQ(notes[1].like, 0);
  EXPECT_FALSE(notes[2].spells_null);
  EXPECT_NE(notes[2].like, 0);
  EXPECT_EQ(notes[3].like, notes[2].like);
}

// Tags keep their number from batch to batch, until there are no more.
TEST(RowScoutTest, NumbersOfTagsAreOneTexts) {
  Scouted scouted(Shape());
  const auto look = [&](const std::string& tags) {
    const std::string row = "1,2,3," + tags + ",A\n";
    return scouted.Look(row + row + row)[0].tags;
  };
  const uint32_t x = look("x");
  const uint32_t y = look("y");
  EXPECT_NE(x, 0u);
  EXPECT_NE(y, 0u);
  EXPECT_NE(x, y);
  EXPECT_EQ(look("x"), x);
  std::string rows;
  for (uint32_t i = 0; i < 2 * RowNumbers::kMostTags; ++i) {
    absl::StrAppend(&rows, "1,2,3,t", i, ",A\n");
    if (rows.size() < 200'000) continue;
    for (const RowNote& note : scouted.Look(rows)) {
      EXPECT_LE(note.tags, RowNumbers::kMostTags);
      EXPECT_NE(note.tags, y);
    }
    rows.clear();
  }
  EXPECT_EQ(look("unseen"), 0u);
  EXPECT_EQ(look("y"), y);
}

// More kinds of rows than are told apart, and more again: exact all the same.
TEST(RowScoutTest, AlikeIsAsTheBytesAre) {
  for (const size_t kinds : {10, 64, 65, 1'000}) {
    SCOPED_TRACE(kinds);
    Scouted scouted(Shape());
    std::map<uint32_t, std::string> of;
    for (int round = 0; round < 100; ++round) {
      std::string rows;
      for (size_t i = 0; i < 2'000; ++i) {
        absl::StrAppend(&rows, i * i % kinds, ",2,3,x,A\n");
      }
      const std::vector<RowNote>& notes = scouted.Look(rows);
      for (size_t i = 0; i < notes.size(); ++i) {
        if (notes[i].like == 0) continue;
        std::string& kind = of[notes[i].like];
        if (kind.empty()) kind = scouted.batch().field(i, 0);
        ASSERT_EQ(scouted.batch().field(i, 0), kind);
      }
      ASSERT_TRUE(kinds > 64 || notes.back().like != 0);
    }
  }
}

TEST(RowScoutTest, WithoutAShapeNothingIsFoundOut) {
  Scouted scouted{RowShape()};
  for (const RowNote& note : scouted.Look("1,2,3,x,A\n1,2,3,x,A\n")) {
    EXPECT_EQ(note.like, 0);
    EXPECT_EQ(note.tags, 0u);
    EXPECT_FALSE(note.same_times);
  }
}

}  // namespace
}  // namespace drawdown
