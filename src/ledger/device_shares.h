// Parts of one GPU that runs share: MIG slices, time slices. Pure functions
// over values, exact: seven sevenths are one GPU, in rationals and in
// micro-GPUs.
#ifndef DRAWDOWN_SRC_LEDGER_DEVICE_SHARES_H_
#define DRAWDOWN_SRC_LEDGER_DEVICE_SHARES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ratio.h"
#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

// A run that has a part of a device from an instant on, until it ends.
struct DeviceUse {
  RunKey run;
  Ratio share;
  int64_t micro_gpus = 0;
  int64_t start_us = 0;
  std::optional<int64_t> end_us;
};

// kWrongState when from `start_us` on there is an instant at which the others
// leave no room for the share: names them. kOverflow when their sum has no
// denominator of 128 bits.
absl::Status CheckRoom(const std::string& device, const Ratio& share,
                       int64_t start_us, const std::vector<DeviceUse>& others);

// The micro-GPUs of one share more beside those that have not ended: its own
// share of a million, rounded down or up such that the sum is the sum's, and
// what is left of the million where the device is full.
absl::StatusOr<int64_t> MicroGpusBeside(const Ratio& share,
                                        const std::vector<DeviceUse>& others);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_DEVICE_SHARES_H_
