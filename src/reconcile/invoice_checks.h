// Invoices against the rows that add up to them.
#ifndef DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_
#define DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/interval.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "drawdown/reconcile.h"

namespace drawdown {

struct InvoiceKey {
  std::string issuer;
  std::string invoice;
  std::string detail;  // empty: the invoice as a whole, without tax
  Currency currency;

  friend auto operator<=>(const InvoiceKey&, const InvoiceKey&) = default;
};

struct InvoiceSum {
  uint64_t rows = 0;
  MoneyAmount billed;
  bool ours = false;      // some row is of the contract's provider
  bool compared = false;  // some is of the contract's things, in the period

  InvoiceSum& operator+=(const InvoiceSum& other) {
    rows += other.rows;
    billed += other.billed;
    ours |= other.ours;
    compared |= other.compared;
    return *this;
  }
};

// sum(BilledCost) by invoice and by invoice detail.
class InvoiceSums {
 public:
  // `ours` and `compared` are those of InvoiceSum. Rows of all providers count:
  // who resells sends one invoice for several.
  void Add(const BillRow& row, bool ours, bool compared);
  // What Add adds the row to, null where that is less; it stays where it is.
  std::array<InvoiceSum*, 2> SumsOf(const BillRow& row);

  // FOCUS 1.4: each invoice, and each detail of either side, against its rows,
  // within InvoiceTolerance or `tolerance`. One check per invoice and currency
  // but of invoices that are of other providers alone;
  // issuers are the same in any case of letters. Not executable is an invoice
  // that is open, void or without Invoice Detail, one of another period without
  // rows, and one without rows whose issuer is not of the provider. Tax counts
  // in details only. Nor are executable: all, where there are more invoices
  // than are kept, and details, where there are more of those.
  std::vector<ReconcileCheck> Check(
      const std::vector<InvoiceLine>& lines, const Interval& period,
      const std::function<bool(std::string_view)>& is_issuer,
      const std::optional<MoneyAmount>& tolerance) const;

  // Whether some compared row is of an invoice that is not issued yet. Where
  // there are more invoices than are kept, it is if any is not.
  bool AnyOpen(const std::vector<InvoiceLine>& lines) const;

 private:
  // A bill has few invoices, and of what they are detailed to no more than
  // Invoice Detail may have rows. A hostile one has another in every row.
  static constexpr size_t kMostInvoices = size_t{1} << 16;
  static constexpr size_t kMostDetails = size_t{1} << 18;

  // Null: of a key beyond the most.
  InvoiceSum* Find(const BillRow& row, std::string_view detail);

  std::map<InvoiceKey, InvoiceSum> sums_;
  size_t invoices_ = 0;  // of sums_
  size_t details_ = 0;   // likewise
  bool too_many_invoices_ = false;
  bool too_many_details_ = false;
  InvoiceKey last_;  // rows of one invoice follow one another
  InvoiceSum* last_sum_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_
