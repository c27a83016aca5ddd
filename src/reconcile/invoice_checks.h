// Invoices against the rows that add up to them.
#ifndef DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_
#define DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};

// sum(BilledCost) by invoice and by invoice detail.
class InvoiceSums {
 public:
  void Add(const BillRow& row);
  // What Add adds the row to, null where that is less; it stays where it is.
  std::array<InvoiceSum*, 2> SumsOf(const BillRow& row);

  // FOCUS 1.4: each invoice, and each of its details, against its rows, within
  // InvoiceTolerance or `tolerance`. One check per invoice and currency. An
  // open invoice, or one without Invoice Detail, is not executable; tax counts
  // in details only.
  std::vector<ReconcileCheck> Check(
      const std::vector<InvoiceLine>& lines,
      const std::optional<MoneyAmount>& tolerance) const;

 private:
  InvoiceSum* Find(const BillRow& row, std::string_view detail);

  std::map<InvoiceKey, InvoiceSum> sums_;
  InvoiceKey last_;  // rows of one invoice follow one another
  InvoiceSum* last_sum_ = nullptr;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_INVOICE_CHECKS_H_
