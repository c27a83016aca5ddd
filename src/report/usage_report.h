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

// `by` is the query's: its columns come first, in that order. Without any there
// is one row, the total.
void WriteUsage(const UsageAnswer& answer,
                const std::vector<UsageDimension>& by, Format format,
                const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_USAGE_REPORT_H_
