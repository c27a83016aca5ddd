// A small transactional key-value store: what the books need of a database,
// and no more. Two implementations (memory_store.h, lmdb_store.h) pass one
// conformance suite (tests/unit/store/conformance.h).
//
// Keys are 1..500 bytes and sort as unsigned bytes. One write transaction at a
// time; readers see the state of the last commit before they began and never
// block. A view returned by Get or a cursor is valid until the next call that
// writes in the same transaction, or its end; do not pass it to that call.
//
// A Store is thread-safe. A transaction and its cursors are for one thread at a
// time, and a write transaction begins and ends on one thread. Transactions may
// outlive their Store.
#ifndef DRAWDOWN_SRC_LEDGER_STORE_H_
#define DRAWDOWN_SRC_LEDGER_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/files.h"

namespace drawdown {

// The tables of a ledger. Numbers and names are part of the on-disk format: do
// not change the values of existing entries.
enum class Table : uint8_t {
  kMeta = 0,       // header record, counters, chain tip
  kNames = 1,      // path <-> id of tenants and pools
  kRuns = 2,       // run key -> run record
  kUsage = 3,      // usage id -> usage record
  kCells = 4,      // (tenant, pool, bucket) -> recorded, partial, level change
  kLevels = 5,     // (tenant, pool, chunk) -> sum of level changes
  kContracts = 6,  // (contract id, version) -> text
  kJournal = 7,    // sequence -> entry
  kLive = 8,       // how far live counters are drained (live_records.h)
  kQuotas = 9,     // quotas and what is used of them (quota_records.h)
  kHolds = 10,     // hold id -> hold, run -> hold id (hold_records.h)
  kHeld = 11,      // what open holds hold now (hold_records.h)
  kCapacity = 12,  // (pool, state, id, start) -> stated capacity (capacity.h)
  kHeartbeats = 13,  // run key -> newest sign of life (heartbeats.h)
  kPolicies = 14,    // sequence -> policy (run_policies.h)
  kRefunds = 15,     // refund id -> refund (refunds.h)
  kDevices = 16,     // device -> the runs that share it (places.h)
  kCloses = 17,      // (contract id, start) -> a closed month (closes.h)
};
inline constexpr int kTableCount = 18;
inline constexpr size_t kMaxKeyBytes = 500;

inline const char* TableName(Table table) {  // "cells"
  static constexpr const char* kNames[kTableCount] = {
      "meta",      "names",      "runs",     "usage",   "cells",   "levels",
      "contracts", "journal",    "live",     "quotas",  "holds",   "held",
      "capacity",  "heartbeats", "policies", "refunds", "devices", "closes"};
  return kNames[static_cast<int>(table)];
}

// In a write transaction a cursor sees the transaction's own writes and stays
// usable across them: its next move goes from the key where it stood, whether
// or not that record is still there. After the transaction has ended every
// move is kWrongState.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // Each returns false when there is no such record (not an error); the cursor
  // then stands nowhere. Next and Previous from nowhere (new, or after false)
  // return false too. An empty key seeks the first record.
  virtual absl::StatusOr<bool> SeekAtLeast(std::string_view key) = 0;
  virtual absl::StatusOr<bool> SeekLast() = 0;
  virtual absl::StatusOr<bool> Next() = 0;
  virtual absl::StatusOr<bool> Previous() = 0;
  // REQUIRES: the last move returned true.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;  // Ends it; a writer's is an abort.
  virtual absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) = 0;
  virtual absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) = 0;
};

class WriteTransaction : public ReadTransaction {
 public:
  // Inserts or replaces. When a Put, Append or Delete fails with anything but
  // kInvalidArgument or Append's kCorrupt, the transaction can only be dropped.
  virtual absl::Status Put(Table table, std::string_view key,
                           std::string_view value) = 0;
  // Put for a key greater than every key of the table: fast, packs pages full.
  // kCorrupt when it is not greater.
  virtual absl::Status Append(Table table, std::string_view key,
                              std::string_view value) = 0;
  // As Put and Append, but they may be done as late as by Commit(), while it
  // waits for the disk. Reads find them all the same, and may do them: until
  // the transaction ends every call for the table ends the table's views, and
  // must not be given one. Whatever fails of them, an Append's kCorrupt too, may
  // fail with any later call, and leaves a transaction that can only be dropped.
  virtual absl::Status PutLate(Table table, std::string_view key,
                               std::string_view value) {
    return Put(table, key, value);
  }
  virtual absl::Status AppendLate(Table table, std::string_view key,
                                  std::string_view value) {
    return Append(table, key, value);
  }
  // OK when absent.
  virtual absl::Status Delete(Table table, std::string_view key) = 0;
  // Durable when OK. Whatever it returns, the transaction is over. kDiskFull
  // and kIo: nothing changed. kUncertain: the store closed itself because it
  // cannot tell; reopen and ask.
  virtual absl::Status Commit() = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() = 0;
  // Waits for other writers up to the deadline the store was opened with:
  // kBusy.
  virtual absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() = 0;
  // The same up to `deadline`, where that is earlier; a store whose writers
  // never wait for a disk may wait as BeginWrite does.
  virtual absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWriteBefore(
      Deadline) {
    return BeginWrite();
  }
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_STORE_H_
