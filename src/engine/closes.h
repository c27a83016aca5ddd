// Statements as they were posted: closed months as they were closed, and in the
// next month the corrections of them.
#ifndef DRAWDOWN_SRC_ENGINE_CLOSES_H_
#define DRAWDOWN_SRC_ENGINE_CLOSES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/statement.h"
#include "drawdown/terms.h"
#include "engine/contract_books.h"
#include "engine/impl.h"

namespace drawdown {

// Lines of a closed month that have changed since have the close as their
// reason, corrections what they correct.
absl::StatusOr<Statement> PostedStatement(const BooksView& books,
                                          const ContractBooks& contracts,
                                          int64_t bucket_us,
                                          const std::string& contract,
                                          const Interval& period, int64_t at_us,
                                          bool explain);

// What the period's statement corrects of closed months: as it was closed, or
// now if it is to be closed next; else nothing.
absl::StatusOr<std::vector<StatementLine>> CorrectionsIn(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    const std::string& contract, const Interval& period);

// The months that some of the lines correct, by time. kCorrupt where one is not
// closed.
absl::StatusOr<std::vector<CorrectedPeriod>> CorrectedPeriods(
    ReadTransaction* books, const std::string& contract,
    const std::vector<StatementLine>& lines);

// What a bill of the period is compared by: the contracts that it was closed
// with, and a note that it was closed; or all of them. With what its statement
// corrects of closed months.
struct ComparedContracts {
  ContractBooks contracts;
  std::vector<StatementLine> corrections;
  std::vector<CorrectedPeriod> corrected;
  std::vector<std::string> notes;
};
absl::StatusOr<ComparedContracts> ContractsToCompare(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    const std::string& contract, const Interval& period);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_CLOSES_H_
