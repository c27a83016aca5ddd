// The files of bills, found and read.
#ifndef DRAWDOWN_SRC_ENGINE_BILLS_H_
#define DRAWDOWN_SRC_ENGINE_BILLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/bill_reader.h"
#include "drawdown/ledger.h"

namespace drawdown {

absl::StatusOr<BillContents> ReadBillFiles(
    const std::vector<std::string>& paths, const BillOptions& options,
    const BillRowCallback& row, const ProgressCallback& progress,
    RuleChecker* rules = nullptr);

// kMissingColumn for a bill without billed costs: it has no invoice to compare.
absl::Status CheckBilled(const BillSummary& summary);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_BILLS_H_
