// Rows that a bill holds more than once, equal in every column.
#ifndef DRAWDOWN_SRC_RECONCILE_COPIES_H_
#define DRAWDOWN_SRC_RECONCILE_COPIES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/digest.h"
#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "base/record_log.h"
#include "base/sorted_runs.h"
#include "base/spill_log.h"
#include "reconcile/given_back.h"
#include "reconcile/group.h"
#include "reconcile/seen_filter.h"
#include "reconcile/split_charges.h"

namespace drawdown {

// Of a row that is not compared. Its group is found by the key, because such
// groups are joined while rows are added.
struct PassedRow {
  GroupKey key;
  bool named = false;       // says what it charges for, and no other row would
  bool correction = false;  // gives back, twice what it gives back once
  uint32_t invoice = kNoIndex;
  GivenBack::Things things = {};
};

// The copies beyond the first of one row.
struct Copies {
  uint32_t group = 0;               // of a row that is compared
  std::optional<PassedRow> passed;  // of one that is not
  Hash128 order;                    // CopyFinder::OrderOf
  uint64_t extra = 0;
  RowSums one;  // a single copy
  RowNames names;
  uint32_t tenant = kNoIndex;
  std::optional<SplitRatios> split;  // of a single copy that is a part
  int64_t start_us = 0;
  int64_t end_us = 0;
};

// Finds them in bounded memory. A filter says of each row whether it may have
// come before: those that may are sorted by identity, on disk where they do not
// fit, and what else is to be known of them is kept. Of the others there is the
// identity alone, and those that may have come again join in at the end.
class CopyFinder {
 public:
  // `memory_bytes` for all that it holds, but a few KB.
  explicit CopyFinder(uint64_t memory_bytes);

  // While rows before it are added, what Add of a later row will look at comes
  // from memory.
  void Prefetch(const BillRow& row) const { seen_.Prefetch(row.soon); }

  // A row that is compared. kIo, kDiskFull: of a temporary file.
  absl::Status Add(const BillRow& row, const RoutedRow& routed,
                   const RowSums& one, uint32_t group,
                   const std::optional<SplitRatios>& split);
  // One that is not. kIo, kDiskFull.
  absl::Status AddPassed(const BillRow& row, const RoutedRow& routed,
                         const RowSums& one, const PassedRow& passed);

  // The hash of what a row says: the same in every run.
  Hash128 OrderOf(const BillRow& row);

  // What ForEach and Sum begin with, once. After the last row, by any
  // thread. kIo, kDiskFull.
  absl::Status SightFirsts();

  // What the compared rows that ForEach will visit come to, by group. May be
  // called before it. kIo, kDiskFull.
  absl::Status Sum(const std::vector<uint32_t>& new_group,
                   HashMap<uint32_t, RowSums>* sums);

  // Calls `visit` for each row that came more than once, grouped by group, big
  // copies first, in an order that depends only on what the rows say.
  // `new_group` maps group indices as GroupTable::MergeOverlapping returned.
  // Call once. kIo, kDiskFull.
  absl::Status ForEach(const std::vector<uint32_t>& new_group,
                       const std::function<void(const Copies&)>& visit);

  // Gives back most of what it holds: after ForEach only OrderOf is called.
  void Forget();

 private:
  // Of a row that may have come before or that may come again.
  struct Sighting {
    Hash128 identity;          // of the row
    uint64_t details = kNone;  // in details_

    friend auto operator<=>(const Sighting&, const Sighting&) = default;
  };
  static constexpr uint64_t kNone = ~uint64_t{0};

  // In the order of ForEach.
  struct Repeated {
    uint32_t group = 0;
    GpuTime billed;
    MoneyAmount cost;
    Hash128 order;  // of the row's SHA-256: the same in every run
    uint64_t details = 0;
    uint64_t extra = 0;

    bool operator<(const Repeated& other) const;
  };

  void AppendByName(const BillRow& row);  // texts_ into scratch_
  absl::Status See(const BillRow& row, const RoutedRow& routed,
                   const RowSums& one, uint32_t group,
                   const std::optional<SplitRatios>& split,
                   const PassedRow* passed);
  // Calls `visit` with each row that came more than once, and how often beyond
  // the first.
  absl::Status ForEachRepeated(
      const std::function<absl::Status(const Sighting&, uint64_t extra)>&
          visit);
  absl::Status ReadDetails(uint64_t place, Copies* copies);

  Sha256 sha256_;
  std::string texts_;                     // of one row, each with a NUL
  std::vector<std::string_view> fields_;  // in texts_
  SeenFilter seen_;
  RecordLog<Hash128> firsts_;  // of rows that had not come before
  SeenFilter again_;           // the other rows
  bool firsts_sighted_ = false;
  SortedRuns<Sighting> sightings_;
  SortedRuns<Repeated> repeated_;
  SpillLog details_;
  std::string scratch_;
};

// How many of `copies` the books lack: as many as bring `billed` closest to
// `booked` without falling more than `slack` below it.
uint64_t CopiesToDrop(const Copies& copies, GpuTime billed, GpuTime booked,
                      GpuTime slack);
// Likewise of fees without hours, by their money.
uint64_t CopiesToDrop(const Copies& copies, MoneyAmount cost,
                      MoneyAmount expected, MoneyAmount slack);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COPIES_H_
