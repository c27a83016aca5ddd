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
  // in details only.
  std::vector<ReconcileCheck> Check(
      const std::vector<InvoiceLine>& lines, const Interval& period,
      const std::function<bool(std::string_view)>& is_issuer,
      const std::optional<MoneyAmount>& tolerance) const;

  // Whether some compared row is of an invoice that is not issued yet.
  bool AnyOpen(const std::vector<InvoiceLine>& lines) const;

 private:
  InvoiceSum* Find(const BillRow& row, std::string_view detail);

  std::map<InvoiceKey, InvoiceSum> sums_;
  InvoiceKey last_;  // rows of one invoice follow one another
  InvoiceSum* last_sum_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_
