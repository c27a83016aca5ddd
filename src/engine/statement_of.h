// A statement from books that are open.
#ifndef DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
#define DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "engine/contract_books.h"
#include "engine/impl.h"

namespace drawdown {

// The period rated from all that the books say, whatever was closed and
// corrected of it. `explain` fills in its reasons.
absl::StatusOr<Statement> RateStatement(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        std::string_view contract,
                                        const Interval& period, int64_t at_us,
                                        bool explain = false);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
