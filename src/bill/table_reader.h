// Turns the current row of a FOCUS dataset beside the charges into its value.
#ifndef DRAWDOWN_SRC_BILL_TABLE_READER_H_
#define DRAWDOWN_SRC_BILL_TABLE_READER_H_

#include "absl/status/status.h"
#include "bill/bill_tables.h"
#include "bill/cells.h"

namespace drawdown {

// Reads the current row, whose `place` is the caller's, to the end of `tables`'
// list for the dataset. Errors name file:line and column: kBadNumber, kBadTime,
// kBadRow; kBadRow also when the list would be longer than kMaxTableRows.
absl::Status ReadTableRow(Dataset dataset, BillPlace place, Cells* cells,
                          BillContents* contents);

// These datasets are held whole: a bound for hostile files.
inline constexpr size_t kMaxTableRows = 1'000'000;

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_TABLE_READER_H_
