// Making a whole ledger directory appear at once: it is built aside, made
// durable, and renamed into place.
#ifndef DRAWDOWN_SRC_STORE_BUILD_H_
#define DRAWDOWN_SRC_STORE_BUILD_H_

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace drawdown {

// `fill` writes data.mdb into the (empty, durable afterwards) directory it is
// given. `target` is absent or, when `may_exist`, an empty directory, whose
// owner, mode and mount then stay. A crash leaves no ledger at `target` or a
// whole one, and nothing that keeps a second try from working; an error, or
// want of memory, nothing at all, but for kIo of the last fsync: then it is
// there. kLedgerExists, kNotALedger (something else is there), kBusy (another
// process is at it).
absl::Status BuildLedgerDirectory(
    const std::string& target, bool may_exist,
    const std::function<absl::Status(const std::string&)>& fill);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_BUILD_H_
