// Rows of the bill, one after the other.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/same_text.h"
#include "reconcile/reconciler_state.h"
#include "reconcile/row_period.h"
#include "reconcile/tolerance.h"

namespace drawdown {

// Sums of one amount in one result: a bill whose files have different ones
// would be counted in two ways.
absl::Status Reconciler::State::TakeAmount(const BillRow& row) {
  if (rows == 0) context.basis.amount = row.amount;
  if (row.amount == context.basis.amount) return absl::OkStatus();
  // Named in one order, whichever file came first.
  const auto [better, worse] = std::minmax(row.amount, context.basis.amount);
  return MakeError(
      ErrorCode::kBadInput,
      absl::StrCat("some files of the bill have ",
                   std::string(BilledAmountName(better)), ", others ",
                   worse == BilledAmount::kNone
                       ? "no cost"
                       : std::string(BilledAmountName(worse)) + " only",
                   ": one total cannot be made of both, reconcile them "
                   "apart"));
}

// A hostile bill has a service, a SKU or a charge period of its own in each
// row.
void Reconciler::State::KeepFew(Disposition disposition) {
  while (groups.TooMany(disposition) &&
         router.GrainOf(disposition) != KeyGrain::kBare) {
    groups.Coarsen(disposition, router.MakeCoarser(disposition));
  }
}

void Reconciler::State::NoteRow(const BillRow& row, const RoutedRow& routed) {
  const GroupKey& key = routed.key;
  ++rows;
  billed.resize(names.currencies.size());
  billed[key.currency] += row.billed_cost.amount;
  // A fee that another month's bill has may be of this one's time, as a year's
  // is; if not, it says nothing of this one.
  if (IsPurchase(key.lane.kind) && IsOfPeriod(row, context.period)) {
    context.basis.purchased.insert(key.lane.commitment);
    (key.lane.kind == RowKind::kUpfront ? context.basis.upfront
                                        : context.basis.recurring)
        .insert(key.lane.commitment);
  }
  if (key.lane.kind == RowKind::kUnused &&
      key.disposition != Disposition::kOtherPeriod) {
    context.basis.unused.insert(key.lane.commitment);
  }
  if (key.disposition == Disposition::kOtherPeriod && key.lane != Lane()) {
    context.originals.Add(key.lane, row.charge_start_us, row.charge_end_us);
  }
  if (key.disposition == Disposition::kCompare && IsUsage(key.lane.kind)) {
    consumed.Add(row.consumed_quantity.has_value(), routed, 1);
    if (key.lane.kind == RowKind::kCovered) {
      context.covering.insert(key.lane.commitment);
    }
  }
  if (routed.contract_provider) named.Add(routed);
  services.Add(row, routed);
  invoices.Add(row, routed.contract_provider,
               key.disposition < Disposition::kOtherProvider &&
                   IsOfPeriod(row, context.period));
  if (!routed.contract_provider) return;
  period_rows.Add(row, context.period);
  if (!SameText(row.invoice_issuer, last_issuer)) {
    last_issuer = row.invoice_issuer;
    const bool few = issuers.size() < kMostIssuers;
    if (few && !last_issuer.empty()) issuers.insert(last_issuer);
  }
  applied.Add(row, routed, bill_names, *context.contract, context.period);
  if (row.category == ChargeCategory::kCredit &&
      row.currency == context.contract->currency) {
    ++credits.rows;
    credits.billed += row.billed_cost.amount;
    credits.places += LastPlace(row.billed_cost, row.currency);
  }
  context.rounding.resize(names.currencies.size());
  context.rounding[key.currency] += LastPlace(row.billed_cost, row.currency);
}

// For rows like `row`, where all that tells them apart is read in AddAgain;
// their line is the same.
void Reconciler::State::Keep(const BillRow& row, const RoutedRow& routed,
                             const RowSums& one, uint32_t group) {
  RepeatedRow& kept = repeated[row.like % kMostLikes];
  AddUp(&kept);
  kept.like = 0;
  if (!router.RoutesAlike(row, routed) || IsUnjudged(row, routed, one) ||
      !row.applied.empty() || !row.allocated_method_details.empty()) {
    return;
  }
  kept = {row.like,
          0,
          row.charge_start_us,
          row.charge_end_us,
          routed,
          one,
          group,
          row.consumed_quantity.has_value(),
          invoices.SumsOf(row)};
}

// Adds a row like one that was added, if that is known; what all of them come
// to is added up later.
absl::StatusOr<bool> Reconciler::State::AddAgain(const BillRow& row) {
  copies.Prefetch(row);
  RepeatedRow& kept = repeated[row.like % kMostLikes];
  if (kept.like != row.like) return false;
  const bool same_time =
      kept.start_us == row.charge_start_us && kept.end_us == row.charge_end_us;
  if (!same_time || !router.RoutesAlike(row, kept.routed)) {
    AddUp(&kept);
    // Of a row whose cost is another amount, AddCosted makes a copy.
    if (row.amount == BilledAmount::kEffectiveCost ||
        !router.SetWindow(row, &kept.routed)) {
      kept.like = 0;
      return false;
    }
    kept.start_us = row.charge_start_us;
    kept.end_us = row.charge_end_us;
  }
  if (!context.options.tenant_tag.empty()) {
    kept.routed.tenant = tenant_tag.Of(row);
  }
  if (same_time) {
    ++kept.rows;
    Group& group = groups.groups()[kept.group];
    group.names.AddAgain(row);
    group.AddTenant(kept.routed.tenant, kept.one);
  } else {
    kept.group = groups.Add(row, kept.routed, kept.one);
    NoteRow(row, kept.routed);
  }
  RETURN_IF_ERROR(
      copies.Add(row, kept.routed, kept.one, kept.group, std::nullopt));
  return true;
}

void Reconciler::State::AddUp(RepeatedRow* kept) {
  const uint64_t again = std::exchange(kept->rows, 0);
  if (again == 0) return;
  const RowSums sums = kept->one.Times(again);
  const uint32_t currency = kept->routed.key.currency;
  groups.groups()[kept->group].sums += sums;
  rows += again;
  billed[currency] += sums.cost;
  context.rounding[currency] += sums.cost_places;
  consumed.Add(kept->consumed_given, kept->routed, again);
  for (InvoiceSum* const invoice : kept->invoices) {
    if (invoice == nullptr) continue;
    invoice->rows += again;
    invoice->billed += sums.cost;
  }
}

}  // namespace drawdown
