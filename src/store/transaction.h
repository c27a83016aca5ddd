// Transactions and cursors of the ledger's store interface over an LMDB
// environment.
#ifndef DRAWDOWN_SRC_STORE_TRANSACTION_H_
#define DRAWDOWN_SRC_STORE_TRANSACTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "ledger/store.h"
#include "store/environment.h"

namespace drawdown {

absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLmdbRead(
    std::shared_ptr<Environment> environment, Deadline deadline);

// Begins and ends on one thread, because LMDB's writer lock belongs to it.
absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginLmdbWrite(
    std::shared_ptr<Environment> environment, Deadline deadline);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_TRANSACTION_H_
