#include "reconcile/invoice_checks.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

constexpr char kName[] = "invoice_totals";

// What one invoice says, and the rows that say they are of it.
struct Invoice {
  InvoiceSum rows;  // without tax
  std::map<std::string, InvoiceSum> detail_rows;
  MoneyAmount total;  // without tax
  std::map<std::string, MoneyAmount> details;
  std::set<std::string> tax_details;  // whose lines are all tax
  uint64_t lines = 0;
  uint64_t voided = 0;
  bool open = false;
  bool other_period = false;
  std::string issuer;  // the first of its spellings

  // Whether it has rows, and none is of the contract's provider.
  bool others() const {
    bool found = rows.rows != 0;
    bool ours = rows.ours;
    for (const auto& [detail, sum] : detail_rows) {
      found |= sum.rows != 0;
      ours |= sum.ours;
    }
    return found && !ours;
  }
};

using Invoices = std::map<InvoiceKey, Invoice>;

InvoiceKey KeyOf(const std::string& issuer, const std::string& invoice,
                 Currency currency) {
  return {absl::AsciiStrToLower(issuer), invoice, "", currency};
}

Invoice& FindInvoice(Invoices& invoices, const std::string& issuer,
                     const std::string& id, Currency currency) {
  Invoice& invoice = invoices[KeyOf(issuer, id, currency)];
  if (invoice.issuer.empty() || issuer < invoice.issuer) {
    invoice.issuer = issuer;
  }
  return invoice;
}

bool IsOf(const InvoiceLine& line, const Interval& period) {
  if (line.billing_end_us <= line.billing_start_us) return true;
  const int64_t middle =
      line.billing_start_us + (line.billing_end_us - line.billing_start_us) / 2;
  return middle >= period.start_us && middle < period.end_us;
}

// A void line is taken back: what is left is the invoice.
void AddLine(const InvoiceLine& line, const Interval& period,
             Invoices& invoices) {
  Invoice& invoice = FindInvoice(invoices, line.invoice_issuer, line.invoice_id,
                                 line.currency);
  ++invoice.lines;
  invoice.other_period |= !IsOf(line, period);
  if (line.status == InvoiceStatus::kVoided) {
    ++invoice.voided;
    return;
  }
  invoice.open |= line.status == InvoiceStatus::kOpen;
  const bool tax = line.category == ChargeCategory::kTax;
  if (!tax) invoice.total += line.billed_cost.amount;
  if (line.detail_id.empty()) return;
  const bool first = !invoice.details.contains(line.detail_id);
  invoice.details[line.detail_id] += line.billed_cost.amount;
  if (tax && first) invoice.tax_details.insert(line.detail_id);
  if (!tax) invoice.tax_details.erase(line.detail_id);
}

MoneyAmount ToleranceOf(const InvoiceSum& sum, const InvoiceKey& key,
                        const std::optional<MoneyAmount>& tolerance) {
  return tolerance.value_or(InvoiceTolerance(sum.rows, key.currency));
}

bool Agrees(const InvoiceSum& sum, MoneyAmount invoiced, const InvoiceKey& key,
            const std::optional<MoneyAmount>& tolerance) {
  return IsWithin(sum.billed - invoiced, ToleranceOf(sum, key, tolerance));
}

// "3 rows come to 12.50 USD, invoiced 12.52 USD, difference -0.02 USD, 1.00 USD
// tolerated".
std::string Amounts(const InvoiceSum& sum, MoneyAmount invoiced,
                    const InvoiceKey& key,
                    const std::optional<MoneyAmount>& tolerance) {
  return absl::StrCat(
      sum.rows, " rows come to ", MoneyText(sum.billed, key.currency),
      ", invoiced ", MoneyText(invoiced, key.currency), ", difference ",
      MoneyText(sum.billed - invoiced, key.currency), ", ",
      MoneyText(ToleranceOf(sum, key, tolerance), key.currency), " tolerated");
}

// Where no row names its detail, only the whole can be compared. Tax is often
// not in the rows at all.
bool DetailsAgree(const InvoiceKey& key, const Invoice& invoice,
                  const std::optional<MoneyAmount>& tolerance,
                  std::string* text) {
  if (invoice.detail_rows.empty() || invoice.details.empty()) return true;
  std::set<std::string> names;
  for (const auto& [name, amount] : invoice.details) names.insert(name);
  for (const auto& [name, rows] : invoice.detail_rows) names.insert(name);
  bool agree = true;
  for (const std::string& name : names) {
    const auto invoiced = invoice.details.find(name);
    const auto found = invoice.detail_rows.find(name);
    const bool has_rows = found != invoice.detail_rows.end();
    if (!has_rows && invoice.tax_details.contains(name)) continue;
    const InvoiceSum rows = has_rows ? found->second : InvoiceSum();
    const MoneyAmount amount =
        invoiced == invoice.details.end() ? MoneyAmount() : invoiced->second;
    if (Agrees(rows, amount, key, tolerance)) continue;
    agree = false;
    absl::StrAppend(text, "; detail ", name, ": ",
                    Amounts(rows, amount, key, tolerance));
  }
  return agree;
}

// Why the invoice could not be compared; empty: it can be.
std::string_view Obstacle(const Invoice& invoice, bool ours) {
  if (invoice.lines == 0) return ", no Invoice Detail was given of it";
  if (invoice.voided == invoice.lines) return "; the invoice is void";
  if (invoice.open) return "; the invoice is still open";
  if (invoice.rows.rows != 0 || !invoice.detail_rows.empty()) return "";
  if (invoice.other_period) return "; the invoice is of another period";
  return ours ? ""
              : "; no row of the contract's provider names it or its issuer";
}

ReconcileCheck CheckOf(const InvoiceKey& key, const Invoice& invoice, bool ours,
                       const std::optional<MoneyAmount>& tolerance) {
  ReconcileCheck check{
      kName, Outcome::kNotExecutable,
      absl::StrCat("invoice ", key.invoice, " of ", invoice.issuer, ": ")};
  const std::string_view obstacle = Obstacle(invoice, ours);
  if (invoice.lines == 0) {
    absl::StrAppend(&check.detail, invoice.rows.rows, " rows come to ",
                    MoneyText(invoice.rows.billed, key.currency));
  } else {
    absl::StrAppend(&check.detail,
                    Amounts(invoice.rows, invoice.total, key, tolerance));
  }
  if (!obstacle.empty()) {
    absl::StrAppend(&check.detail, std::string(obstacle));
    return check;
  }
  const bool whole = Agrees(invoice.rows, invoice.total, key, tolerance);
  const bool details = DetailsAgree(key, invoice, tolerance, &check.detail);
  check.outcome = whole && details ? Outcome::kPassed : Outcome::kFailed;
  return check;
}

}  // namespace

InvoiceSum* InvoiceSums::Find(const BillRow& row, std::string_view detail) {
  const bool same = last_sum_ != nullptr && last_.invoice == row.invoice_id &&
                    last_.detail == detail &&
                    last_.issuer == row.invoice_issuer &&
                    last_.currency == row.currency;
  if (same) return last_sum_;
  InvoiceKey key = {std::string(row.invoice_issuer),
                    std::string(row.invoice_id), std::string(detail),
                    row.currency};
  auto found = sums_.find(key);
  if (found == sums_.end()) {
    size_t& kept = detail.empty() ? invoices_ : details_;
    if (kept == (detail.empty() ? kMostInvoices : kMostDetails)) {
      (detail.empty() ? too_many_invoices_ : too_many_details_) = true;
      return nullptr;
    }
    ++kept;
    found = sums_.try_emplace(key).first;
  }
  last_ = std::move(key);
  last_sum_ = &found->second;
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

void InvoiceSums::Add(const BillRow& row, bool ours, bool compared) {
  for (InvoiceSum* const sum : SumsOf(row)) {
    if (sum == nullptr) continue;
    ++sum->rows;
    sum->billed += row.billed_cost.amount;
    sum->ours |= ours;
    sum->compared |= compared;
  }
}

std::vector<ReconcileCheck> InvoiceSums::Check(
    const std::vector<InvoiceLine>& lines, const Interval& period,
    const std::function<bool(std::string_view)>& is_issuer,
    const std::optional<MoneyAmount>& tolerance) const {
  if (lines.empty()) {
    return {{kName, Outcome::kNotExecutable,
             "no Invoice Detail was given to compare sum(BilledCost) per "
             "invoice with"}};
  }
  if (std::none_of(sums_.begin(), sums_.end(),
                   [](const auto& entry) { return entry.second.ours; })) {
    return {{kName, Outcome::kNotExecutable,
             "no row of the provider names its invoice (InvoiceId), so none "
             "could be compared with Invoice Detail"}};
  }
  if (too_many_invoices_) {
    return {{kName, Outcome::kNotExecutable,
             absl::StrCat("rows name more than ", kMostInvoices,
                          " invoices, which are not kept apart")}};
  }
  Invoices invoices;
  for (const InvoiceLine& line : lines) AddLine(line, period, invoices);
  for (const auto& [key, sum] : sums_) {
    // Some of so many are not kept, and which ones goes by their order.
    if (too_many_details_ && !key.detail.empty()) continue;
    Invoice& invoice =
        FindInvoice(invoices, key.issuer, key.invoice, key.currency);
    (key.detail.empty() ? invoice.rows : invoice.detail_rows[key.detail]) +=
        sum;
  }
  std::vector<ReconcileCheck> checks;
  std::vector<ReconcileCheck> of_rows;  // alone
  for (const auto& [key, invoice] : invoices) {
    if (invoice.others() && !is_issuer(invoice.issuer)) continue;
    // Rows of tax alone name it, and are in its details only.
    if (invoice.lines == 0 && invoice.rows.rows == 0) continue;
    (invoice.lines == 0 ? of_rows : checks)
        .push_back(CheckOf(key, invoice, is_issuer(invoice.issuer), tolerance));
  }
  checks.insert(checks.end(), of_rows.begin(), of_rows.end());
  if (too_many_details_) {
    checks.push_back({kName, Outcome::kNotExecutable,
                      absl::StrCat("rows name more than ", kMostDetails,
                                   " invoice details, which are not kept "
                                   "apart")});
  }
  return checks;
}

bool InvoiceSums::AnyOpen(const std::vector<InvoiceLine>& lines) const {
  std::set<InvoiceKey> open;
  for (const InvoiceLine& line : lines) {
    if (line.status != InvoiceStatus::kOpen) continue;
    open.insert(KeyOf(line.invoice_issuer, line.invoice_id, line.currency));
  }
  if (too_many_invoices_) return !open.empty();
  return !open.empty() &&
         std::any_of(sums_.begin(), sums_.end(), [&open](const auto& entry) {
           const InvoiceKey& key = entry.first;
           return entry.second.compared &&
                  open.contains(KeyOf(key.issuer, key.invoice, key.currency));
         });
}

}  // namespace drawdown
