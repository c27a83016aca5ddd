// The example data set that `drawdown example DIR` writes.
#ifndef DRAWDOWN_EXAMPLE_H_
#define DRAWDOWN_EXAMPLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"

namespace drawdown {

// Writes the same files on every machine (contracts, runs.csv, bills, planted.csv)
// into `directory`, which is made if needed. kLedgerExists-like kInvalidArgument if
// one of the files is there already with other content. Returns the paths written.
DRAWDOWN_EXPORT absl::StatusOr<std::vector<std::string>> WriteExample(
    const std::string& directory);

}  // namespace drawdown

#endif  // DRAWDOWN_EXAMPLE_H_
