// The rows of a CSV file in order, read and split by a thread of its own while
// the caller works on those before: splitting is about half of reading a bill.
#ifndef DRAWDOWN_SRC_BILL_ROW_FEED_H_
#define DRAWDOWN_SRC_BILL_ROW_FEED_H_

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/csv.h"
#include "base/csv_batch.h"
#include "base/fast_hash.h"
#include "base/source.h"

namespace drawdown {

// A null written as text.
inline bool SpellsNull(std::string_view field) {
  if (field.size() == 4) return field == "NULL" || field == "null";
  return field.size() == 2 && field == "\\N";
}

// One thread calls it.
class RowFeed {
 public:
  // `reader` is of `source` and has read its header. Both must outlive the feed
  // and are the feed's alone until then, but for the header and the name.
  // Without `ahead`, and where no thread can be had, the caller's reads.
  // `seed` is that of identity(), for which the columns are taken in `order`;
  // empty: as they stand.
  RowFeed(CsvReader* reader, const Source* source, uint64_t seed, bool ahead,
          std::vector<uint32_t> order = {});
  ~RowFeed();
  RowFeed(const RowFeed&) = delete;  // A thread works on it.
  RowFeed& operator=(const RowFeed&) = delete;

  // The next row; false at the end. Errors are CsvReader's, after the rows
  // before them; what its source throws, or want of memory, is thrown here.
  absl::StatusOr<bool> Next();

  // Of the current row, valid until the next call of Next.
  std::string_view field(size_t i) const { return current().field(row_, i); }
  // All of them; made when first asked for.
  std::span<const std::string_view> fields() const {
    if (!std::exchange(has_fields_, true)) current().GetFields(row_, fields_);
    return fields_;
  }
  // The bytes in which columns `first` to `last` stand: where they are equal,
  // all these fields are.
  std::string_view run(size_t first, size_t last) const {
    return current().Run(row_, first, last);
  }
  bool quoted(size_t i) const { return current().quoted(row_, i); }
  // As of CsvBatch: equal exactly when all fields are equal.
  std::string_view raw() const { return current().raw(row_); }
  // FastHash of raw(), with its fields in the order that was given.
  Hash128 identity() { return IdentityOf(row_); }
  // identity().high of a row that comes soon, where there is one, else of the
  // last: for who wants to fetch something from memory meanwhile.
  uint64_t soon() {
    constexpr size_t kRowsAhead = 8;
    return IdentityOf(std::min(row_ + kRowsAhead, current().rows() - 1)).high;
  }
  uint64_t line() const { return line_; }
  // Whether SpellsNull of some field.
  bool spells_null() const { return spells_null_; }

  const std::vector<std::string>& header() const { return reader_->header(); }
  uint64_t rows() const { return rows_; }          // so far
  uint64_t position() const { return position_; }  // Source::position()
  std::string Where() const;  // "file:line" of the current row

 private:
  struct Batch {
    CsvBatch rows;
    uint64_t position = 0;
    bool last = false;
    absl::Status status;        // of what follows the last one's rows
    std::exception_ptr thrown;  // in place of rows
  };

  void Fill(Batch* batch);
  Hash128 IdentityOf(size_t row);
  Hash128 HashOf(size_t row);
  void Work();
  void TakeBatch();
  // REQUIRES: a batch was taken.
  const Batch& taken() const { return batches_[(taken_ - 1) % 2]; }
  const CsvBatch& current() const { return taken().rows; }

  CsvReader* reader_;
  const Source* source_;

  const uint64_t seed_;
  const std::vector<uint32_t> order_;
  std::string reordered_;
  std::vector<Hash128> identities_;  // of the batch's first rows
  // Made here, not by the thread: what it writes has to come to the caller's
  // processor, and the stops are a quarter of this.
  mutable std::vector<std::string_view> fields_;  // of one thread
  mutable bool has_fields_ = false;
  bool spells_null_ = false;
  size_t row_ = 0;       // the current one, in its batch
  size_t next_row_ = 0;  // the one after it
  uint64_t line_ = 0;
  uint64_t rows_ = 0;
  uint64_t position_ = 0;

  // The caller reads batch taken_ - 1, in batches_[(taken_ - 1) % 2], while the
  // thread fills the next one.
  std::array<Batch, 2> batches_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t filled_ = 0;  // batches that the thread has handed over; mutex_
  uint64_t taken_ = 0;   // that the caller has begun; mutex_
  bool stop_ = false;    // the caller wants no more; mutex_
  std::thread thread_;   // last: it works on all above
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_FEED_H_
