// The sums of a bill, and its providers' checks.
#ifndef DRAWDOWN_SRC_BILL_TOTALS_H_
#define DRAWDOWN_SRC_BILL_TOTALS_H_

#include <map>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "bill/bill_row.h"
#include "bill/row_checks.h"
#include "drawdown/bill.h"

namespace drawdown {

class BillTotals {
 public:
  // `summary` must outlive the totals.
  explicit BillTotals(BillSummary* summary) : summary_(summary) {}
  BillTotals(const BillTotals&) = delete;  // Points into itself.
  BillTotals& operator=(const BillTotals&) = delete;

  // kBadRow when the bill names more providers and currencies than a bill can.
  absl::Status Add(const BillRow& row, const Cells& cells);

  // `rows` more that are like `row`, which was added.
  void AddAgain(const BillRow& row, uint64_t rows);

  // Puts the late oddities into `log`. kOverflow if amounts do not
  // fit.
  absl::Status Finish(OddityLog* log) const;

 private:
  // What the rows of one provider, category and currency are added to.
  struct Slot {
    std::string provider;
    ChargeCategory category = ChargeCategory::kUsage;
    Currency currency;
    BillTotal total;
    MoneyAmount at_most;  // of any sum of amounts of some rows
    ProviderChecks* checks = nullptr;
  };

  Slot* KnownSlot(const BillRow& row);  // null where there is none; sets key_
  absl::StatusOr<Slot*> FindSlot(const BillRow& row, const Cells& cells);
  Slot MakeSlot(const BillRow& row);
  absl::Status CheckFits() const;
  void SumUp() const;

  BillSummary* summary_;
  std::unordered_map<std::string, Slot> slots_;
  std::map<std::string, ProviderChecks> checks_;
  Slot* last_ = nullptr;  // Rows of one kind follow one another.
  std::string key_;       // Scratch.
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_TOTALS_H_
