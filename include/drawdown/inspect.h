// Looking inside a ledger: what it is, its runs, its journal, its health.
// Plain values.
#ifndef DRAWDOWN_INSPECT_H_
#define DRAWDOWN_INSPECT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

struct LedgerInfo {
  std::string directory;
  std::string uuid;
  uint32_t format = 0;
  int64_t bucket_us = 0;
  int64_t created_us = 0;
  uint64_t entries = 0;    // journal entries
  std::string chain_hash;  // of the newest commit, hex
};

struct RunQuery {
  std::string tenant;  // at or below; "": all
  std::string pool;    // selector; "": all
  std::optional<RunState> state;
  std::string run_id;  // exactly this id; "": all
  std::string array;   // tasks PARENT[INDEX] of this parent; "": all
  uint64_t limit = 0;  // 0: no limit
  // Only those behind it in key order, which is that of ids and attempts: the
  // last run of the page before. It need not be there.
  std::optional<RunKey> after = {};
};

// What runs come to.
struct RunTotals {
  uint64_t runs = 0;
  std::array<uint64_t, 5> by_state{};  // by RunState
  GpuTime gpu_time;                    // metered, up to an instant
};

// One line of the journal, described.
struct JournalEntry {
  uint64_t sequence = 0;
  int64_t recorded_us = 0;
  std::string kind;     // "run_import", "run_start", "contract", "commit", ...
  std::string subject;  // run id, contract id, hash
  std::string detail;   // what happened, one line
};

struct VerifyReport {
  bool ok = false;
  uint64_t entries = 0;
  uint64_t commits = 0;
  uint64_t runs = 0;
  uint64_t usage_records = 0;
  uint64_t cells = 0;
  GpuTime from_runs;
  GpuTime from_usage;
  GpuTime from_meters;  // journalled: of buckets that are over
  GpuTime from_holds;   // charged by renewing and settling
  GpuTime in_buckets;   // must equal the sum of these four, at `at`
  int64_t at_us = 0;
  // Counted by live meters and not journalled yet, beside the above.
  GpuTime live;
  std::string chain_hash;
  std::vector<std::string> findings;  // empty when ok
};

struct SalvageReport {
  uint64_t entries_read = 0;
  uint64_t entries_lost = 0;
  uint64_t runs = 0;
  uint64_t usage_records = 0;
  uint64_t contracts = 0;
  std::vector<std::string> losses;  // what could not be read, one line each
};

}  // namespace drawdown

#endif  // DRAWDOWN_INSPECT_H_
