// The provider's billing grain: what it bills of a run beyond what was metered.
#ifndef DRAWDOWN_SRC_RATING_GRAIN_H_
#define DRAWDOWN_SRC_RATING_GRAIN_H_

#include <cstdint>
#include <vector>

#include "contract/timeline.h"
#include "model/run_usage.h"
#include "model/usage_table.h"
#include "rating/rating.h"

namespace drawdown {

// What the grain adds to or, below zero, takes away of one span of a run in one
// bucket.
struct GrainPiece {
  size_t run = 0;
  size_t span = 0;  // of the run
  int64_t bucket_us = 0;
  Int128 time = 0;
};
// Of the runs that ended by `at_us`: their time is rounded to the grain and is
// at least the minimum. What is added goes to the run's last bucket at the GPUs
// it had last; what is taken away is its last time. By the version that holds
// at the run's last instant.
std::vector<GrainPiece> GrainPieces(const ContractTimeline& contracts,
                                    const std::vector<RunUsage>& runs,
                                    int64_t bucket_length_us, int64_t at_us);

inline std::vector<GrainPiece> GrainOf(const RatingInput& input) {
  return GrainPieces(input.contracts, input.runs, input.usage->bucket_length_us,
                     input.at_us);
}

// `usage` with these pieces.
struct GrainedUsage {
  UsageTable usage;
  std::vector<UsageCell> added;  // by bucket, tenant, pool; may be below zero
};
GrainedUsage AddGrain(const UsageTable& usage,
                      const std::vector<RunUsage>& runs,
                      const std::vector<GrainPiece>& pieces);

// Whether some version needs to know runs: for its grain or to round segments.
bool NeedsRuns(const ContractTimeline& contracts);

// Cost of the lines, each the sum of its segments, which are rounded to `scale`
// one by one. A segment's part of a bucket is its share of the bucket's usage,
// `grain` included, in whole GPU-microseconds; usage that no run explains is a
// segment a bucket, and each interval is one. `usage` has the grain in it.
std::vector<MoneyAmount> SegmentCosts(const UsageTable& usage,
                                      const std::vector<RunUsage>& runs,
                                      const std::vector<GrainPiece>& grain,
                                      const RatedUsage& rated, int scale);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_GRAIN_H_
