// Holds as a CSV file asks for them.
#ifndef DRAWDOWN_SRC_CLI_HOLD_FILE_H_
#define DRAWDOWN_SRC_CLI_HOLD_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/hold.h"

namespace drawdown {

struct HoldFile {
  std::vector<HoldRequest> requests;
  std::vector<std::string> notes;
};

// Columns hold_id, tenant, pool, gpu_hours or gpu_seconds, gpus, for; of the
// last four only what is needed, `for` else being `ttl_us`. '-' is stdin; gzip
// is read. All bad rows are named, up to a cap, here or when they are placed.
absl::StatusOr<HoldFile> ReadHoldFile(const std::string& path, int64_t ttl_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_HOLD_FILE_H_
