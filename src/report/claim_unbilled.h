// What a bill lacks in the time that is claimed: usage may have been billed
// wrongly, and right nowhere.
#ifndef DRAWDOWN_SRC_REPORT_CLAIM_UNBILLED_H_
#define DRAWDOWN_SRC_REPORT_CLAIM_UNBILLED_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drawdown/reconcile.h"
#include "report/claim_report.h"

namespace drawdown {

struct UnbilledUsage {
  int64_t start_us = 0;  // from the first item's start to the last one's end
  int64_t end_us = 0;
  GpuTime metered;                           // zero: there is none
  std::map<std::string, MoneyAmount> worth;  // by currency, by contract
};

// The final items of usage that is in no row, of time that overlaps a claim's
// of their pool, or one's that names no pool. Each counts whole, and once:
// what a run of hours has outside the claims is not told from what it has in
// them.
UnbilledUsage UnbilledBeside(const ReconcileResult& result,
                             const std::vector<Claim>& claims);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CLAIM_UNBILLED_H_
