// Checks the rows of FOCUS charges against the rules of the specification.
#ifndef DRAWDOWN_SRC_BILL_RULE_CHECKER_H_
#define DRAWDOWN_SRC_BILL_RULE_CHECKER_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fast_hash.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "bill/cells.h"
#include "bill/price_check.h"
#include "bill/rule_expression.h"
#include "drawdown/bill_check.h"

namespace drawdown {

class RuleChecker {
 public:
  RuleChecker();

  // A file of charges begins. `layout` is of `header`, `where` is "file:1".
  void Begin(const BillLayout& layout, const std::vector<std::string>& header,
             const std::string& where);

  // The row that `cells` holds.
  void Add(const BillRow& row, const Cells& cells);

  // All rules, in the specification's order. Call once, at the end.
  std::vector<BillRule> Finish();

 private:
  // Of the rows of one provider, whose costs have so many decimals.
  struct Misses {
    int decimals = 0;
    struct Tally {
      uint64_t rows = 0;
      std::string example;
    };
    std::map<PriceMiss, Tally> tallies;
  };
  struct State {
    BillRule rule;
    FocusVersion since = FocusVersion::k10;
    RuleExpression condition;
    RuleExpression requirement;
    std::vector<BillColumn> columns;
    std::vector<BillColumn> about;                // and that of its id
    std::string unexecuted;                       // why, where no file says so
    bool applicable = false;                      // to some file
    FocusVersion foreign_to = FocusVersion::k10;  // the newest that it is not
    std::optional<FocusVersion> reason_of;        // whose file said why not
    bool given_up = false;                 // there was too much to remember
    bool executed = false;                 // in some file
    bool active = false;                   // in this one
    std::map<std::string, Misses> misses;  // kProduct
    // kDistinct, kOneParent: the first value of each key, as hashes, for a
    // hostile bill has long ones.
    HashMap<std::pair<uint64_t, uint64_t>, Hash128> first;
  };

  static State MakeState(std::string_view line);
  static void BeginRule(const BillLayout& layout, const std::string& where,
                        State* state);
  static void GiveReason(FocusVersion version, std::string reason,
                         State* state);
  static void CheckHeader(const BillLayout& layout,
                          const std::vector<std::string>& header,
                          const std::string& where, State* state);
  // Why a rule is not one of the file's version; empty: it is.
  static std::string ForeignTo(const BillLayout& layout, const State& state);
  static void Fail(const Cells& cells, std::optional<BillColumn> culprit,
                   State* state);
  static void AddProduct(const BillRow& row, const Cells& cells, State* state);
  void AddDistinct(const Cells& cells, std::string_view key,
                   std::string_view value, State* state);
  static void AddUnits(const BillRow& row, const Cells& cells, State* state);
  static std::string Example(const Cells& cells,
                             std::vector<BillColumn> columns);
  static void FinishRule(State* state);

  const uint64_t seed_ = RandomSeed();
  std::vector<State> states_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_RULE_CHECKER_H_
