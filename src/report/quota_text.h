// Quotas in words and bars, for people.
#ifndef DRAWDOWN_SRC_REPORT_QUOTA_TEXT_H_
#define DRAWDOWN_SRC_REPORT_QUOTA_TEXT_H_

#include <string>

#include "drawdown/quota.h"

namespace drawdown {

bool AsksForSomething(const QuotaQuery& query);

// "8 GPUs and 15 GPU-hours".
std::string AskedWords(const QuotaQuery& query);

// "slice, lends 500 GPU-hours, may borrow 1,000 GPU-hours"; "" for a plain
// ceiling.
std::string KindWords(const QuotaState& quota);

// The same, and limits that begin later: "slice; from 2026-12-01T00:00:00Z on
// 5 GPU-hours, soft: refuses nothing".
std::string DetailWords(const QuotaState& quota);

// "[####==--......]": used, held, set aside for slices below, available.
std::string QuotaBar(const QuotaState& quota);

// A few lines on one quota: the limit, the bar, when it resets.
std::string ExplainedQuota(const QuotaState& quota);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_QUOTA_TEXT_H_
