// Rating of one bucket: commitments, overage, rate card, in that order.
#include <algorithm>
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
  const int64_t end_us = bucket_us + plan_.usage->bucket_length_us;
  DrawCommitments(end_us);
  if (has_overage_) BookOverage();
  if (!now_.tiered.empty()) BookTiers();
  bucket_.SortColumns();
  EmitBucket(bucket_us);
  CountShared();
  NoteCountedAll(end_us);
  return absl::OkStatus();
}

void Walk::DrawCommitments(int64_t bucket_end_us) {
  std::optional<int32_t> layer;
  for (const uint32_t index : now_.order) {
    TrancheState& state = now_.tranches[index];
    if (!state.open) continue;
    const TrancheTerms& terms = *state.terms;
    if (layer != terms.commitment->layer) {
      bucket_.BeginLayer(!layer.has_value());
      layer = terms.commitment->layer;
    }
    const Int128 available = state.available();
    const Int128 drawn = bucket_.Draw(terms, available, &state.allotted);
    state.Draw(drawn);
    if (drawn == available && drawn > 0) {
      tranches_emptied_us_[index] = bucket_end_us;
    }
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

void Walk::Prepare(uint32_t index, int64_t bucket_us, Booking* booking) {
  const ChargeSlot& slot = plan_.slots[index];
  booking->slot = index;
  booking->counted_only = slot.counted_only;
  booking->priced = slot.unit_price.has_value();
  booking->price = HourlyPrice(slot.unit_price.value_or(MoneyAmount()));
  booking->rule = RuleOf(index);
  booking->bucket_us = bucket_us;
}

// Calls `visit(booking, cell, amount)` by cell, and of each in the order of
// columns, what no column has last.
template <typename Visit>
void Walk::VisitBooked(int64_t bucket_us, Visit&& visit) {
  const std::span<const BookedColumn* const> columns = bucket_.columns();
  Int128 priced_once = 0;
  for (size_t cell = 0; cell < bucket_.size(); ++cell) {
    for (size_t c = 0; c <= columns.size(); ++c) {
      const bool booked = c < columns.size();
      const Int128 amount =
          booked ? columns[c]->amounts[cell] : bucket_.unpriced()[cell];
      if (amount == 0) continue;
      const Booking& booking = BookingOf(
          booked ? columns[c]->slot : now_.pool_slots[bucket_.pool(cell)],
          bucket_us);
      if (!booking.counted_only) priced_once += amount;
      visit(booking, cell, GpuTime(amount));
    }
  }
  rated_ += GpuTime(priced_once);
}

void Walk::EmitBucket(int64_t bucket_us) {
  const bool emits = bucket_us >= period_.start_us;
  if (emits && tally_ == nullptr) {
    const uint32_t span =
        SpanIndex({bucket_us, bucket_us + plan_.usage->bucket_length_us});
    const size_t first = charges_.size();
    VisitBooked(
        bucket_us, [&](const Booking& booking, size_t cell, GpuTime amount) {
          Count(booking, cell, amount);
          const Charge charge = {amount.count(), bucket_.tenant(cell),
                                 bucket_.pool(cell), span, booking.rule};
          if (joined_.has_value()) {
            JoinCharge(booking.slot, first, charge);
          } else {
            charges_.push_back(charge);
          }
        });
    return;
  }
  VisitBooked(bucket_us, [this, emits](const Booking& booking, size_t cell,
                                       GpuTime amount) {
    Count(booking, cell, amount);
    if (!emits) return;
    tally_->Add(booking.slot, bucket_.tenant(cell), bucket_.pool(cell),
                amount.count(), sign_);
  });
}

// `first`: of the bucket's charges.
void Walk::JoinCharge(uint32_t slot, size_t first, const Charge& charge) {
  if (joined_->size() <= charge.pool) joined_->resize(charge.pool + 1);
  std::vector<LastJoined>& of_pool = (*joined_)[charge.pool];
  auto last =
      std::find_if(of_pool.begin(), of_pool.end(),
                   [slot](const LastJoined& one) { return one.slot == slot; });
  if (last == of_pool.end()) last = of_pool.insert(last, {slot, 0});
  if (last->places > first) {
    charges_[last->places - 1].amount += charge.amount;
    return;
  }
  charges_.push_back(charge);
  charges_.back().tenant = kNoIndex;
  last->places = charges_.size();
}

// Spend commitments count what it costs.
inline void Walk::Count(const Booking& booking, size_t cell, GpuTime amount) {
  if (!booking.priced) return;
  if (now_.spends.empty() && booking.price.surely_fits(amount)) return;
  const MoneyAmount cost = booking.price.Times(amount);
  costs_fit_ = costs_fit_ && cost.valid();
  CountAlone({booking.slot, bucket_.tenant(cell), bucket_.pool(cell), cost},
             kEveryLayer);
}

MoneyAmount Walk::Cost(MoneyAmount per_gpu_hour, GpuTime time) {
  const MoneyAmount cost = CostOf(per_gpu_hour, time);
  costs_fit_ = costs_fit_ && cost.valid();
  return cost;
}

uint32_t Walk::SpanIndex(const Interval& span) {
  if (spans_.empty() || !(spans_.back() == span)) spans_.push_back(span);
  return static_cast<uint32_t>(spans_.size() - 1);
}

uint32_t Walk::RuleOf(uint32_t slot) {
  const uint32_t commitment = plan_.slots[slot].commitment;
  return rules_.Of(
      slot, commitment == kNoIndex ? kNoIndex : now_.position[commitment]);
}

}  // namespace drawdown
