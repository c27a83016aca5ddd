// Reads the bills of providers, one pass, row by row.
#ifndef DRAWDOWN_SRC_BILL_BILL_READER_H_
#define DRAWDOWN_SRC_BILL_BILL_READER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/source.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"

namespace drawdown {

// Called per row; stop by returning an error.
using BillRowCallback = std::function<absl::Status(const BillRow&)>;
using BillProgress =
    std::function<void(uint64_t bytes_read, uint64_t bytes_total)>;

// Reads every source in turn (each with its own header, and so its own dataset
// and version; versions of Cost and Usage may not be mixed) and calls `row` for
// each charge. Returns the summary and the rows of the other datasets. Errors
// name file:line and the column: kBadCsv, kMissingColumn, kBadNumber, kBadTime,
// kBadRow, kUnknownFormat. What is tolerated is counted as an oddity, never
// silent.
absl::StatusOr<BillContents> ReadBill(
    const std::vector<std::unique_ptr<Source>>& sources,
    const BillRowCallback& row, const BillProgress& progress = nullptr);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_READER_H_
