// Proving books: that they follow from their journal and that nothing is lost.
#ifndef DRAWDOWN_SRC_LEDGER_VERIFY_H_
#define DRAWDOWN_SRC_LEDGER_VERIFY_H_

#include "absl/status/statusor.h"
#include "drawdown/inspect.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// Rebuilds the books from the journal in memory and compares every record of
// every table; checks that segments of a run do not overlap and that the sum of
// all buckets is the sum of all runs, imported and metered usage, at `at_us`
// rounded up to a bucket. What is wrong is in the report; an error means the
// check could not be made.
absl::StatusOr<VerifyReport> VerifyBooks(ReadTransaction* books,
                                         const Header& header, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_VERIFY_H_
