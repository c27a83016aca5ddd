#include "reconcile/route.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "base/same_text.h"
#include "reconcile/capacity_price.h"

namespace drawdown {
namespace {

bool Inside(const BillRow& row, const Interval& period) {
  return row.charge_start_us >= period.start_us &&
         row.charge_end_us <= period.end_us;
}

bool Touches(const BillRow& row, const Interval& period) {
  return row.charge_start_us < period.end_us &&
         row.charge_end_us > period.start_us;
}

// What was rated is compared; exports of usage alone say what was consumed.
bool ByConsumption(const BillRow& row) {
  return !row.pricing_quantity.has_value() && row.consumed_quantity.has_value();
}

bool IsOneTime(const BillRow& row) {
  return absl::EqualsIgnoreCase(
      absl::string_view(row.frequency.data(), row.frequency.size()),
      "One-Time");
}

}  // namespace

bool CanCoarsen(Disposition disposition) {
  switch (disposition) {
    case Disposition::kOtherCurrency:
    case Disposition::kUnknownGpu:
    case Disposition::kAmbiguousSku:
    case Disposition::kNoChargePeriod:
    case Disposition::kOtherProvider:
    case Disposition::kOtherPeriod:
    case Disposition::kOtherCategory:
    case Disposition::kAdjustment:
    case Disposition::kOtherPurchase:
    case Disposition::kOtherUnused:
    case Disposition::kUnusedCapacity:
    case Disposition::kDearCapacity:
    case Disposition::kOtherContract:
    case Disposition::kOtherService:
      return true;
    default:
      return false;
  }
}

bool BilledIn(const BillRow& row, const Interval& period) {
  const int64_t middle =
      row.billing_start_us + (row.billing_end_us - row.billing_start_us) / 2;
  return middle >= period.start_us && middle < period.end_us;
}

bool IsOfPeriod(const BillRow& row, const Interval& period) {
  return Touches(row, period) || BilledIn(row, period);
}

void Coarsen(KeyGrain grain, GroupKey* key) {
  if (grain == KeyGrain::kWhole) return;
  key->start_us = key->end_us = 0;
  if (grain == KeyGrain::kTimeless) return;
  key->service = key->sku = key->region = kNoIndex;
  if (key->disposition == Disposition::kOtherPurchase ||
      key->disposition == Disposition::kOtherUnused) {
    key->lane.commitment = kNoIndex;
    key->dropped = 1;
  }
}

uint32_t GroupNames::CurrencyIndex(Currency currency) {
  const auto found = std::find(currencies.begin(), currencies.end(), currency);
  const auto index = static_cast<uint32_t>(found - currencies.begin());
  if (found == currencies.end()) currencies.push_back(currency);
  return index;
}

struct Router::Target {
  Disposition disposition = Disposition::kCompare;
  Lane lane;
  const PoolNaming* pool = nullptr;
  const Contract* other = nullptr;  // that names `pool`
  uint8_t agreed = 0;               // of usage: KeyParts
  uint8_t dropped = 0;              // likewise
  int64_t micro_gpus = 0;           // of one billed unit; 0: unknown
};

KeyGrain Router::MakeCoarser(Disposition disposition) {
  KeyGrain& grain = grains_[static_cast<size_t>(disposition)];
  CHECK(CanCoarsen(disposition) && grain != KeyGrain::kBare);
  grain = grain == KeyGrain::kWhole ? KeyGrain::kTimeless : KeyGrain::kBare;
  return grain;
}

void Router::OfOtherContract(const BillRow& row, Target* target) const {
  for (const auto& other : others_) {
    const auto& term = other->contract->term;
    if (row.charge_start_us < term.start_us ||
        row.charge_start_us >= term.end_us ||
        !other->names.IsProvider(row.provider)) {
      continue;
    }
    const PoolMatch match = other->names.FindPool(row, row.resource);
    if (match.result != PoolMatch::Result::kFound || match.dropped != 0) {
      continue;
    }
    *target = Target();
    target->disposition = Disposition::kOtherContract;
    target->pool = match.naming;
    target->other = other->contract;
    target->micro_gpus = match.naming->gpus_per_unit * kMicroGpusPerGpu;
    return;
  }
}

const BilledUnit& Router::UnitOf(const BillRow& row) {
  const std::string_view unit =
      ByConsumption(row) ? row.consumed_unit : row.pricing_unit;
  if (!SameText(unit, last_unit_text_)) {
    last_unit_text_ = unit;
    last_unit_ = ParseUnit(unit);
  }
  return last_unit_;
}

Router::Target Router::UsageOfPool(const BillRow& row, const PoolMatch& match) {
  Target target;
  target.pool = match.naming;
  target.agreed = match.agreed;
  target.dropped = match.dropped;
  target.micro_gpus = match.naming->gpus_per_unit * kMicroGpusPerGpu;
  target.lane.pool = PoolIndex(match.naming);
  const bool covered =
      row.commitment_status == UsageStatus::kUsed || !row.commitment_id.empty();
  target.lane.kind = covered ? RowKind::kCovered : RowKind::kOnDemand;
  if (!covered) return target;
  const Commitment* commitment = FindCommitment(row, row.commitment_id);
  target.lane.commitment = names_.commitments.Intern(
      commitment != nullptr ? std::string_view(commitment->id)
                            : row.commitment_id);
  return target;
}

// Reserved and not run: no meter counts it, but it has a price.
Router::Target Router::UnusedCapacityOf(const BillRow& row,
                                        const PoolMatch& match) {
  Target target = UsageOfPool(row, match);
  target.disposition = Disposition::kUnusedCapacity;
  target.lane.kind = RowKind::kNone;
  return target;
}

Router::Target Router::FindCommitmentTarget(const BillRow& row, RowKind kind,
                                            Disposition otherwise) {
  Target target;
  const Commitment* commitment = FindCommitment(row, row.commitment_id);
  if (commitment == nullptr) commitment = FindCommitment(row, row.resource);
  // The resource of such a row is the commitment.
  const PoolMatch match = FindPool(row, "");
  // Only usage is matched by a coarser key: another account's commitment is not
  // of the pool that this account's is of.
  if (match.result == PoolMatch::Result::kFound && match.dropped == 0) {
    target.pool = match.naming;
  }
  if (commitment == nullptr) {
    target.disposition = otherwise;
    if (row.commitment_id.empty()) return target;
    target.lane.commitment = names_.commitments.Intern(row.commitment_id);
    if (target.pool != nullptr) {
      target.lane.pool = PoolIndex(target.pool);
    }
    return target;
  }
  target.lane = {kind, kNoIndex, names_.commitments.Intern(commitment->id)};
  target.micro_gpus =
      kMicroGpusPerGpu *
      (target.pool != nullptr
           ? target.pool->gpus_per_unit
           : NamingAt(row.charge_start_us).names.GpusPerUnit(*commitment));
  return target;
}

Router::Target Router::FindUsageTarget(const BillRow& row) {
  const bool unused_commitment = row.commitment_status == UsageStatus::kUnused;
  if (unused_commitment) {
    return FindCommitmentTarget(row, RowKind::kUnused,
                                Disposition::kOtherUnused);
  }
  const PoolMatch match = FindPool(row, row.resource);
  Target target;
  target.micro_gpus = row.gpu_count_micro.value_or(0);
  const BilledUnit& unit = UnitOf(row);
  // What is sold beside an instance, such as traffic, may name its type too.
  const bool beside = match.by_instance_type && !unit.time.has_value() &&
                      !unit.unclear && !row.pricing_unit.empty();
  const bool gpu = !beside && (unit.gpus || target.micro_gpus > 0 ||
                               match.naming != nullptr);
  if (beside) {
    target.disposition = Disposition::kOtherService;
    return target;
  }
  switch (match.result) {
    case PoolMatch::Result::kFound:
      if (match.dropped != 0) {
        // Another contract may name exactly what this one does not.
        OfOtherContract(row, &target);
        if (target.other != nullptr) return target;
      }
      return row.capacity_status == UsageStatus::kUnused
                 ? UnusedCapacityOf(row, match)
                 : UsageOfPool(row, match);
    case PoolMatch::Result::kAmbiguous:
      target.disposition = Disposition::kAmbiguousSku;
      return target;
    case PoolMatch::Result::kOtherParts:
      target.dropped = match.dropped;
      [[fallthrough]];
    case PoolMatch::Result::kOtherRegion:
      target.disposition = Disposition::kUnknownGpu;
      if (target.micro_gpus == 0) {
        target.micro_gpus = match.naming->gpus_per_unit * kMicroGpusPerGpu;
      }
      break;
    case PoolMatch::Result::kUnknownSku:
      target.disposition =
          gpu ? Disposition::kUnknownGpu : Disposition::kOtherService;
      break;
  }
  if (target.disposition == Disposition::kUnknownGpu) {
    OfOtherContract(row, &target);
  }
  return target;
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

// A cost-only correction names its pool by SKU, or nothing at all.
Router::Target Router::FindAdjustmentTarget(const BillRow& row) {
  Target target;
  target.disposition = Disposition::kAdjustment;
  if (!row.correction) return target;
  target.disposition = Disposition::kCorrection;
  const PoolMatch match = FindPool(row, row.resource);
  if (match.result == PoolMatch::Result::kFound) {
    target.pool = match.naming;
    target.dropped = match.dropped;
    target.lane.pool = PoolIndex(match.naming);
  }
  return target;
}

Router::Target Router::FindTarget(const BillRow& row) {
  Target target;
  switch (row.category) {
    case ChargeCategory::kUsage:
      return FindUsageTarget(row);
    case ChargeCategory::kPurchase:
      return FindCommitmentTarget(
          row, IsOneTime(row) ? RowKind::kUpfront : RowKind::kPurchase,
          Disposition::kOtherPurchase);
    case ChargeCategory::kAdjustment:
      return FindAdjustmentTarget(row);
    default:
      target.disposition = Disposition::kOtherCategory;
      return target;
  }
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

absl::StatusOr<std::optional<BilledGpuTime>> Router::QuantityOf(
    const BillRow& row, int64_t micro_gpus) {
  std::optional<BilledGpuTime> none;
  const std::optional<TimeUnit>& unit = UnitOf(row).time;
  const bool consumed = ByConsumption(row);
  const std::optional<Decimal>& quantity =
      consumed ? row.consumed_quantity : row.pricing_quantity;
  if (!quantity.has_value() || !unit.has_value()) return none;
  if (!unit->per_gpu && micro_gpus == 0) return none;
  absl::StatusOr<BilledGpuTime> time = ToGpuTime(*quantity, *unit, micro_gpus);
  if (!time.ok()) {
    return WithContext(
        time.status(),
        absl::StrCat("bill row ", row.line, " of file ", row.file, ": ",
                     consumed ? "ConsumedQuantity" : "PricingQuantity",
                     " in GPU time"));
  }
  return std::optional<BilledGpuTime>(*time);
}

// Nothing for the usual row, which rates what was consumed.
absl::StatusOr<std::optional<BilledGpuTime>> Router::ConsumedOf(
    const BillRow& row, int64_t micro_gpus) {
  std::optional<BilledGpuTime> none;
  if (!row.consumed_quantity.has_value() || !row.pricing_quantity.has_value()) {
    return none;
  }
  const Decimal& consumed = *row.consumed_quantity;
  const bool same = consumed.coefficient == row.pricing_quantity->coefficient &&
                    consumed.scale == row.pricing_quantity->scale &&
                    SameText(row.consumed_unit, row.pricing_unit);
  if (same) return none;
  const std::optional<TimeUnit> unit = ParseUnit(row.consumed_unit).time;
  if (!unit.has_value() || (!unit->per_gpu && micro_gpus == 0)) return none;
  absl::StatusOr<BilledGpuTime> time = ToGpuTime(consumed, *unit, micro_gpus);
  if (!time.ok()) {
    return WithContext(
        time.status(),
        absl::StrCat("bill row ", row.line, " of file ", row.file,
                     ": ConsumedQuantity in GPU time"));
  }
  return std::optional<BilledGpuTime>(*time);
}

bool Router::IsProvider(std::string_view name) {
  if (!SameText(name, last_provider_text_)) {
    last_provider_text_ = name;
    last_is_provider_ = namings_.back()->names.IsProvider(name);
  }
  return last_is_provider_;
}

bool Router::RoutesAlike(const BillRow& row, const RoutedRow& routed) const {
  return routed.key.disposition == Disposition::kCompare &&
         IsUsage(routed.key.lane.kind) && Inside(row, period_) &&
         first_in_period_ + 1 == namings_.size() &&
         !namings_.back()->names.TellsApartBy(row.resource);
}

bool Router::SetWindow(const BillRow& row, RoutedRow* routed) const {
  const bool alike =
      row.charge_start_us < row.charge_end_us && RoutesAlike(row, *routed);
  if (alike) SetWindow(row, routed->key);
  return alike;
}

absl::StatusOr<RoutedRow> Router::Route(const BillRow& row) {
  RoutedRow routed;
  Target target;
  if (IsProvider(row.provider)) {
    target = FindTarget(row);
    routed.key = KeyOf(row, target);
    routed.key.provider = provider_;
  } else {
    target.disposition = Disposition::kOtherProvider;
    routed.contract_provider = false;
    routed.key = KeyOf(row, target);
    routed.key.provider = names_.texts.Intern(row.provider);
  }
  routed.pool = target.pool;
  routed.agreed = target.agreed;
  routed.dropped = target.dropped;
  routed.by_consumption = ByConsumption(row);
  ASSIGN_OR_RETURN(routed.quantity, QuantityOf(row, target.micro_gpus));
  if (routed.key.disposition == Disposition::kUnusedCapacity) {
    KeepDearApart(row, &routed);
  }
  if (routed.key.disposition == Disposition::kCompare &&
      routed.key.dropped != 0 && !routed.quantity.has_value()) {
    routed.key.disposition = Disposition::kCoarseUnmeasured;
  }
  if (routed.key.disposition == Disposition::kCompare &&
      IsUsage(routed.key.lane.kind)) {
    ASSIGN_OR_RETURN(routed.consumed, ConsumedOf(row, target.micro_gpus));
  }
  return routed;
}

}  // namespace drawdown
