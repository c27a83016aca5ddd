// What of the contract, or of another, a bill row is about.
#include "absl/strings/match.h"
#include "reconcile/route.h"

namespace drawdown {
namespace {

bool IsOneTime(const BillRow& row) {
  return absl::EqualsIgnoreCase(
      absl::string_view(row.frequency.data(), row.frequency.size()),
      "One-Time");
}

}  // namespace

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
    target->micro_gpus = MicroGpusPerUnit(*match.naming, row);
    return;
  }
}

Router::Target Router::UsageOfPool(const BillRow& row, const PoolMatch& match) {
  Target target;
  target.pool = match.naming;
  target.agreed = match.agreed;
  target.dropped = match.dropped;
  target.micro_gpus = MicroGpusPerUnit(*match.naming, row);
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

// The commitment whose hours reserved capacity is of. A row that costs nothing
// either way may state what is reserved, used or not, or say again what the
// commitment's own unused row does.
const Commitment* Router::ReservedBy(const BillRow& row) const {
  if (row.billed_cost.amount.zero() && row.effective_cost.amount.zero()) {
    return nullptr;
  }
  const Commitment* commitment = FindCommitment(row, row.commitment_id);
  if (commitment == nullptr) commitment = FindCommitment(row, row.capacity_id);
  const bool of_hours = commitment != nullptr &&
                        commitment->category == CommitmentCategory::kUsage;
  return of_hours ? commitment : nullptr;
}

// Reserved and not run: no meter counts it, but it has a price. That of a
// commitment's hours is what the commitment had left.
Router::Target Router::UnusedCapacityOf(const BillRow& row,
                                        const PoolMatch& match) {
  if (const Commitment* commitment = ReservedBy(row); commitment != nullptr) {
    return OfCommitment(row, RowKind::kUnused, *commitment, match.naming);
  }
  Target target = UsageOfPool(row, match);
  target.disposition = Disposition::kUnusedCapacity;
  target.lane.kind = RowKind::kNone;
  return target;
}

Router::Target Router::OfCommitment(const BillRow& row, RowKind kind,
                                    const Commitment& commitment,
                                    const PoolNaming* pool) {
  Target target;
  target.pool = pool;
  target.lane = {kind, kNoIndex, names_.commitments.Intern(commitment.id)};
  if (pool != nullptr) {
    target.micro_gpus = MicroGpusPerUnit(*pool, row);
  } else {
    target.micro_gpus = NamingAt(row.charge_start_us)
                            .names.MicroGpusOf(commitment, row)
                            .value_or(0);
  }
  return target;
}

Router::Target Router::FindCommitmentTarget(const BillRow& row, RowKind kind,
                                            Disposition otherwise) {
  const Commitment* commitment = FindCommitment(row, row.commitment_id);
  if (commitment == nullptr) commitment = FindCommitment(row, row.resource);
  // The resource of such a row is the commitment.
  const PoolMatch match = FindPool(row, "");
  // Only usage is matched by a coarser key: another account's commitment is not
  // of the pool that this account's is of.
  const bool named =
      match.result == PoolMatch::Result::kFound && match.dropped == 0;
  const PoolNaming* const pool = named ? match.naming : nullptr;
  if (commitment != nullptr) return OfCommitment(row, kind, *commitment, pool);
  Target target;
  target.disposition = otherwise;
  target.pool = pool;
  if (!row.commitment_id.empty()) {
    target.lane.commitment = names_.commitments.Intern(row.commitment_id);
  } else if (match.by_instance_type && !UnitOf(row).time.has_value()) {
    return target;  // what is bought for an instance: software, support
  }
  if (pool != nullptr) target.lane.pool = PoolIndex(pool);
  return target;
}

// What is sold beside an instance, such as traffic, may name its type too.
bool Router::IsBeside(const BillRow& row, const PoolMatch& match) {
  const BilledUnit& unit = UnitOf(row);
  return match.by_instance_type && !unit.time.has_value() && !unit.unclear &&
         !row.pricing_unit.empty();
}

// Whether another version than that of the row's time names its pool.
bool Router::WasNamedOnly(const BillRow& row, const PoolMatch& match) const {
  return namings_.size() > 1 && match.result == PoolMatch::Result::kFound &&
         NamingAt(row.charge_start_us)
                 .names.FindPool(row, row.resource)
                 .result == PoolMatch::Result::kUnknownSku;
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
  if (IsBeside(row, match)) {
    target.disposition = Disposition::kOtherService;
    return target;
  }
  if (WasNamedOnly(row, match)) {
    // A pool may have gone to another contract.
    OfOtherContract(row, &target);
    if (target.other != nullptr) return target;
  }
  const bool gpu =
      UnitOf(row).gpus || target.micro_gpus > 0 || match.naming != nullptr;
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
        target.micro_gpus = MicroGpusPerUnit(*match.naming, row);
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

}  // namespace drawdown
