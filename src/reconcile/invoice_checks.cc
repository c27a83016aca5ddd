#include "reconcile/invoice_checks.h"

#include "absl/strings/str_cat.h"
#include "reconcile/text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

constexpr char kName[] = "invoice_totals";

// What one invoice says, added up in the same way.
struct Invoiced {
  MoneyAmount total;  // without tax
  std::map<std::string, MoneyAmount> details;
  bool open = false;
  bool voided = false;
};

std::map<InvoiceKey, Invoiced> Collect(const std::vector<InvoiceLine>& lines) {
  std::map<InvoiceKey, Invoiced> invoices;
  for (const InvoiceLine& line : lines) {
    Invoiced& invoice =
        invoices[{line.invoice_issuer, line.invoice_id, "", line.currency}];
    if (line.category != ChargeCategory::kTax) {
      invoice.total += line.billed_cost.amount;
    }
    if (!line.detail_id.empty()) {
      invoice.details[line.detail_id] += line.billed_cost.amount;
    }
    invoice.open |= line.status == InvoiceStatus::kOpen;
    invoice.voided |= line.status == InvoiceStatus::kVoided;
  }
  return invoices;
}

bool Agrees(const InvoiceSum& sum, MoneyAmount invoiced, const InvoiceKey& key,
            const std::optional<MoneyAmount>& tolerance) {
  return Magnitude(sum.billed - invoiced) <=
         tolerance.value_or(InvoiceTolerance(sum.rows, key.currency));
}

// "rows 12.50 USD, invoice 12.52 USD, -0.02 USD".
std::string Amounts(const InvoiceSum& sum, MoneyAmount invoiced,
                    const InvoiceKey& key) {
  return absl::StrCat(sum.rows, " rows come to ",
                      MoneyText(sum.billed, key.currency), ", invoiced ",
                      MoneyText(invoiced, key.currency), ", difference ",
                      MoneyText(sum.billed - invoiced, key.currency));
}

std::string NameOf(const InvoiceKey& key) {
  return absl::StrCat("invoice ", key.invoice, " of ", key.issuer);
}

}  // namespace

InvoiceSum* InvoiceSums::Find(const BillRow& row, std::string_view detail) {
  const bool same = last_sum_ != nullptr && last_.invoice == row.invoice_id &&
                    last_.detail == detail &&
                    last_.issuer == row.invoice_issuer &&
                    last_.currency == row.currency;
  if (same) return last_sum_;
  last_ = {std::string(row.invoice_issuer), std::string(row.invoice_id),
           std::string(detail), row.currency};
  last_sum_ = &sums_[last_];
  return last_sum_;
}

std::array<InvoiceSum*, 2> InvoiceSums::SumsOf(const BillRow& row) {
  std::array<InvoiceSum*, 2> sums = {};
  if (row.invoice_id.empty()) return sums;
  if (!row.invoice_detail_id.empty()) {
    sums[0] = Find(row, row.invoice_detail_id);
  }
  if (row.category != ChargeCategory::kTax) sums[1] = Find(row, "");
  return sums;
}

void InvoiceSums::Add(const BillRow& row) {
  for (InvoiceSum* const sum : SumsOf(row)) {
    if (sum == nullptr) continue;
    ++sum->rows;
    sum->billed += row.billed_cost.amount;
  }
}

std::vector<ReconcileCheck> InvoiceSums::Check(
    const std::vector<InvoiceLine>& lines,
    const std::optional<MoneyAmount>& tolerance) const {
  std::vector<ReconcileCheck> checks;
  if (lines.empty()) {
    return {{kName, Outcome::kNotExecutable,
             "no Invoice Detail was given to compare sum(BilledCost) per "
             "invoice with"}};
  }
  const auto sum_of = [this](const InvoiceKey& key) {
    const auto found = sums_.find(key);
    return found == sums_.end() ? InvoiceSum() : found->second;
  };
  const std::map<InvoiceKey, Invoiced> invoices = Collect(lines);
  for (const auto& [key, invoice] : invoices) {
    ReconcileCheck check{kName, Outcome::kPassed, ""};
    const InvoiceSum sum = sum_of(key);
    check.detail =
        absl::StrCat(NameOf(key), ": ", Amounts(sum, invoice.total, key));
    bool agrees = Agrees(sum, invoice.total, key, tolerance);
    for (const auto& [detail, amount] : invoice.details) {
      InvoiceKey part = key;
      part.detail = detail;
      const InvoiceSum rows = sum_of(part);
      // Where no row names its detail, only the whole can be compared.
      if (rows.rows == 0 || Agrees(rows, amount, key, tolerance)) continue;
      agrees = false;
      absl::StrAppend(&check.detail, "; detail ", detail, ": ",
                      Amounts(rows, amount, key));
    }
    if (!agrees) check.outcome = Outcome::kFailed;
    if (invoice.open || invoice.voided) {
      check.outcome = Outcome::kNotExecutable;
      absl::StrAppend(&check.detail, invoice.open
                                         ? "; the invoice is still open"
                                         : "; the invoice is void");
    }
    checks.push_back(check);
  }
  for (const auto& [key, sum] : sums_) {
    if (!key.detail.empty() || invoices.contains(key)) continue;
    checks.push_back(
        {kName, Outcome::kNotExecutable,
         absl::StrCat(NameOf(key), ": ", sum.rows, " rows come to ",
                      MoneyText(sum.billed, key.currency),
                      ", no Invoice Detail was given of it")});
  }
  return checks;
}

}  // namespace drawdown
