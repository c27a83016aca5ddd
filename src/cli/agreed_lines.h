// Posting what the bill has and the books lack, where a person agrees.
#ifndef DRAWDOWN_SRC_CLI_AGREED_LINES_H_
#define DRAWDOWN_SRC_CLI_AGREED_LINES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "drawdown/reconcile.h"

namespace drawdown {

// Reads lines of a `--breaks` file that a person agrees with, as usage that the
// books lack: billed - metered GPU time of its pool over its period, for the
// line's tenant, else `tenant`. The id of each record cites its line: contract,
// period, pool and a hash of the line. kBadRow names the lines that are none of
// `result` and were not posted before, or that the books cannot take (no pool,
// nothing billed beyond the meter, no tenant); kMissingColumn, kBadCsv.
absl::StatusOr<std::vector<UsageRecord>> ReadAgreedLines(
    const std::string& path, const std::string& tenant,
    const ReconcileResult& result, const Ledger& ledger);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_AGREED_LINES_H_
