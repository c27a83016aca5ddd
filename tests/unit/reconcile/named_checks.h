// Checks of a result by name, and the lines of invoices that some compare with.
#ifndef DRAWDOWN_TESTS_UNIT_RECONCILE_NAMED_CHECKS_H_
#define DRAWDOWN_TESTS_UNIT_RECONCILE_NAMED_CHECKS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bill/bill_tables.h"
#include "drawdown/reconcile.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {

inline std::vector<ReconcileCheck> ChecksNamed(const ReconcileResult& result,
                                               const std::string& name) {
  std::vector<ReconcileCheck> checks;
  for (const ReconcileCheck& check : result.checks) {
    if (check.name == name) checks.push_back(check);
  }
  return checks;
}

// A charge for support on an invoice.
inline TestRow Invoiced(std::string billed, std::string invoice,
                        std::string detail = "") {
  TestRow row = OnDemandRow(0, 1, "1", std::move(billed));
  row.service = "Support";
  row.sku = row.sku_price = "support";
  row.unit = "Months";
  row.invoice = std::move(invoice);
  row.invoice_detail = std::move(detail);
  return row;
}

// Issued, of "Amazon Web Services" in USD.
inline InvoiceLine LineOf(std::string invoice, std::string_view amount,
                          std::string detail = "") {
  InvoiceLine line;
  line.invoice_issuer = "Amazon Web Services";
  line.invoice_id = std::move(invoice);
  line.detail_id = std::move(detail);
  line.currency = Code("USD");
  line.category = ChargeCategory::kUsage;
  line.status = InvoiceStatus::kIssued;
  line.billed_cost = {Usd(amount), 2, true};
  return line;
}

}  // namespace drawdown::testing

#endif  // DRAWDOWN_TESTS_UNIT_RECONCILE_NAMED_CHECKS_H_
