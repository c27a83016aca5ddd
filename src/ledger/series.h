// Usage by bucket: walking the cells of one (tenant, pool) over a stretch of
// time, however sparse they are.
#ifndef DRAWDOWN_SRC_LEDGER_SERIES_H_
#define DRAWDOWN_SRC_LEDGER_SERIES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "ledger/cell_records.h"
#include "ledger/live_amounts.h"
#include "ledger/records.h"
#include "ledger/store.h"
#include "ledger/tenant_moves.h"
#include "model/usage_table.h"

namespace drawdown {

// Every path of a ledger by id.
struct NameTables {
  std::vector<std::string> tenants;
  std::vector<std::string> pools;
  MoveList moves;
};
absl::StatusOr<NameTables> ReadNames(ReadTransaction* transaction);

// The paths at or below `ancestor` ("": all) by id, reading no others.
using PathsById = HashMap<uint32_t, std::string>;
absl::StatusOr<PathsById> ReadPathsBelow(ReadTransaction* transaction,
                                         NameKind kind,
                                         std::string_view ancestor);

struct Series {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int32_t first_bucket = 0;  // of the earliest cell
};
// Every (tenant, pool) that has cells, by ids; of one tenant when it is given.
absl::StatusOr<std::vector<Series>> ReadSeries(
    ReadTransaction* transaction, std::optional<uint32_t> tenant = {});

// Calls `visit` with every cell of the books, in the order of keys.
using CellVisitor = std::function<absl::Status(const CellKey&, const Cell&)>;
absl::Status VisitCells(ReadTransaction* transaction, const CellVisitor& visit);

// `count` equal buckets from `first` on.
struct BucketSpan {
  int64_t first = 0;
  int64_t count = 0;
  GpuTime from_runs;  // each
  GpuTime recorded;   // each; count is 1 when it is not zero
  Int128 level = 0;   // micro-GPUs open at the span's end, before the next cell
  Int128 next_level_change = 0;  // of the bucket after the span
  uint32_t last_edge_us = 0;     // count is 1 when it is not zero
};
using SpanVisitor = std::function<absl::Status(const BucketSpan&)>;

// Calls `visit` with the buckets of [from, to) that hold usage, in order.
absl::Status VisitBuckets(ReadTransaction* transaction, const Series& series,
                          int64_t bucket_us, int64_t from, int64_t to,
                          const SpanVisitor& visit);

// All usage of whole buckets in [from_us, to_us), as rating reads it, `live`
// included. REQUIRES: both on bucket edges. kOverflow when a bucket does not
// fit.
absl::StatusOr<UsageTable> ReadUsageTable(ReadTransaction* transaction,
                                          int64_t bucket_us,
                                          const LiveAmounts& live,
                                          int64_t from_us, int64_t to_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_SERIES_H_
