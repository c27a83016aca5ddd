// The rules of FOCUS as text, a line each:
//   id ~ kind ~ must|should|may ~ condition ~ requirement ~
//   why it cannot be executed ~ text
// Kind is "official" where the rule model says how a validator executes it and
// "unexecuted" where it leaves that empty; " since 1.3" or " since 1.4" follows
// for a rule that is newer than its column is taken to be. Ids and texts are
// from the rule model of the specification (CC-BY-4.0, (c) Joint Development
// Foundation Projects, LLC, FOCUS Series, and contributors); conditions and
// requirements are written anew for rule_expression.h. Where the model
// contradicts its own text the text is followed: docs/design/bill_formats.md
// lists where.
#ifndef DRAWDOWN_SRC_BILL_RULES_H_
#define DRAWDOWN_SRC_BILL_RULES_H_

#include <span>
#include <string_view>
#include <vector>

namespace drawdown {

// Lines, in parts.
std::span<const std::string_view> DatasetRules();  // of 1.2
std::span<const std::string_view> ColumnRules();   // of 1.2
std::span<const std::string_view> NewerRules();    // of later columns

// Every line, in that order.
std::vector<std::string_view> RuleLines();

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULES_H_
