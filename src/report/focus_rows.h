// The Cost and Usage rows of a statement, before they are written: a row per
// charge, and beside what a commitment covered the purchase that pays for it.
#ifndef DRAWDOWN_SRC_REPORT_FOCUS_ROWS_H_
#define DRAWDOWN_SRC_REPORT_FOCUS_ROWS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/statement.h"
#include "drawdown/terms.h"

namespace drawdown {

// By FOCUS 1.4 column name; null where there is none.
using FocusCells = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view kGpuHours = "GPU-Hours";

std::vector<FocusCells> FocusRows(const Statement& statement,
                                  const StatementTerms& terms);

// GPU-hours with at most nine decimals, half-even, no zeros at their end.
std::string FocusHours(GpuTime time);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_FOCUS_ROWS_H_
