// The rows of a CSV file in order. A thread of its own splits them and finds
// out what they have in common, and so does the caller, whenever it would wait.
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
#include "bill/row_scout.h"

namespace drawdown {

// One thread calls it.
class RowFeed {
 public:
  // `reader` is of `source` and has read its header. Both must outlive the feed
  // and are the feed's alone until then, but for the header and the name.
  // Without `ahead`, and where no thread can be had, the caller does all of it.
  // `seed` is that of each note's identity, for which the columns are taken in
  // `order`; empty: as they stand.
  RowFeed(CsvReader* reader, const Source* source, uint64_t seed, bool ahead,
          std::vector<uint32_t> order = {}, RowShape shape = {});
  ~RowFeed();
  RowFeed(const RowFeed&) = delete;  // A thread works on it.
  RowFeed& operator=(const RowFeed&) = delete;

  // The next row; false at the end. Errors are CsvReader's, after the rows
  // before them; what its source throws, or want of memory, is thrown here,
  // and again by every call after that.
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
  const RowNote& note() const { return taken().notes[row_]; }
  // note().identity.high of a row that comes soon, where there is one, else of
  // the last: for who wants to fetch something from memory meanwhile.
  uint64_t soon() const {
    constexpr size_t kRowsAhead = 8;
    const std::vector<RowNote>& notes = taken().notes;
    return notes[std::min(row_ + kRowsAhead, notes.size() - 1)].identity.high;
  }
  // Changes whenever the next row's times may be others than the row's before.
  uint64_t times() const { return times_; }
  uint64_t line() const { return line_; }

  const RowShape& shape() const { return shape_; }
  const std::vector<std::string>& header() const { return reader_->header(); }
  uint64_t rows() const { return rows_; }          // so far
  uint64_t position() const { return position_; }  // Source::position()
  std::string Where() const;  // "file:line" of the current row

 private:
  struct Batch {
    CsvBatch rows;
    std::vector<RowNote> notes;  // of the rows
    uint64_t position = 0;
    bool end = false;           // nothing follows, nor is there anything in it
    absl::Status status;        // why
    std::exception_ptr thrown;  // likewise
    bool used = false;          // begun, and not given back yet; mutex_
    bool prepared = false;      // mutex_
  };
  static constexpr size_t kBatches = 3;  // prepared, waiting, and being read

  // What one thread prepares batches with, in memory that no other thread
  // writes to: what is in another processor's cache is slow to write over.
  struct Maker {
    std::array<Batch, kBatches> batches;
    RowScout scout;
  };

  RowScout MakeScout() { return {seed_, &order_, &shape_, &numbers_}; }
  bool PrepareNext(std::unique_lock<std::mutex>* lock, Maker* maker);
  void Prepare(std::unique_lock<std::mutex>* lock, Batch* batch,
               RowScout* scout);
  bool TakeBlock(Batch* batch);
  void Split(Batch* batch, RowScout* scout);
  void Work();
  absl::Status TakeBatch();
  Batch* WaitForNext();
  Batch*& BegunAt(uint64_t number) {
    return begun_batches_[number % begun_batches_.size()];
  }
  // REQUIRES: a batch was taken.
  const Batch& taken() const { return *taken_batch_; }
  const CsvBatch& current() const { return taken().rows; }

  CsvReader* reader_;
  const Source* source_;
  const uint64_t seed_;
  const std::vector<uint32_t> order_;
  const RowShape shape_;
  RowNumbers numbers_;
  Maker caller_{{}, MakeScout()};
  // Made here, not by the thread: what it writes has to come to the caller's
  // processor, and the stops are a quarter of this.
  mutable std::vector<std::string_view> fields_;  // of one thread
  mutable bool has_fields_ = false;
  absl::Status after_rows_;  // of the batch that was taken
  size_t row_ = 0;           // the current one, in its batch
  size_t next_row_ = 0;      // the one after it
  uint64_t times_ = 0;
  uint64_t line_ = 0;
  uint64_t rows_ = 0;
  uint64_t position_ = 0;

  // The caller reads one batch, and whoever has time prepares the next of those
  // after it. A batch belongs to who prepares it, and to the caller once it is
  // prepared, until it is given back.
  Maker other_{{}, MakeScout()};
  Batch* taken_batch_ = nullptr;  // the caller's
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Batch*, 2 * kBatches> begun_batches_ = {};  // by number; mutex_
  uint64_t begun_ = 0;    // batches that somebody prepares or has; mutex_
  uint64_t taken_ = 0;    // of them, that the caller has begun; mutex_
  bool reading_ = false;  // somebody reads the last one of them; mutex_
  bool ended_ = false;    // the last one has been begun; mutex_
  bool stop_ = false;     // the caller wants no more; mutex_
  std::thread thread_;    // last: it works on all above
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_FEED_H_
