// A statement from books that are open.
#ifndef DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
#define DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "engine/impl.h"

namespace drawdown {

absl::StatusOr<Statement> StatementOf(const BooksView& books, int64_t bucket_us,
                                      const StatementQuery& query,
                                      int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
