// The rules of FOCUS as text; rules_1_2.cc says how a line is made.
#ifndef DRAWDOWN_SRC_BILL_RULES_H_
#define DRAWDOWN_SRC_BILL_RULES_H_

#include <span>
#include <string_view>

namespace drawdown {

// Lines, in parts.
std::span<const std::string_view> RuleTexts();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULES_H_
