// The lanes of this process: for each ledger it meters one lanes file, and for
// each thread a lane in it.
//
// What is made here lives until the process ends: a Meter stays valid after its
// ledger is closed, and what it counts then is found in the file by whoever
// opens the ledger next. A forked child starts files of its own with the same
// meters, the first time it counts.
#ifndef DRAWDOWN_SRC_METER_PROCESS_LANES_H_
#define DRAWDOWN_SRC_METER_PROCESS_LANES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "drawdown/meter.h"
#include "meter/epoch_file.h"

namespace drawdown {

struct LanesPlace {
  std::string live_directory;  // absolute
  Uuid ledger{};
};

// Ids of names, as the ledger knows them.
struct MeterIds {
  uint32_t tenant = 0;
  uint32_t pool = 0;
};

// The meters of `ids` in this process's lanes file for `place`, which is made
// by the first call; one meter per (tenant, pool), however often it is asked
// for. All or an error: kDiskFull, kIo, kInvalidArgument (too many meters).
// Thread-safe.
absl::StatusOr<std::vector<Meter>> BindMeters(
    const LanesPlace& place, const std::shared_ptr<EpochFile>& epoch,
    int64_t now_us, std::span<const MeterIds> ids);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_PROCESS_LANES_H_
