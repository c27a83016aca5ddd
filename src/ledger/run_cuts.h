// Reading the runs themselves where a bucket is cut.
#ifndef DRAWDOWN_SRC_LEDGER_RUN_CUTS_H_
#define DRAWDOWN_SRC_LEDGER_RUN_CUTS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "drawdown/units.h"
#include "ledger/store.h"

namespace drawdown {

// Calls add(tenant, pool, cut, part) for each run and each cut it overlaps the
// bucket of, with the run's usage from that bucket's start up to the cut,
// exact. Reads every run: 20 ns or so each. REQUIRES: cuts sorted.
absl::Status VisitRunCuts(
    ReadTransaction* transaction, int64_t bucket_us,
    const std::vector<int64_t>& cuts,
    const std::function<void(uint32_t tenant, uint32_t pool, int64_t cut_us,
                             GpuTime part)>& add);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_RUN_CUTS_H_
