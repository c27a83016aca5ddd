// Runs and journal entries as people read them.
#ifndef DRAWDOWN_SRC_LEDGER_INSPECT_H_
#define DRAWDOWN_SRC_LEDGER_INSPECT_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/inspect.h"
#include "drawdown/run.h"
#include "ledger/entry.h"
#include "ledger/series.h"
#include "ledger/store.h"

namespace drawdown {

// Where a run is, or was when it ended.
std::string TenantOf(const Run& run, const NameTables& names);
RunInfo MakeRunInfo(const RunKey& key, const Run& run, const NameTables& names);
bool Selects(const RunQuery& query, const RunInfo& info);
// Whether the id is PARENT[INDEX] of this parent.
bool IsTaskOf(std::string_view run_id, std::string_view parent);

// Runs in key order until `visit` returns false.
absl::Status VisitRuns(ReadTransaction* books, const RunQuery& query,
                       const std::function<bool(const RunInfo&)>& visit);

// Journal entries from a sequence on, until `visit` returns false.
absl::Status VisitJournal(
    ReadTransaction* books, uint64_t from,
    const std::function<bool(const JournalEntry&)>& visit);

// Every version of every contract, by id, then version.
absl::StatusOr<std::vector<StoredContract>> ReadContracts(
    ReadTransaction* books);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_INSPECT_H_
