// When quotas run out must be the same in the books and in the model, to the
// microsecond.
#include <algorithm>

#include "gtest/gtest.h"
#include "ledger/exhaustions.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/quota_simulation.h"

namespace drawdown {

void QuotaSimulation::CompareOutlook() {
  for (const auto& [id, run] : naive_.runs) {
    // Of a clock that was put back: see "Known limits" in
    // docs/design/quotas.md.
    if (run.later || run.segments.empty()) continue;
    if (run.segments.back().start_us > now_us_) return;
  }
  const auto books = store_->BeginRead();
  ASSERT_THAT(books, IsOk());
  const auto all =
      ExhaustionsFrom(books->get(), header_.bucket_us, now_us_, {});
  ASSERT_THAT(all, IsOk());
  if (naive_.quotas.empty()) return;
  const NaiveQuota& quota = naive_.quotas[random_.Between(
      0, static_cast<int64_t>(naive_.quotas.size()) - 1)];
  std::vector<int64_t> books_say;
  for (const Exhaustion& one : *all) {
    if (one.quota && *one.quota == quota.scope) books_say.push_back(one.at_us);
  }
  // A rolling window of at most 24 hours repeats itself after two of them.
  const bool rolls = quota.scope.period == QuotaPeriod::kRolling;
  const int64_t last_us = naive_.LastChange(quota, now_us_);
  const std::vector<int64_t> naive_says =
      naive_.RunsOut(quota, now_us_, last_us + (rolls ? 50 : 366 * 24) * kHour);
  ASSERT_EQ(books_say, naive_says)
      << quota.scope.tenant << " on " << quota.scope.pool << " "
      << QuotaPeriodName(quota.scope.period) << " " << quota.scope.rolling_us
      << " at " << now_us_;
  counts_["instants at which quotas run out"] +=
      static_cast<int64_t>(naive_says.size());
}

}  // namespace drawdown
