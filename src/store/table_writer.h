// What one write transaction does to the tables: in LMDB, and in its record for
// the redo log. What was put late is in the record at once, and in LMDB with
// FinishLate(): as late as while the disk writes the record.
//
// For one thread at a time.
#ifndef DRAWDOWN_SRC_STORE_TABLE_WRITER_H_
#define DRAWDOWN_SRC_STORE_TABLE_WRITER_H_

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/store.h"
#include "store/redo_format.h"
#include "store/space.h"

namespace drawdown {

class Environment;

class TableWriter {
 public:
  enum class Place { kAnywhere, kAtEnd };

  // Both outlive its use; it does not end the transaction.
  TableWriter(Environment* environment, MDB_txn* txn);
  TableWriter(const TableWriter&) = delete;  // Owns LMDB's cursors.
  TableWriter& operator=(const TableWriter&) = delete;

  // As in store.h.
  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key);
  absl::Status Put(Table table, std::string_view key, std::string_view value,
                   Place place);
  absl::Status PutLate(Table table, std::string_view key,
                       std::string_view value, Place place);
  absl::Status Delete(Table table, std::string_view key);

  // Puts in LMDB what was put late. Whatever fails leaves a transaction that
  // can only be dropped.
  absl::Status FinishLate();
  // The same of one table: before a cursor looks at it, say.
  absl::Status FinishLateOf(Table table);
  size_t late() const { return late_.size(); }

  // What made the transaction fail, if anything did.
  const absl::Status& failure() const { return failure_; }
  // How many changes there were, late ones too: where it differs, cursors have
  // to find their places again.
  uint64_t writes() const { return writes_; }

  // Of all that is in LMDB.
  const WriteLoad& load() const { return load_; }
  // Of all.
  RedoRecord* record() { return &record_; }

 private:
  // A put whose key and value are the record's.
  struct Late {
    size_t at;  // in the record
    Table table;
    Place place;
  };

  absl::Status Check(std::string_view key) const;
  absl::Status PutNow(Table table, std::string_view key, std::string_view value,
                      Place place);
  absl::Status Finish(const Late& late);
  int Open(Table table, MDB_cursor** cursor);
  // Of a table that is about to be changed.
  TableLoad& LoadOf(Table table);
  TableShape ShapeOf(Table table) const;
  bool HasLate(Table table) const {
    return late_of_[static_cast<int>(table)] > 0;
  }
  absl::Status Fail(int rc, Table table);

  Environment* const environment_;
  MDB_txn* const txn_;
  const bool logged_;  // as far as can be told before the record is whole
  WriteLoad load_{};
  RedoRecord record_;
  uint64_t writes_ = 0;
  std::vector<Late> late_;  // in the order in which they were put
  std::array<size_t, kTableCount> late_of_{};
  std::array<std::string, kTableCount> greatest_late_;  // keys
  // One cursor a table for Get and one for Put: a key beside the one before it
  // is then found on the same page, without a descent. LMDB frees them with the
  // transaction.
  std::array<MDB_cursor*, kTableCount> getters_{};
  std::array<MDB_cursor*, kTableCount> putters_{};
  std::array<bool, kTableCount> appended_last_{};
  absl::Status failure_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_TABLE_WRITER_H_
