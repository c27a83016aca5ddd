// Samples of what a ledger's tenants use now.
#ifndef DRAWDOWN_SRC_CLI_LIVE_SAMPLER_H_
#define DRAWDOWN_SRC_CLI_LIVE_SAMPLER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "report/live_report.h"
#include "report/usage_rates.h"

namespace drawdown {

class LiveSampler {
 public:
  // Of `tenant` and what is below it, and of the pools of a selector; "": all.
  // `ledger` must outlive it.
  LiveSampler(const Ledger& ledger, std::string tenant, std::string pool);

  // The rates are those since the call before.
  absl::StatusOr<LiveTable> Sample();

 private:
  absl::StatusOr<UsageAnswer> UsageFrom(int64_t from_us) const;
  LiveTable Assemble(LiveView live, const UsageAnswer& in_bucket) const;

  const Ledger& ledger_;
  const LedgerInfo info_;
  const std::string tenant_;
  const std::string pool_;
  int64_t origin_us_ = 0;  // totals are since then; 0: no sample yet
  int64_t at_us_ = 0;      // of the last sample
  UsageTotals totals_;     // at that
  UsageRates rates_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_LIVE_SAMPLER_H_
