// The rows of the small datasets that FOCUS puts beside the charges: what was
// committed, what was invoiced, which billing periods are closed. Plain values.
#ifndef DRAWDOWN_SRC_BILL_BILL_TABLES_H_
#define DRAWDOWN_SRC_BILL_BILL_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "bill/bill_row.h"
#include "drawdown/bill.h"
#include "drawdown/units.h"

namespace drawdown {

// Where a row stands: "file:line".
struct BillPlace {
  uint32_t file = 0;
  uint64_t line = 0;
};

// A row of Contract Commitment (1.3: fewer columns; what is absent is empty).
struct BilledCommitment {
  std::string contract_id;
  std::string id;  // ContractCommitmentId
  std::string provider;
  std::string invoice_issuer;
  std::string type;
  std::string category;  // "Spend", "Usage"
  std::string description;
  std::string model;                 // "Continuous", "Discontinuous"
  std::string fulfillment_interval;  // "Hourly" ... "Full Period"
  std::string lifecycle_status;      // "Active", "Superseded" ...
  std::string benefit_category;
  std::string offer_category;
  std::string payment_interval;
  std::string payment_model;
  std::string applicability;  // raw JSON
  std::optional<Currency> currency;
  std::optional<int64_t> contract_start_us;
  std::optional<int64_t> contract_end_us;
  int64_t start_us = 0;
  int64_t end_us = 0;
  BilledMoney cost;
  std::optional<Decimal> quantity;
  std::string unit;
  std::optional<Decimal> discount;  // 0 to 1
  std::optional<Decimal> upfront;   // 0 to 1
  BillPlace place;
};

enum class InvoiceStatus : uint8_t { kUnknown, kOpen, kIssued, kVoided };

// A row of Invoice Detail.
struct InvoiceLine {
  std::string invoice_issuer;
  std::string invoice_id;  // unique with invoice_issuer only
  std::string detail_id;
  std::string reference_invoice_id;  // a credit memo's original
  std::string billing_account;
  std::string description;
  std::string grain;  // raw JSON
  Currency currency;
  std::optional<ChargeCategory> category;
  InvoiceStatus status = InvoiceStatus::kUnknown;
  BilledMoney billed_cost;
  std::optional<Currency> payment_currency;
  BilledMoney payment_cost;
  int64_t billing_start_us = 0;
  int64_t billing_end_us = 0;
  std::optional<int64_t> issued_us;
  std::optional<int64_t> due_us;
  BillPlace place;
};

// A row of Billing Period.
struct BilledPeriod {
  std::string invoice_issuer;
  int64_t start_us = 0;
  int64_t end_us = 0;
  bool closed = false;  // else open: its charges are not final
  std::optional<int64_t> updated_us;
  BillPlace place;
};

// All that a bill says but its charges, which are visited row by row.
struct BillContents {
  BillSummary summary;
  std::vector<BilledCommitment> commitments;  // in the order of the files
  std::vector<InvoiceLine> invoice_lines;
  std::vector<BilledPeriod> periods;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_TABLES_H_
