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

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_BILLS_H_
