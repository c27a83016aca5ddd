// FOCUS 1.4's ContractApplied: which commitments a charge counts toward.
#ifndef DRAWDOWN_SRC_REPORT_CONTRACT_APPLIED_H_
#define DRAWDOWN_SRC_REPORT_CONTRACT_APPLIED_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/statement.h"
#include "drawdown/terms.h"

namespace drawdown {

// nullptr: the contract has no such commitment.
const CommitmentTerms* FindTerms(const StatementTerms& terms,
                                 std::string_view commitment);

// "Reserved GPUs", "GPU-hour block", "Spend plan", "Spend agreement".
std::string CommitmentType(const CommitmentTerms& terms);

class ContractApplication {
 public:
  // Both must outlive it.
  ContractApplication(const Statement& statement, const StatementTerms& terms);

  // The column's value for the line; empty: the line counts toward none.
  std::string JsonOf(uint32_t line) const;

 private:
  struct Element {
    std::string commitment;
    std::string amount;  // a decimal
    bool is_cost = false;
  };

  void AddOwn(uint32_t line);
  void AddCounted(uint32_t counted);
  void AddSpend(const SpendShare& share);

  const Statement& statement_;
  const StatementTerms& terms_;
  std::vector<std::vector<Element>> elements_;  // by line
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CONTRACT_APPLIED_H_
