// Table::kDevices: which runs have a part of which device.
//
//   "r" + run key                                  device and share of the run
//   "d" + device + 0 + K64 end + run key           DeviceUse
//
// The end of a use that is open is the greatest there is, so those that matter
// after an instant are one range. A run keeps its place until it ends, or is
// suspended without accruing; one that is voided has none.
#ifndef DRAWDOWN_SRC_LEDGER_PLACES_H_
#define DRAWDOWN_SRC_LEDGER_PLACES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/device_shares.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

struct DevicePlace {
  std::string device;
  Ratio share;

  friend bool operator==(const DevicePlace&, const DevicePlace&) = default;
};

absl::StatusOr<std::optional<DevicePlace>> ReadPlace(ReadTransaction* books,
                                                     std::string_view run_key);

// Uses of the device that end after an instant.
absl::StatusOr<std::vector<DeviceUse>> ReadDeviceUses(ReadTransaction* books,
                                                      std::string_view device,
                                                      int64_t after_us);

// Gives a run its place; the run must not have one.
absl::Status PutPlace(WriteTransaction* transaction, std::string_view run_key,
                      const DevicePlace& place, const Run& run);

// Follows a change of a run, if it has a place.
absl::Status MovePlace(WriteTransaction* transaction, std::string_view run_key,
                       const Run& before, const Run& after);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_PLACES_H_
