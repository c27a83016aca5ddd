// Turns the current row of a FOCUS file into a BillRow.
#ifndef DRAWDOWN_SRC_BILL_ROW_READER_H_
#define DRAWDOWN_SRC_BILL_ROW_READER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "bill/bill_row.h"
#include "bill/cells.h"
#include "bill/contract_applied.h"
#include "bill/json_scan.h"
#include "bill/row_scout.h"
#include "bill/text_memo.h"

namespace drawdown {

// As FOCUS spells it.
std::string_view CategoryName(ChargeCategory category);

// ChargeCategory, which every dataset that has it needs. kBadRow.
absl::Status ReadCategory(Cells* cells, ChargeCategory* category);

class RowReader {
 public:
  explicit RowReader(Cells* cells);

  // Reads every field but `line` and `file` of the file's current row into
  // `row`, which is the same in every call. Errors name file:line and column:
  // kBadNumber, kBadTime, kBadRow.
  absl::Status Read(BillRow* row);

  // Reads `fields` instead, which are as in Cells::Load.
  absl::Status ReadFields(std::span<const std::string_view> fields,
                          BillRow* row);

  // Reads what varies among rows of one BillRow::like, of which `row` is one.
  // False where that is odd, or not certainly free of oddities and errors.
  bool ReadVarying(BillRow* row);

 private:
  absl::Status ReadLoaded(BillRow* row);
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

  // Of SkuPriceDetails without anything odd.
  struct SkuDetails {
    uint32_t type_at = 0;  // in the text
    uint32_t type_size = 0;
    std::optional<int64_t> gpu_count_micro;
  };
  using DetailsMemo = TextMemo<SkuDetails, 256, 256>;
  using TagsMemo = TextMemo<std::monostate, 1024, 256>;  // nothing odd

  bool ReadKnownDetails(std::string_view details, BillRow* row);
  void ReadNewDetails(std::string_view details, BillRow* row);
  void CheckNewTags(std::string_view tags);
  bool ReadKnownTags(BillRow* row);

  struct TextField {
    BillColumn column;
    std::string_view BillRow::*text;
  };
  static const std::array<TextField, 28> kTextFields;

  Cells* cells_;
  std::vector<TextField> texts_;  // of kTextFields, what the file has
  DetailsMemo known_details_;
  DetailsMemo::Hint details_hint_ = nullptr;
  TagsMemo known_tags_;
  TagsMemo::Hint tags_hint_ = nullptr;
  // About which nothing is odd, by RowNote::tags; of the others "".
  std::vector<std::string> fine_tags_;
  JsonCell json_;
  ContractAppliedReader applied_;
  std::vector<std::string_view> keys_;  // Scratch.
  std::string currency_text_;           // Of currency_.
  Currency currency_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_READER_H_
