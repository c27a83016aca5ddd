// The group of a bill row, by what of the contract it is about.
#include <algorithm>

#include "base/check.h"
#include "base/civil.h"
#include "reconcile/capacity_price.h"
#include "reconcile/route.h"
#include "reconcile/row_period.h"

namespace drawdown {

KeyGrain Router::MakeCoarser(Disposition disposition) {
  KeyGrain& grain = grains_[static_cast<size_t>(disposition)];
  CHECK(CanCoarsen(disposition) && grain != KeyGrain::kBare);
  grain = grain == KeyGrain::kWhole ? KeyGrain::kTimeless : KeyGrain::kBare;
  return grain;
}

// Whether money may be of the contract's things, in the period, for all that
// its row says beside its service.
bool Router::NamesNothingElse(const BillRow& row) const {
  // Money is often of a moment.
  const bool now = row.charge_start_us == row.charge_end_us &&
                   row.charge_start_us == period_.start_us;
  if (!now && !Touches(row, period_)) return false;
  if (FindPool(row, row.resource).naming != nullptr) return true;
  if (!row.sku.empty() || !row.sku_price.empty() ||
      !row.instance_type.empty()) {
    return false;
  }
  // One instance of many is known by its service alone.
  return row.resource.empty() || !row.service.empty() ||
         FindCommitment(row, row.resource) != nullptr;
}

// Of a row that is about something in the contract.
Disposition Router::DispositionOf(const BillRow& row) const {
  if (row.currency != contract_.currency) return Disposition::kOtherCurrency;
  if (row.correction) return Disposition::kCorrection;
  if (row.charge_end_us <= row.charge_start_us) {
    return Disposition::kNoChargePeriod;
  }
  if (Touches(row, period_)) return Disposition::kCompare;
  return BilledIn(row, period_) ? Disposition::kTiming
                                : Disposition::kOtherPeriod;
}

// The meter knows whole buckets, so a charge period is widened to them; one
// inside the period stays inside.
void Router::SetWindow(const BillRow& row, GroupKey& key) const {
  key.start_us = row.charge_start_us;
  key.end_us = row.charge_end_us;
  if (key.disposition != Disposition::kCompare &&
      key.disposition != Disposition::kCorrection) {
    return;
  }
  key.start_us = FloorTo(row.charge_start_us, bucket_length_us_);
  key.end_us =
      FloorTo(row.charge_end_us + bucket_length_us_ - 1, bucket_length_us_);
  if (Inside(row, period_)) {
    key.start_us = std::max(key.start_us, period_.start_us);
    key.end_us = std::min(key.end_us, period_.end_us);
  }
}

GroupKey Router::KeyOf(const BillRow& row, const Target& target) {
  GroupKey key;
  key.disposition = target.disposition;
  key.lane = target.lane;
  key.currency = names_.CurrencyIndex(row.currency);
  if (key.disposition == Disposition::kCompare ||
      key.disposition == Disposition::kUnknownGpu ||
      key.disposition == Disposition::kAmbiguousSku ||
      key.disposition == Disposition::kCorrection) {
    const Disposition found = DispositionOf(row);
    if (found != Disposition::kCompare) key.disposition = found;
    if (key.disposition == Disposition::kCompare ||
        key.disposition == Disposition::kUnknownGpu) {
      key.dropped = target.dropped;
    }
    SetWindow(row, key);
    if (key.lane == Lane() && GrainOf(key.disposition) != KeyGrain::kBare) {
      key.sku = names_.texts.Intern(row.sku.empty() ? row.sku_price : row.sku);
      key.region = names_.texts.Intern(row.region);
    }
  }
  if (key.disposition == Disposition::kCorrection && key.lane == Lane()) {
    key.category = names_.texts.Intern(row.service);
    key.unnamed = NamesNothingElse(row);
  }
  if (key.disposition == Disposition::kCorrection && !row.corrects.empty()) {
    key.service = names_.texts.Intern(row.corrects);
  }
  if (key.disposition == Disposition::kAdjustment ||
      (key.disposition == Disposition::kOtherCategory &&
       row.category == ChargeCategory::kCredit)) {
    key.unnamed = NamesNothingElse(row);
  }
  if (key.disposition >= Disposition::kOtherProvider) {
    key.start_us = key.end_us = 0;
    if (key.lane != Lane() && !IsOfPeriod(row, period_) &&
        key.disposition != Disposition::kOtherPeriod) {
      key.disposition = Disposition::kOtherPeriod;
      key.lane = Lane();
    }
    key.category = names_.texts.Intern(target.other != nullptr
                                           ? std::string_view(target.other->id)
                                           : row.category_text);
    if (GrainOf(key.disposition) != KeyGrain::kBare) {
      key.service = names_.texts.Intern(row.service);
    }
  }
  Coarsen(GrainOf(key.disposition), &key);
  return key;
}

// Of unused capacity each charge period is judged by itself: what is too dear
// in it may be taken back in it, and is not made up for by another that is
// free. Those at their price need not be judged again.
void Router::KeepDearApart(const BillRow& row, RoutedRow* routed) const {
  const Interval charge{row.charge_start_us, row.charge_end_us};
  std::optional<MoneyAmount> most;
  if (routed->quantity.has_value()) {
    most = CapacityPrice(contract_, routed->pool->name, charge,
                         routed->quantity->time);
  }
  const MoneyAmount cost = row.billed_cost.amount;
  if (most.has_value() && cost >= MoneyAmount() && cost <= *most) return;
  GroupKey& key = routed->key;
  key.disposition = Disposition::kDearCapacity;
  key.start_us = charge.start_us;
  key.end_us = charge.end_us;
  Coarsen(GrainOf(key.disposition), &key);
}

}  // namespace drawdown
