// Rows of a bill repeat each other in all but a few columns: their times,
// resources, accounts and tags. What the other columns come to is read once.
#ifndef DRAWDOWN_SRC_BILL_ROW_PATTERNS_H_
#define DRAWDOWN_SRC_BILL_ROW_PATTERNS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bill/bill_row.h"
#include "bill/row_feed.h"
#include "bill/row_scout.h"

namespace drawdown {

class BillTotals;
class RowReader;

// A row about which nothing is odd, for those like it.
struct RowPattern {
  BillRow row;        // with a `like` of its own
  uint64_t rows = 0;  // like it, which are in no total yet
};

// Of the rows of one file, in fixed memory. Rows are compared byte by byte in
// every column that is read but the varying ones, so that they are never taken
// for alike by chance.
class RowPatterns {
 public:
  // `likes` counts the patterns of a reading. All must outlive this.
  RowPatterns(const RowFeed* feed, uint64_t* likes);

  // The pattern of the feed's current row, or null: of that in use until the
  // next call of Consider.
  RowPattern* Find();

  // The feed's current row, which Find did not know and about which nothing is
  // odd, has been added to `totals` as `row`: where it comes again it becomes a
  // pattern, for which `reader` reads a copy of it.
  void Consider(const BillRow& row, RowReader* reader, BillTotals* totals);

  // Adds rows that are in no total yet. Call at the end of the file.
  void AddUp(BillTotals* totals);

 private:
  static constexpr uint64_t kForEver = ~uint64_t{0};
  static constexpr size_t kNowhere = kMostLikes;

  struct Slot {
    RowPattern pattern;
    std::string text;  // of its fields, and of its runs
    std::vector<std::string_view> runs;
    size_t next = 0;  // where the row after one of these was
  };

  // Which pattern rows of a RowNote::like are of.
  struct Known {
    uint32_t like = 0;     // 0: none
    uint64_t pattern = 0;  // its row's `like`
  };
  // Room for all that two scouts keep.
  static constexpr size_t kKnown = 4 * RowScout::kMostLikes;

  RowPattern* FindKnown(const Known& known) const;
  RowPattern* FindAnew();
  bool IsAt(size_t place) const;
  void HashRow();
  void Judge();
  static void AddUp(RowPattern* pattern, BillTotals* totals);
  size_t TextSize() const;  // of the current row, in a slot
  void Make(const BillRow& row, RowReader* reader, Slot* slot);

  const RowFeed* feed_;
  uint64_t* likes_;
  const std::vector<CsvRun>& runs_;
  std::vector<std::string_view> now_;  // the runs of the current row
  std::array<std::unique_ptr<Slot>, kMostLikes> slots_;
  // Of rows that were seen once and may come again, by place.
  std::array<uint64_t, kMostLikes> seen_ = {};
  uint64_t hash_ = 0;                     // of the current row
  size_t place_ = kNowhere;               // likewise, where it is no pattern
  size_t last_ = kNowhere;                // the slot that was found last
  std::array<Known, kKnown> known_ = {};  // by RowNote::like % kKnown
  uint64_t looked_ = 0;                   // rows since Judge
  uint64_t found_ = 0;                    // of them
  uint64_t resting_ = 0;                  // rows that are not looked at
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_PATTERNS_H_
