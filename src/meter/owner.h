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

// Whether the owner may still add to its lanes. Errs toward true, which only
// delays the removal of the file. `self` is the caller, who has the ledger
// open: an owner of another boot or another pid namespace is gone, because a
// ledger is open in one pid namespace at a time (store/peers.h).
bool MayBeAlive(const LanesIdentity& owner, const OwnerIdentity& self);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_OWNER_H_
