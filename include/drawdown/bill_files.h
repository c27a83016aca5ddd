// Which files a bill is read from.
#ifndef DRAWDOWN_BILL_FILES_H_
#define DRAWDOWN_BILL_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"

namespace drawdown {

// The files that SummarizeBill and Ledger::Reconcile read for `paths`, in
// order: those, and in place of a manifest (.json) the files that it lists.
// Only manifests are read. kBadInput for one that cannot be read or lists what
// is not there; kInvalidArgument when one file is named twice. Thread-safe.
DRAWDOWN_EXPORT absl::StatusOr<std::vector<std::string>> BillFiles(
    const std::vector<std::string>& paths);

}  // namespace drawdown

#endif  // DRAWDOWN_BILL_FILES_H_
