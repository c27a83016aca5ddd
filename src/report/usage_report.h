// Answers to usage queries, written out.
#ifndef DRAWDOWN_SRC_REPORT_USAGE_REPORT_H_
#define DRAWDOWN_SRC_REPORT_USAGE_REPORT_H_

#include <optional>
#include <string_view>
#include <vector>

#include "drawdown/usage.h"
#include "report/format.h"

namespace drawdown {

std::string_view UsageDimensionName(UsageDimension dimension);  // "tenant"
std::optional<UsageDimension> ParseUsageDimension(std::string_view name);

// The columns that the query groups by come first, in its order; without any
// there is one row, the total. A net query has columns of its own at the end.
void WriteUsage(const UsageAnswer& answer, const UsageQuery& query,
                Format format, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_USAGE_REPORT_H_
