// Who else has the ledger open, kept in peers.lock by locks that the kernel
// drops when their holder dies.
//
// LMDB tells readers apart by their pid and by fcntl locks that belong to a
// process, so two kinds of peers would silently break it and are refused: a
// process of another pid namespace (its pids may equal ours), and a second copy
// of this library in one process (its close would drop our locks).
#ifndef DRAWDOWN_SRC_STORE_PEERS_H_
#define DRAWDOWN_SRC_STORE_PEERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/fork.h"

namespace drawdown {

// Whether no other process has the ledger open. After an error the caller has
// left the peers, and must not have the ledger open. REQUIRES: the directory is
// locked, and `peers` is of JoinPeers.
absl::StatusOr<bool> IsAlone(const LockFd& peers);

// Joins the peers until the result is destroyed. kForeignNamespace,
// kAlreadyOpen. REQUIRES: the directory is locked.
absl::StatusOr<LockFd> JoinPeers(const std::string& directory);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_PEERS_H_
