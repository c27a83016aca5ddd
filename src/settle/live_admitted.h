// What live meters have admitted beyond a snapshot of the books, for answers
// about quotas: all that was admitted before the question, and nothing twice.
//
// The counters are read first and the snapshot is begun after it. Its marks say
// how much of them it has; where a drain in between took more than was read,
// nothing is left. The other way round, a snapshot that lacks a release could
// be asked about what was admitted thanks to it. Nobody waits for anybody: what
// a commit under way has promised is not in the snapshot, and not counted.
#ifndef DRAWDOWN_SRC_SETTLE_LIVE_ADMITTED_H_
#define DRAWDOWN_SRC_SETTLE_LIVE_ADMITTED_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/units.h"
#include "ledger/live_records.h"
#include "ledger/store.h"
#include "meter/lanes_format.h"
#include "settle/live_directory.h"

namespace drawdown {

struct MeterAdmitted {
  MeterIds ids;
  Int128 gpu_us = 0;
};

class AdmittedCounts {
 public:
  // `live` outlives it.
  static absl::StatusOr<AdmittedCounts> Read(LiveDirectory* live);

  // Of meters with something that `books` lack, a snapshot begun after Read.
  // None: a file that the snapshot does not know was taken away meanwhile, so
  // that it may have all of it or nothing. Begin anew; with `last` it has it.
  absl::StatusOr<std::optional<std::vector<MeterAdmitted>>> Beyond(
      ReadTransaction* books, bool last) const;

 private:
  struct Count {
    uint32_t meter = 0;
    MeterIds ids;
    AdmittedMark admitted = {};  // by bank
  };
  struct File {
    Uuid uuid;
    std::vector<Count> counts;
  };

  explicit AdmittedCounts(LiveDirectory* live) : live_(live) {}
  absl::Status ReadFile(const Uuid& uuid);

  LiveDirectory* live_;
  std::vector<File> files_;  // of which something was ever admitted
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_LIVE_ADMITTED_H_
