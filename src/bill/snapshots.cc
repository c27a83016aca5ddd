#include "bill/snapshots.h"

#include <utility>

#include "base/same_text.h"

namespace drawdown {

bool Snapshots::IsOfLater(Scope scope, uint32_t delivery) {
  const auto [taken, first] =
      delivery_of_.try_emplace(std::move(scope), delivery);
  return !first && taken->second != delivery;
}

RowStanding Snapshots::Of(const BillRow& row, uint32_t delivery) {
  if (row.own_period) return days_.Of(row, delivery);
  // Bills repeat one account and period row after row.
  const bool same = last_.has_value() && last_delivery_ == delivery &&
                    last_->start_us == row.billing_start_us &&
                    last_->end_us == row.billing_end_us &&
                    SameText(row.provider, last_->who) &&
                    SameText(row.billing_account, last_->what);
  if (!same) {
    last_ = Scope{Dataset::kCostAndUsage, std::string(row.provider),
                  std::string(row.billing_account), row.billing_start_us,
                  row.billing_end_us};
    last_delivery_ = delivery;
    last_superseded_ = IsOfLater(*last_, delivery);
  }
  return last_superseded_ ? RowStanding::kSuperseded : RowStanding::kCounts;
}

bool Snapshots::SupersedesLast(Dataset dataset, const BillContents& bill,
                               uint32_t delivery) {
  Scope scope;
  scope.dataset = dataset;
  switch (dataset) {
    case Dataset::kCostAndUsage:
      return false;
    case Dataset::kContractCommitment: {
      const BilledCommitment& row = bill.commitments.back();
      scope.who = row.contract_id;
      scope.what = row.id;
      break;
    }
    case Dataset::kInvoiceDetail: {
      const InvoiceLine& row = bill.invoice_lines.back();
      scope = {dataset, row.invoice_issuer, row.billing_account,
               row.billing_start_us, row.billing_end_us};
      break;
    }
    case Dataset::kBillingPeriod: {
      const BilledPeriod& row = bill.periods.back();
      scope = {dataset, row.invoice_issuer, "", row.start_us, row.end_us};
      break;
    }
  }
  return IsOfLater(std::move(scope), delivery);
}

}  // namespace drawdown
