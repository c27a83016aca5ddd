// Rating of one bucket: commitments, overage, rate card, in that order.
#include <optional>

#include "base/error.h"
#include "rating/cost.h"
#include "rating/walk.h"

namespace drawdown {

absl::Status Walk::RateBucket(int64_t bucket_us,
                              std::span<const UsageCell> cells) {
  if (!bucket_.Load(cells)) {
    return MakeError(ErrorCode::kOverflow, "usage of the bucket at " +
                                               FormatInstant(bucket_us) +
                                               " does not fit 128 bits");
  }
  if (bucket_.size() == 0) return absl::OkStatus();
  DrawCommitments();
  if (has_overage_) BookOverage();
  if (!now_.tiered.empty()) BookTiers();
  bucket_.SortColumns();
  EmitBucket(bucket_us);
  CountShared();
  return absl::OkStatus();
}

void Walk::DrawCommitments() {
  std::optional<int32_t> layer;
  for (const uint32_t index : now_.order) {
    TrancheState& state = now_.tranches[index];
    if (!state.open) continue;
    const TrancheTerms& terms = *state.terms;
    if (layer != terms.commitment->layer) {
      bucket_.BeginLayer(!layer.has_value());
      layer = terms.commitment->layer;
    }
    state.Draw(bucket_.Draw(terms, state.available(), &state.allotted));
  }
}

void Walk::BookOverage() {
  for (const uint32_t index : now_.order) {
    const TrancheTerms& terms = *now_.tranches[index].terms;
    if (!now_.tranches[index].open || terms.overage == kNoIndex) continue;
    bucket_.BookOverage(terms);
  }
}

void Walk::BookTiers() {
  for (const uint32_t rate : now_.tiered) {
    const std::vector<RateTier>& tiers = version().contract->rates[rate].tiers;
    TierState& state = now_.tiers[version().tier_counts[rate]];
    for (uint32_t i = 0; i < tiers.size(); ++i) {
      const Int128 room = tiers[i].up_to.has_value()
                              ? tiers[i].up_to->count() - state.used
                              : bucket_.total();
      state.used += bucket_.BookUnpriced(
          version().rate_slots[rate] + i, room, [&](size_t cell) {
            return now_.pool_rates[bucket_.pool(cell)] == rate;
          });
    }
  }
}

void Walk::EmitBucket(int64_t bucket_us) {
  const Interval bucket = {bucket_us,
                           bucket_us + plan_.usage->bucket_length_us};
  for (size_t cell = 0; cell < bucket_.size(); ++cell) {
    for (const BookedColumn* column : bucket_.columns()) {
      const Int128 amount = column->amounts[cell];
      if (amount != 0) EmitUsage(bucket, column->slot, cell, amount);
    }
    const Int128 rest = bucket_.unpriced()[cell];
    if (rest != 0) {
      EmitUsage(bucket, now_.pool_slots[bucket_.pool(cell)], cell, rest);
    }
  }
}

void Walk::EmitUsage(const Interval& bucket, uint32_t slot_index, size_t cell,
                     Int128 amount) {
  const ChargeSlot& slot = plan_.slots[slot_index];
  const uint32_t tenant = bucket_.tenant(cell);
  const uint32_t pool = bucket_.pool(cell);
  if (!slot.counted_only) rated_ += GpuTime(amount);
  const bool emits = bucket.start_us >= period_.start_us;
  const bool charges = emits && tally_ == nullptr;
  OptionalMoney cost;
  if (slot.unit_price.has_value() && (charges || !now_.spends.empty())) {
    cost = Cost(*slot.unit_price, GpuTime(amount));
    CountAlone({slot_index, tenant, pool, *cost}, kEveryLayer);
  } else if (slot.counted_only) {
    cost = MoneyAmount();
  }
  if (!emits) return;
  if (tally_ != nullptr) {
    tally_->Add(slot_index, tenant, pool, amount, sign_);
    return;
  }
  Charge& charge = charges_.emplace_back();
  charge.bucket_us = bucket.start_us;
  charge.bucket_end_us = bucket.end_us;
  charge.gpu_time = GpuTime(amount);
  charge.unit_price = slot.unit_price;
  charge.cost = cost;
  charge.tenant = tenant;
  charge.pool = pool;
  charge.commitment = slot.commitment;
  charge.kind = slot.kind;
  charge.rule = RuleOf(slot_index);
}

MoneyAmount Walk::Cost(MoneyAmount per_gpu_hour, GpuTime time) {
  const MoneyAmount cost = CostOf(per_gpu_hour, time);
  costs_fit_ = costs_fit_ && cost.valid();
  return cost;
}

uint16_t Walk::RuleOf(uint32_t slot) {
  if (tally_ != nullptr) return kNoRule;
  const uint32_t commitment = plan_.slots[slot].commitment;
  return rules_.Of(
      slot, commitment == kNoIndex ? kNoIndex : now_.position[commitment]);
}

}  // namespace drawdown
