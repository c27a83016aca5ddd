// A golden case given to rating, and what comes out in the tables' words.
#ifndef DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_RATING_H_
#define DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_RATING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/statement.h"
#include "rating/rating.h"
#include "tests/unit/rating/golden_case.h"

namespace drawdown {

struct GoldenSubject {
  // The contract's own error where it cannot be read.
  static absl::StatusOr<GoldenSubject> Make(const GoldenCase& golden);

  int64_t AtOf(const GoldenCheck& check) const;
  absl::StatusOr<Interval> PeriodOf(const GoldenCheck& check) const;
  // Rates usage and capacity as they are given, which may be parts of the
  // case's. Points into all three.
  RatingInput Input(const Interval& period, int64_t at_us,
                    const UsageTable& usage,
                    const CapacityTable& capacity) const;
  // With the corrections of the periods that were closed.
  absl::StatusOr<Statement> Rate(const GoldenCheck& check) const;
  // Without.
  absl::StatusOr<Statement> RateAlone(const Interval& period,
                                      int64_t at_us) const;

  // Points into `versions`.
  ContractTimeline Contracts() const;

  std::vector<Contract> versions;
  UsageTable usage;
  CapacityTable capacity;
  std::vector<RunUsage> runs;
  std::vector<Statement> closed;  // in the order in which they were
  std::vector<std::string> closed_names;
};

// "tenant,pool,commitment,kind,gpu_seconds,gpu_hours,unit_price,cost" each.
std::vector<std::string> GoldenLines(const Statement& statement);
// "COST GPU_SECONDS".
std::string GoldenTotal(const Statement& statement);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_RATING_H_
