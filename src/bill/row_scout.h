// What is found out about the rows of a batch before they are read, by
// whichever thread split them: whoever reads them then needs little of their
// bytes, which may be in another processor's memory.
#ifndef DRAWDOWN_SRC_BILL_ROW_SCOUT_H_
#define DRAWDOWN_SRC_BILL_ROW_SCOUT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/csv_batch.h"
#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "base/seeded_hash.h"
#include "bill/columns.h"

namespace drawdown {

// A null written as text.
inline bool SpellsNull(std::string_view field) {
  if (field.size() == 4) return field == "NULL" || field == "null";
  return field.size() == 2 && field == "\\N";
}

// What rows of a bill have in common: all that is read but a few columns.
struct RowShape {
  RowShape() = default;  // of rows about which nothing is to be found out
  // Of rows with so many fields.
  RowShape(const BillLayout& layout, size_t fields);

  std::vector<CsvRun> runs;  // all columns that are read but the varying ones
  int start = -1;            // of the charge period
  int end = -1;
  int tags = -1;
};

struct RowNote {
  Hash128 identity;  // FastHash of raw(), with its fields in the order given
  // Rows of one feed with the same number, not 0, have the same bytes in all
  // runs of the shape.
  uint32_t like = 0;
  // Rows of one feed with the same number, not 0, have equal tags.
  uint16_t tags = 0;
  bool same_times = false;   // as the row before it, byte by byte
  bool spells_null = false;  // SpellsNull of some field
};

// Numbers for texts.
template <uint32_t kMost>
class TextNumbers {
 public:
  // One that nobody has, 1 to kMost; 0 when all are taken.
  uint32_t Take() {
    // Any thread counts, and nothing else is told by it: no order is needed.
    if (taken_.load(std::memory_order_relaxed) >= kMost) return 0;
    const uint32_t number = taken_.fetch_add(1, std::memory_order_relaxed) + 1;
    return number <= kMost ? number : 0;
  }

 private:
  std::atomic<uint32_t> taken_{0};
};

// Of all scouts of a feed together.
struct RowNumbers {
  static constexpr uint16_t kMostTags = 16'384;

  TextNumbers<kMostTags> tags;
  TextNumbers<uint32_t{1} << 31> likes;
};

// One thread at a time.
class RowScout {
 public:
  // Of rows that are alike, so many are told apart at a time.
  static constexpr size_t kMostLikes = 64;
  static constexpr size_t kLongestTags = 256;  // bytes of those with a number

  // `order`: of the fields for identity; empty: as they stand. All must outlive
  // the scout.
  RowScout(uint64_t seed, const std::vector<uint32_t>* order,
           const RowShape* shape, RowNumbers* numbers)
      : hash_(seed), order_(*order), shape_(*shape), numbers_(*numbers) {}

  // Splits the plain rows of a block that `reader` took, and notes each.
  void Split(const CsvReader& reader, CsvBatch* rows,
             std::vector<RowNote>* notes);

  // Notes the rows after those, which are like no others.
  void NoteRest(const CsvBatch& rows, std::vector<RowNote>* notes);

 private:
  struct Like {
    CsvModel model;   // the first of them
    size_t next = 0;  // the place of what came after one of them
    uint64_t hash = 0;
    uint32_t number = 0;
  };
  // A place of none.
  static constexpr size_t kAlone = kMostLikes;

  void ForgetLikes();
  bool SplitNextLike(const CsvReader& reader, CsvBatch* rows);
  RowNote& AddNote(const CsvBatch& rows, std::vector<RowNote>* notes);
  void AddLike(const CsvBatch& rows, size_t row, size_t like, RowNote* note);
  Hash128 IdentityOf(const CsvBatch& rows, size_t row);
  bool SpellsSomeNull(const CsvBatch& rows, size_t row);
  bool IsLike(const CsvBatch& rows, size_t row, const Like& like) const;
  size_t FindLike(const CsvBatch& rows, size_t row);
  size_t TakeLike(const CsvBatch& rows, size_t row, uint64_t hash);
  bool SameTimes(const CsvBatch& rows, size_t row) const;
  uint16_t NumberOfTags(const CsvBatch& rows, size_t row);

  const SeededHash hash_;
  const std::vector<uint32_t>& order_;
  const RowShape& shape_;
  RowNumbers& numbers_;
  std::string reordered_;
  std::vector<std::string_view> fields_;
  std::vector<Like> likes_;          // by place
  size_t last_ = 0;                  // the place that was found last
  size_t alone_ = 0;                 // rows that came first, or are like none
  uint64_t resting_ = 0;             // batches in which no rows are told alike
  HashMap<Hash128, uint16_t> tags_;  // their numbers, by FastHash
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_SCOUT_H_
