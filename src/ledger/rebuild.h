// Making books again from their journal: for `verify`, for `--as-of` and for
// `salvage`.
#ifndef DRAWDOWN_SRC_LEDGER_REBUILD_H_
#define DRAWDOWN_SRC_LEDGER_REBUILD_H_

#include <cstdint>
#include <functional>
#include <limits>

#include "absl/status/status.h"
#include "drawdown/inspect.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// Replays every commit recorded by `until_us` into the empty store `into`,
// checking each entry's checksum, that no sequence is missing, that record time
// never goes back and every link of the hash chain. kCorrupt names the entry.
absl::Status Rebuild(ReadTransaction* from, const Header& header, Store* into,
                     int64_t until_us = std::numeric_limits<int64_t>::max());

// Posts whatever facts of the journal can still be read and make sense into the
// empty store `into`, as a new journal that keeps their record times. Never
// fails for what is lost in `from`: that is the report.
absl::StatusOr<SalvageReport> SalvageInto(ReadTransaction* from,
                                          const Header& header, Store* into);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_REBUILD_H_
