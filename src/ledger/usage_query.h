// Answering usage queries from the books.
#ifndef DRAWDOWN_SRC_LEDGER_USAGE_QUERY_H_
#define DRAWDOWN_SRC_LEDGER_USAGE_QUERY_H_

#include <functional>

#include "absl/status/statusor.h"
#include "drawdown/usage.h"
#include "ledger/live_amounts.h"
#include "ledger/store.h"

namespace drawdown {

using UsageVisitor = std::function<void(const UsageRow&)>;

// Calls `visit` with each row of the answer and leaves them out of it. Whole
// buckets come from the cells. A cut through a bucket (a window's edge, or the
// days of a zone that is not on bucket edges) takes runs exactly and prorates
// imported and metered amounts, with a note. `live` is added to the cells.
// Rows may have been visited when it fails. REQUIRES: query.at_us is given.
absl::StatusOr<UsageAnswer> VisitUsage(ReadTransaction* transaction,
                                       int64_t bucket_us,
                                       const LiveAmounts& live,
                                       const UsageQuery& query,
                                       const UsageVisitor& visit);

// The same with the rows in the answer.
absl::StatusOr<UsageAnswer> AnswerUsage(ReadTransaction* transaction,
                                        int64_t bucket_us,
                                        const LiveAmounts& live,
                                        const UsageQuery& query);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_USAGE_QUERY_H_
