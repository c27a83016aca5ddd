// Turns the current row of a FOCUS file into a BillRow.
#ifndef DRAWDOWN_SRC_BILL_ROW_READER_H_
#define DRAWDOWN_SRC_BILL_ROW_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "bill/bill_row.h"
#include "bill/cells.h"
#include "bill/contract_applied.h"
#include "bill/json_scan.h"

namespace drawdown {

// As FOCUS spells it.
std::string_view CategoryName(ChargeCategory category);

// ChargeCategory, which every dataset that has it needs. kBadRow.
absl::Status ReadCategory(Cells* cells, ChargeCategory* category);

class RowReader {
 public:
  explicit RowReader(Cells* cells) : cells_(cells) {}

  // Reads every field but `line` and `file`. Errors name file:line and column:
  // kBadNumber, kBadTime, kBadRow.
  absl::Status Read(BillRow* row);

 private:
  absl::Status ReadNames(BillRow* row);
  void ReadTexts(BillRow* row);
  absl::Status ReadEnums(BillRow* row);
  absl::Status ReadStatus(BillColumn column, UsageStatus* status);
  absl::Status ReadPeriods(BillRow* row);
  absl::Status ReadCosts(BillRow* row);
  absl::Status ReadQuantities(BillRow* row);
  void ReadApplied(BillRow* row);
  void ReadSkuDetails(BillRow* row);
  void ReadGpuCount(BillColumn column, std::string_view text, BillRow* row);
  void CheckTags(std::string_view tags);
  void CheckKeys(BillColumn column);

  Cells* cells_;
  JsonCell json_;
  ContractAppliedReader applied_;
  std::vector<std::string_view> keys_;  // Scratch.
  std::string currency_text_;           // Of currency_.
  Currency currency_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_READER_H_
