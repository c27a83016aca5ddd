// Who owns a lanes file, and whether that process can still write to it.
#ifndef DRAWDOWN_SRC_METER_OWNER_H_
#define DRAWDOWN_SRC_METER_OWNER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "meter/lanes_format.h"

namespace drawdown {

// This process, as others will tell it from a later one with the same pid.
struct OwnerIdentity {
  std::string boot_id;
  uint64_t pid_namespace = 0;
  uint64_t start_time = 0;
  uint32_t pid = 0;
};
// Asks the kernel anew, so that a forked child is told as itself. kIo without
// /proc.
absl::StatusOr<OwnerIdentity> ThisProcess();

// Whether the owner may still add to its lanes, as far as /proc tells; `self`
// is the caller. False for an owner of another pid namespace, which cannot be
// looked up from here: it may count on after its ledger is closed, and only its
// lock tells (below).
bool MayBeAlive(const LanesIdentity& owner, const OwnerIdentity& self);

// A lock on a lanes file that its owner holds for life. The kernel drops it
// with the last descriptor and mapping of the file, none of which a forked
// child keeps. It is seen from any namespace.
absl::Status LockForLife(int fd, const std::string& path);
bool IsLockedForLife(int fd);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_OWNER_H_
