// Books of the format before, brought to this one.
#ifndef DRAWDOWN_SRC_LEDGER_UPGRADE_H_
#define DRAWDOWN_SRC_LEDGER_UPGRADE_H_

#include <memory>

#include "absl/status/status.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// Makes anew what follows from facts by other rules than before, and says so in
// the header, in one commit: either the books are of this format after it, or
// nothing changed. `header` is what the books have then. Another may have done
// it since the header was read.
absl::Status UpgradeBooks(std::unique_ptr<WriteTransaction> books,
                          Header* header);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_UPGRADE_H_
