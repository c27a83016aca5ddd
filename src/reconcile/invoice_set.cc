#include "reconcile/invoice_set.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "base/coding.h"
#include "base/same_text.h"

namespace drawdown {
namespace {

std::string NameOf(std::string_view issuer, std::string_view id) {
  std::string name;
  AppendString(
      absl::AsciiStrToLower(absl::string_view(issuer.data(), issuer.size())),
      &name);
  name += id;
  return name;
}

}  // namespace

void InvoiceSet::Add(uint32_t invoice) {
  if (invoice == kNoIndex) {
    some_without_ = true;
    return;
  }
  const auto end = invoices_.begin() + count_;
  if (std::find(invoices_.begin(), end, invoice) != end) return;
  if (count_ == kMost) {
    more_ = true;
    return;
  }
  invoices_[count_++] = invoice;
}

void InvoiceSet::Merge(const InvoiceSet& other) {
  for (uint8_t i = 0; i < other.count_; ++i) Add(other.invoices_[i]);
  more_ |= other.more_;
  some_without_ |= other.some_without_;
}

bool InvoiceSet::MayHave(const HashSet<uint32_t>& open) const {
  if (more_) return !open.empty();
  return std::any_of(
      invoices_.begin(), invoices_.begin() + count_,
      [&open](uint32_t invoice) { return open.contains(invoice); });
}

uint32_t InvoiceNumbers::Of(const BillRow& row) {
  if (row.invoice_id.empty()) return kNoIndex;
  if (last_ != kNoIndex && SameText(row.invoice_id, last_id_) &&
      SameText(row.invoice_issuer, last_issuer_)) {
    return last_;
  }
  if (too_many_) return kNoIndex;
  const uint32_t invoice =
      names_.Intern(NameOf(row.invoice_issuer, row.invoice_id));
  too_many_ = names_.size() > kMost;
  last_issuer_ = row.invoice_issuer;
  last_id_ = row.invoice_id;
  last_ = invoice;
  return invoice;
}

HashSet<uint32_t> InvoiceNumbers::OpenOf(
    const std::vector<InvoiceLine>& lines) {
  HashSet<uint32_t> open;
  for (const InvoiceLine& line : lines) {
    if (line.status != InvoiceStatus::kOpen) continue;
    open.insert(names_.Intern(NameOf(line.invoice_issuer, line.invoice_id)));
  }
  return open;
}

}  // namespace drawdown
