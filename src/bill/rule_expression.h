// What a rule asks of a row:
//   A is null | A not null | A is 'v' | A not 'v' | A present
//   A text|number|time|unit|currency|national|keyvalue|nonnegative
//   A keys|pascalkeys|focuskeys|spelledkeys|typedvalues   of SkuPriceDetails
//   A json|shaped                   an object; the one that FOCUS 1.4 describes
//   A oneparent|appliedunits        of ContractApplied
//   A = B | A != B | A >= B (times) | A * B = C | distinct A B 1
//   A excludes B                    A ends what starts at B, and is not in it
//   A disjoint B                    objects without a key in common
//   every number|time|text|null|required|optional|unit|unitcase
//   every object|uniquekeys|scalar  of all columns of that type
//   header pascal|alphanumeric|short|prefixed|custom|first
//                                   of the columns' names
// joined by & and |, with brackets. A blank one always holds.
#ifndef DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_
#define DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bill/columns.h"

namespace drawdown {

enum class RuleOp : uint8_t {
  kTrue,
  kAnd,
  kOr,
  kNull,
  kNotNull,
  kIs,
  kIsNot,
  kPresent,
  kText,
  kNumber,
  kTime,
  kUnit,
  kCurrency,
  kNational,
  kKeyValue,
  kKeys,
  kNonNegative,
  kEqual,
  kNotEqual,
  kNotBefore,
  kProduct,
  kDistinct,
  kJson,
  kShaped,
  kPascalKeys,
  kFocusKeys,
  kSpelledKeys,
  kTypedValues,
  kOneParent,
  kAppliedUnits,
  kExcludes,
  kDisjoint,
  kEveryNumber,
  kEveryTime,
  kEveryText,
  kEveryNull,
  kEveryRequired,
  kEveryOptional,
  kEveryUnit,
  kEveryUnitCase,
  kEveryObject,
  kEveryUniqueKeys,
  kEveryScalar,
  kPascalNames,  // this and the rest are of the header
  kAlphanumericNames,
  kShortNames,
  kPrefixedNames,
  kCustomNames,
  kFocusFirst
};

inline bool IsOfHeader(RuleOp op) { return op >= RuleOp::kPascalNames; }

struct RuleExpression {
  RuleOp op = RuleOp::kTrue;
  std::vector<BillColumn> columns;
  std::string value;
  std::vector<RuleExpression> parts;
};

// Nothing when `text` is not an expression.
std::optional<RuleExpression> ParseRule(std::string_view text);

// Every column that it names.
void ColumnsOf(const RuleExpression& rule, std::vector<BillColumn>* columns);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_
