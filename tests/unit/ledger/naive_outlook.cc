// When quotas run out, by looking: between two edges (of windows, limits and
// deadlines) used + held only grows, so that its ends say whether it reaches
// the limit, and halving says when.
#include <algorithm>

#include "tests/unit/ledger/naive_quotas.h"

namespace drawdown {

bool NaiveQuotas::Out(const NaiveQuota& quota, int64_t at_us) const {
  const bool at_once = quota.scope.period == QuotaPeriod::kAtOnce;
  const Int128 fine = at_once ? 1 : 1'000'000;
  const QuotaLimit* const limit = Limit(quota, at_us);
  return limit != nullptr && Used(quota, at_us) + Held(quota, at_us) >=
                                 (limit->nominal + limit->borrowing) * fine;
}

int64_t NaiveQuotas::NextEdge(const NaiveQuota& quota, int64_t at_us) const {
  int64_t next_us = WindowOf(quota, at_us).end_us;
  const auto later = quota.limits.upper_bound(at_us);
  if (later != quota.limits.end()) next_us = std::min(next_us, later->first);
  for (const auto& [id, hold] : holds) {
    if (!hold.closed && hold.expires_us > at_us) {
      next_us = std::min(next_us, hold.expires_us);
    }
  }
  return next_us;
}

int64_t NaiveQuotas::LastChange(const NaiveQuota& quota,
                                int64_t from_us) const {
  int64_t last_us = std::max(from_us, quota.limits.rbegin()->first);
  for (const auto& [id, hold] : holds) {
    if (!hold.closed) last_us = std::max(last_us, hold.expires_us);
  }
  // A month ahead where the wall clock is.
  for (const auto& [id, run] : runs) {
    for (const Segment& segment : run.segments) {
      last_us = std::max(last_us, segment.end_us.value_or(segment.start_us));
    }
  }
  for (const NaiveAmount& amount : amounts) {
    last_us = std::max(last_us, amount.bucket_us);
  }
  return last_us;
}

std::vector<int64_t> NaiveQuotas::RunsOut(const NaiveQuota& quota,
                                          int64_t from_us,
                                          int64_t to_us) const {
  std::vector<int64_t> found;
  bool out = Out(quota, from_us);
  if (out) found.push_back(from_us);
  for (int64_t at_us = from_us; at_us < to_us;) {
    const int64_t end_us = NextEdge(quota, at_us);
    if (Out(quota, at_us)) {
      if (!out) {
        found.push_back(at_us);
        return found;
      }
    } else if (Out(quota, end_us - 1)) {
      int64_t not_yet_us = at_us;
      int64_t out_us = end_us - 1;
      while (out_us - not_yet_us > 1) {
        const int64_t middle_us = not_yet_us + (out_us - not_yet_us) / 2;
        (Out(quota, middle_us) ? out_us : not_yet_us) = middle_us;
      }
      found.push_back(out_us);
      return found;
    }
    out = Out(quota, end_us - 1);
    at_us = end_us;
  }
  return found;
}

}  // namespace drawdown
