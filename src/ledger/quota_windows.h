// Which window of time a quota counts an instant in.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_WINDOWS_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_WINDOWS_H_

#include <cstdint>
#include <limits>

#include "ledger/quota_records.h"

namespace drawdown {

// Half-open. A start of kNoEdge: since ever; an end of kNoEnd: for ever.
struct QuotaWindow {
  static constexpr int64_t kNoEdge = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();
  int64_t start_us = kNoEdge;
  int64_t end_us = kNoEnd;

  friend bool operator==(const QuotaWindow&, const QuotaWindow&) = default;
};

// The window whose account has what happens at the instant: of a rolling quota
// the bucket. What comes before a quota's first edge is one window, and so is
// what comes after its last, so that its limit always holds.
QuotaWindow AccountWindow(const StoredQuota& quota, int64_t at_us,
                          int64_t bucket_us);

// The window that counts at the instant: of a rolling quota many buckets.
QuotaWindow CountingWindow(const StoredQuota& quota, int64_t at_us,
                           int64_t bucket_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_WINDOWS_H_
