#include "ledger/quota_windows.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/civil.h"
#include "ledger/buckets.h"

namespace drawdown {
namespace {

// Most often it is the month that was asked for last.
QuotaWindow UtcMonth(int64_t at_us) {
  thread_local QuotaWindow last = {0, 0};
  if (at_us >= last.start_us && at_us < last.end_us) return last;
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilMonth month(CivilOfInstant(at_us, utc));
  last = {InstantOfCivil(absl::CivilSecond(month), utc),
          InstantOfCivil(absl::CivilSecond(month + 1), utc)};
  return last;
}

QuotaWindow BetweenEdges(const std::vector<int64_t>& edges, int64_t at_us) {
  const auto after = std::upper_bound(edges.begin(), edges.end(), at_us);
  return {after == edges.begin() ? QuotaWindow::kNoEdge : *(after - 1),
          after == edges.end() ? QuotaWindow::kNoEnd : *after};
}

QuotaWindow Bucket(int64_t at_us, int64_t bucket_us) {
  const int64_t start = FloorTo(at_us, bucket_us);
  return {start, start + bucket_us};
}

}  // namespace

QuotaWindow AccountWindow(const StoredQuota& quota, int64_t at_us,
                          int64_t bucket_us) {
  switch (quota.scope.period) {
    case QuotaPeriod::kTotal:
    case QuotaPeriod::kAtOnce:
      return {};
    case QuotaPeriod::kRolling:
      return Bucket(at_us, bucket_us);
    case QuotaPeriod::kMonth:
      if (quota.edges.empty()) return UtcMonth(at_us);
      break;
    case QuotaPeriod::kInterval:
      break;
  }
  return BetweenEdges(quota.edges, at_us);
}

QuotaWindow CountingWindow(const StoredQuota& quota, int64_t at_us,
                           int64_t bucket_us) {
  QuotaWindow window = AccountWindow(quota, at_us, bucket_us);
  if (quota.scope.period == QuotaPeriod::kRolling) {
    window.start_us = window.end_us - quota.scope.rolling_us;
  }
  return window;
}

}  // namespace drawdown
