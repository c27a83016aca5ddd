// A statement's rating that is kept, so that what is recorded late costs only
// the buckets that it changes: the same lines as RateUsage() and
// MakeStatement().
#ifndef DRAWDOWN_SRC_RATING_KEPT_H_
#define DRAWDOWN_SRC_RATING_KEPT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "rating/rating.h"

namespace drawdown {

class KeptRating {
 public:
  // Whether it can be kept: the period has begun, the contract's term contains
  // it, no capacity was stated, and no version has credits, a grain or rounding
  // by segment, which look at more than a bucket.
  static bool Keeps(const RatingInput& input);

  // Rates the input. Its contracts must outlive the result; its usage is taken
  // over. REQUIRES: Keeps().
  static absl::StatusOr<std::unique_ptr<KeptRating>> Make(
      const RatingInput& input, UsageTable usage);
  ~KeptRating();

  // From when on cells may change: the period's start or the term's.
  int64_t changes_from_us() const;
  // The first instant that is not rated yet.
  int64_t rated_until_us() const;
  // Names by which cells are given.
  const std::vector<std::string>& tenants() const;
  const std::vector<std::string>& pools() const;

  // The cells of one tenant and pool in [from_us, rated_until_us()), by bucket.
  std::vector<UsageCell> CellsOf(uint32_t tenant, uint32_t pool,
                                 int64_t from_us) const;

  // Rates again with these cells instead of those of the same bucket, tenant
  // and pool; zero takes one away. Also rates the buckets that ended by `at_us`
  // since. REQUIRES: at_us is no earlier than before, and the cells lie in
  // buckets from changes_from_us() on that ended by it, ascending by (bucket,
  // tenant, pool).
  // After an error (kOverflow) nothing else may be asked.
  absl::Status Update(int64_t at_us, std::span<const UsageCell> changes);

  absl::StatusOr<Statement> MakeStatement() const;

  // Buckets that the last Make() or Update() walked.
  int64_t walked() const;
  // About what it occupies.
  size_t bytes() const;

 private:
  class Impl;
  explicit KeptRating(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_KEPT_H_
