// What live meters have counted beyond a snapshot of the books, so that an
// answer has everything that was recorded before it was asked for, and nothing
// twice.
//
// For each counter that is its value now less the snapshot's base. A drain in
// between moves the base and adds to the cells, but the snapshot has neither. A
// flip in between would make counts of the new bucket look like the old one's:
// so the epoch word is read after the counters, and if it is not the
// snapshot's, the caller starts again on a new snapshot. So it does when a file
// was taken away meanwhile that the snapshot does not know: one that was
// drained for the first and last time after the snapshot is neither in it nor
// in the directory.
#ifndef DRAWDOWN_SRC_SETTLE_LIVE_USAGE_H_
#define DRAWDOWN_SRC_SETTLE_LIVE_USAGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/live_amounts.h"
#include "ledger/live_records.h"
#include "ledger/store.h"
#include "meter/lanes_format.h"
#include "settle/live_directory.h"

namespace drawdown {

// One meter of one file.
struct LiveCount {
  MeterIds ids;
  GpuTime open;       // not in the cells, of both banks
  GpuTime undrained;  // of that, beyond the watermark
};
struct LiveFileCounts {
  LanesIdentity owner;
  bool counting = false;  // its process may be alive
  uint32_t lanes = 0;
  uint32_t meters = 0;
  uint64_t rejected = 0;
  std::vector<LiveCount> counts;  // of meters with something open
};

struct LiveUsage {
  LiveAmounts amounts;
  std::vector<LiveFileCounts> files;
  std::vector<LiveCount> carried;  // of files that are gone
  LiveEpoch epoch;
  std::shared_ptr<EpochFile> word;  // null: no meter since boot
};

// `files` was listed before the snapshot `books` was taken: a file that comes
// and goes between the two has only counts younger than the question, and one
// that was there before is either known to the snapshot, or found, or missed.
//
// None: the books moved on meanwhile; list and take a snapshot anew. With
// `books_stand_still` there is always an answer. REQUIRES: then nobody can
// drain: `books` is a write transaction. Where a file is gone all the same, it
// answers from the watermarks.
absl::StatusOr<std::optional<LiveUsage>> ReadLiveUsage(
    ReadTransaction* books, LiveDirectory* live, const std::vector<Uuid>& files,
    int64_t now_us, bool books_stand_still);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_LIVE_USAGE_H_
