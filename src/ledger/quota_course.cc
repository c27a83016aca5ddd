#include "ledger/quota_course.h"

#include <algorithm>

namespace drawdown {

// Segments that ended cancel out over all windows: the level at a window's
// start is the negative of all changes from there on.
FineTime UsedIn(const QuotaWindow& window, const WindowSums& sums, Int128 level,
                int64_t at_us) {
  const Account& in = sums.in;
  FineTime used = FineOf(in.amount) - in.level_moment;
  if (window.end_us != QuotaWindow::kNoEnd) {
    used -= FineTime(sums.changes_after) * window.end_us;
  }
  const int64_t until_us = std::min(at_us, window.end_us);
  used += FineTime(in.open) * until_us - in.open_moment;
  if (window.start_us != QuotaWindow::kNoEdge) {
    const Int128 opened_before = level - in.open - sums.opened_after;
    used += FineTime(sums.changes) * window.start_us;
    used += FineTime(opened_before) * (until_us - window.start_us);
  }
  return used;
}

QuotaCourse::QuotaCourse(const StoredQuota* quota, int64_t bucket_us,
                         Int128 level,
                         const std::map<int64_t, Account>& accounts)
    : level_(level), accounts_(accounts.begin(), accounts.end()) {
  for (const auto& [start_us, account] : accounts_) {
    sums_.changes += account.level_change;
    sums_.changes_after += account.level_change;
    sums_.opened_after += account.open;
    last_end_us_ = AccountWindow(*quota, start_us, bucket_us).end_us;
  }
}

QuotaUse QuotaCourse::UseIn(const QuotaWindow& window, int64_t at_us) {
  for (;
       entered_ < accounts_.size() && accounts_[entered_].first < window.end_us;
       ++entered_) {
    const Account& account = accounts_[entered_].second;
    sums_.in.Add(account, +1);
    sums_.changes_after -= account.level_change;
    sums_.opened_after -= account.open;
  }
  for (; left_ < entered_ && accounts_[left_].first < window.start_us;
       ++left_) {
    const Account& account = accounts_[left_].second;
    sums_.in.Add(account, -1);
    sums_.changes -= account.level_change;
  }
  return {UsedIn(window, sums_, level_, at_us), level_ - sums_.opened_after};
}

}  // namespace drawdown
