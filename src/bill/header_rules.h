// What rules ask of the names of a file's columns.
#ifndef DRAWDOWN_SRC_BILL_HEADER_RULES_H_
#define DRAWDOWN_SRC_BILL_HEADER_RULES_H_

#include <string>
#include <vector>

#include "bill/columns.h"
#include "bill/rule_expression.h"

namespace drawdown {

// The names that break the rule, in the file's order. `layout` is of the
// header. REQUIRES: IsOfHeader(op).
std::vector<std::string> BrokenNames(RuleOp op, const BillLayout& layout,
                                     const std::vector<std::string>& header);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_HEADER_RULES_H_
