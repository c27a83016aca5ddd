// What is odd about a row, and about all rows of one provider.
#ifndef DRAWDOWN_SRC_BILL_ROW_CHECKS_H_
#define DRAWDOWN_SRC_BILL_ROW_CHECKS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bill/bill_row.h"
#include "bill/cells.h"
#include "bill/price_check.h"

namespace drawdown {

// Counts what one row shows by itself.
void CheckRow(const BillRow& row, Cells* cells);

// An oddity that is known only when the bill has been read.
struct LateOddity {
  OddityKind kind = OddityKind::kUnitScale;
  BillColumn column = BillColumn::kListCost;
  uint64_t rows = 0;
  uint32_t file = 0;  // of the example
  uint64_t line = 0;
  std::string example;
};

// Of the rows of one provider.
class ProviderChecks {
 public:
  void Add(const BillRow& row, const Cells& cells);
  // `rows` more that are like a row that was added.
  void AddAgain(const BillRow& row, uint64_t rows);
  void Finish(std::vector<LateOddity>* oddities) const;

 private:
  struct Tally {
    uint64_t rows = 0;
    uint32_t file = 0;
    uint64_t line = 0;
    std::string example;
  };
  struct WholeNumbers {
    Tally tally;
    bool only = true;   // no value had decimals
    bool some = false;  // a value was not 0
    bool suspicious() const { return only && some; }
  };

  struct PartialSum {
    Tally without;
    bool some = false;  // a row has the cost
  };

  static void Count(const BillRow& row, const Cells& cells,
                    std::string_view value, Tally* tally);
  static LateOddity Late(OddityKind kind, BillColumn column,
                         const Tally& tally);
  void AddPrice(const BillRow& row, const Cells& cells);
  static void AddToSum(const BillRow& row, const Cells& cells,
                       BillColumn column, bool given, PartialSum* sum);
  void AddWholeNumbers(const BillRow& row, const Cells& cells);
  static void AddWhole(const BillRow& row, const Cells& cells,
                       BillColumn column, bool whole, bool zero,
                       WholeNumbers* numbers);

  int list_cost_decimals_ = 0;
  std::map<PriceMiss, Tally> misses_;
  bool billed_has_decimals_ = false;
  WholeNumbers effective_;
  WholeNumbers contracted_;
  WholeNumbers contracted_price_;
  PartialSum list_sum_;
  PartialSum contracted_sum_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_ROW_CHECKS_H_
