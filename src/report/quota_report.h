// Quotas written out: as they are, and why something would be refused.
#ifndef DRAWDOWN_SRC_REPORT_QUOTA_REPORT_H_
#define DRAWDOWN_SRC_REPORT_QUOTA_REPORT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "drawdown/quota.h"
#include "report/format.h"
#include "report/sheet.h"

namespace drawdown {

// "acme/chat on aws/*: 5000 GPU-hours a month".
std::string DescribeQuota(const QuotaState& quota);

// Amounts are in GPU-hours or GPUs, never in both; CSV and JSON have columns of
// either.
void WriteQuotas(std::span<const QuotaState> quotas, Format format,
                 const Sink& sink);

// One quota after it was set; `changed` is false when it was so already.
void WriteQuotaChange(const QuotaState& quota, bool changed, Format format,
                      const Sink& sink);

// The table and JSON have everything, CSV the quotas.
void WriteExplanation(const QuotaQuery& query,
                      const QuotaExplanation& explanation, Format format,
                      const Sink& sink);

// A refusal as an object of its own; none where there is none.
Cell RefusalJson(const std::optional<Refusal>& refusal);

// What was asked, whether it fits, and why not; "" when nothing was asked.
std::string DescribeVerdict(const QuotaQuery& query,
                            const QuotaExplanation& explanation);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_QUOTA_REPORT_H_
