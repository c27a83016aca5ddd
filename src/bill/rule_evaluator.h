// Whether a row keeps what a rule asks of it.
#ifndef DRAWDOWN_SRC_BILL_RULE_EVALUATOR_H_
#define DRAWDOWN_SRC_BILL_RULE_EVALUATOR_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bill/cells.h"
#include "bill/json_scan.h"
#include "bill/rule_expression.h"

namespace drawdown {

class RuleEvaluator {
 public:
  explicit RuleEvaluator(const Cells* cells) : cells_(cells) {}

  // Of the current row. kProduct, kDistinct, kOneParent and kAppliedUnits are
  // for who knows more than its cells: they hold, as what is of the header
  // does. A null satisfies what is said of a value's form.
  bool Holds(const RuleExpression& rule);

  // The column that broke the last rule of every column that did not hold.
  std::optional<BillColumn> culprit() const { return culprit_; }

 private:
  bool HoldsFor(RuleOp op, std::string_view text);
  bool HoldsForEvery(RuleOp op);
  bool HoldsForKeys(RuleOp op, std::string_view text);
  bool Every(std::span<const BillColumn> columns, RuleOp op);
  bool EveryOf(ColumnType type, RuleOp op);
  bool EveryOptional();
  void SortKeys();  // of json_, into keys_
  bool HasUniqueKeys(std::string_view text);
  bool HasFocusKeys(std::string_view text);
  bool IsDisjoint(std::string_view a, std::string_view b);
  bool IsValue(BillColumn column, const std::string& value) const;
  bool SameValue(BillColumn a, BillColumn b) const;
  bool IsNotBefore(BillColumn a, BillColumn b) const;
  bool Excludes(BillColumn end, BillColumn start) const;
  std::string_view TextOf(const RuleExpression& rule, size_t i) const {
    return cells_->Text(rule.columns[i]);
  }

  const Cells* cells_;
  JsonCell json_;
  std::vector<std::string_view> keys_;  // Scratch.
  std::optional<BillColumn> culprit_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULE_EVALUATOR_H_
