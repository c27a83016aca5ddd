// Reads the bills of providers, one pass, row by row.
#ifndef DRAWDOWN_SRC_BILL_BILL_READER_H_
#define DRAWDOWN_SRC_BILL_BILL_READER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/source.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "bill/mapping.h"

namespace drawdown {

// Called per row; stop by returning an error.
using BillRowCallback = std::function<absl::Status(const BillRow&)>;
using BillProgress =
    std::function<void(uint64_t bytes_read, uint64_t bytes_total)>;

class RuleChecker;

// BillSummary::version_reason of charges of one time in files of several
// versions.
inline constexpr std::string_view kMixedCharges =
    "files of several versions with charges of the same time: a charge that is "
    "in two of them counts twice and is not found to be a copy (where one "
    "delivery replaces the other: --snapshots)";

// One file of a bill.
struct BillInput {
  std::unique_ptr<Source> source;
  std::string format;  // of FormatNames(), if it was declared
  std::optional<uint64_t> promised_rows;  // by a manifest
  // Of which delivery it is a part. What a later one, whose files come first,
  // has of a billing period stands in place of this one's. Empty: all rows
  // count.
  std::optional<uint32_t> delivery = {};
};

// Reads every file in turn (each with its own header, and so its own format,
// dataset and version; those of charges may not be mixed) and calls `row` for
// each charge. `mapping`, if any, is for the files whose format is not
// declared. `rules`, if any, checks every charge, which must then be FOCUS.
// Returns the summary and the rows of the other datasets. Errors name
// file:line and the column: kBadCsv, kMissingColumn, kBadNumber, kBadTime,
// kBadRow, kUnknownFormat, kBadInput (not the promised rows). What is tolerated
// is counted as an oddity, never silent.
absl::StatusOr<BillContents> ReadBill(const std::vector<BillInput>& files,
                                      const BillRowCallback& row,
                                      const BillProgress& progress = nullptr,
                                      const BillMapping* mapping = nullptr,
                                      RuleChecker* rules = nullptr);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_READER_H_
