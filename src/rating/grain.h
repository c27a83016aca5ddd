// The provider's billing grain: what it bills of a run beyond what was metered.
#ifndef DRAWDOWN_SRC_RATING_GRAIN_H_
#define DRAWDOWN_SRC_RATING_GRAIN_H_

#include <cstdint>
#include <vector>

#include "contract/timeline.h"
#include "model/run_usage.h"
#include "model/usage_table.h"

namespace drawdown {

// `usage` with what the grain makes of the runs that ended by `at_us`: time is
// rounded to the grain and is at least the minimum. What is added goes to the
// run's last bucket at the GPUs it had last; what is taken away is its last
// time. By the version that holds at the run's last instant.
struct GrainedUsage {
  UsageTable usage;
  std::vector<UsageCell> added;  // by bucket, tenant, pool; may be below zero
};
GrainedUsage AddGrain(const ContractTimeline& contracts, const UsageTable& usage,
                      const std::vector<RunUsage>& runs, int64_t at_us);

// Whether some version needs to know runs: for its grain or to round segments.
bool NeedsRuns(const ContractTimeline& contracts);

// Cost of the lines, each the sum of its segments, which are rounded to `scale`
// one by one. A segment's part of a bucket is its share of the bucket's usage;
// usage that no run explains, and each interval, is a segment of its own.
std::vector<MoneyAmount> SegmentCosts(const UsageTable& usage,
                                      const std::vector<RunUsage>& runs,
                                      const struct RatedUsage& rated,
                                      int scale);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_GRAIN_H_
