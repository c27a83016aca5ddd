// What a rule asks of a row:
//   A is null | A not null | A is 'v' | A not 'v' | A present
//   A text|number|time|unit|currency|national|keyvalue|keys|nonnegative
//   A = B | A != B | A >= B (times) | A * B = C | distinct A B 1
//   every number|time|null          of all columns of that type
// joined by & and |, with brackets. A blank one always holds.
#ifndef DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_
#define DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bill/cells.h"
#include "bill/json_scan.h"

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
  kEveryNumber,
  kEveryTime,
  kEveryNull
};

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

class RuleEvaluator {
 public:
  explicit RuleEvaluator(const Cells* cells) : cells_(cells) {}

  // Of the current row. kProduct and kDistinct are of many rows: they hold.
  // A null satisfies what is said of a value's form.
  bool Holds(const RuleExpression& rule);

  // The column that broke the last rule of every column that did not hold.
  std::optional<BillColumn> culprit() const { return culprit_; }

 private:
  bool HoldsFor(RuleOp op, std::string_view text);
  bool IsValue(BillColumn column, const std::string& value) const;
  bool SameValue(BillColumn a, BillColumn b) const;
  bool Every(ColumnType type, RuleOp op);
  bool NoPlaceholder();

  const Cells* cells_;
  JsonCell json_;
  std::vector<std::string_view> keys_;  // Scratch.
  std::optional<BillColumn> culprit_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULE_EXPRESSION_H_
