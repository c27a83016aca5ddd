#include "rating/walk.h"

#include <algorithm>
#include <limits>

#include "base/civil.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

bool CellBefore(const UsageCell& cell, int64_t at_us) {
  return cell.bucket_us < at_us;
}

// The rate of one pool at `at_us` and the next instant at which it changes.
RateChange RateAt(const PoolRates& rates, int64_t at_us, int64_t* next_us) {
  RateChange current;
  for (const RateChange& change : rates) {
    if (change.from_us > at_us) {
      *next_us = std::min(*next_us, change.from_us);
      break;
    }
    current = change;
  }
  return current;
}

absl::Status CheckEdge(const Plan& plan, int64_t edge_us) {
  if (edge_us % plan.usage->bucket_length_us == 0) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "contract " + plan.contract_id + " has an edge at " +
                       FormatInstant(edge_us) + ", inside a bucket");
}

}  // namespace

Walk::Walk(const Plan& plan, const Interval& period)
    : plan_(plan),
      period_(period),
      bucket_(plan),
      bookings_(plan.slots.size()),
      cells_(plan.usage->cells),
      rules_(plan) {
  now_.tranches.resize(plan.tranches.size());
  now_.spends.resize(plan.spends.size());
  drawn_earlier_.resize(plan.tranches.size());
  tranches_emptied_us_.resize(plan.tranches.size());
  spends_emptied_us_.resize(plan.spends.size());
  now_.position.assign(plan.names.size(), kNoIndex);
  now_.tiers.resize(plan.tier_counts);
  for (const Tranche& tranche : plan.tranches) {
    for (const TrancheTerms& terms : tranche.terms) {
      has_overage_ = has_overage_ || terms.overage != kNoIndex;
    }
  }
  for (size_t i = 0; i < now_.tranches.size(); ++i) {
    now_.tranches[i].terms = &plan.tranches[i].terms.front();
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    now_.spends[i].terms = &plan.spends[i].terms.front();
  }
}

absl::Status Walk::Run(int64_t from_us, int64_t to_us, bool close_at_end) {
  next_cell_ =
      std::lower_bound(cells_.begin(), cells_.end(), from_us, CellBefore) -
      cells_.begin();
  now_.next_rate_us = from_us;
  RETURN_IF_ERROR(CheckEdge(plan_, from_us));
  ReserveCharges(to_us);
  for (int64_t at = from_us; at < to_us;) {
    RETURN_IF_ERROR(Open(at));
    ASSIGN_OR_RETURN(const int64_t next, NextEdge(at, to_us));
    RETURN_IF_ERROR(RateBuckets(at, next));
    NoteMilestones(next);
    if (next < to_us || close_at_end) RETURN_IF_ERROR(Close(next));
    at = next;
  }
  return absl::OkStatus();
}

// One charge per cell that is kept, and one for each commitment that may split
// it; memory that stays untouched costs nothing.
void Walk::ReserveCharges(int64_t to_us) {
  if (tally_ != nullptr || joined_.has_value()) return;
  const auto first = std::lower_bound(cells_.begin(), cells_.end(),
                                      period_.start_us, CellBefore);
  const auto last = std::lower_bound(first, cells_.end(), to_us, CellBefore);
  const auto kept = static_cast<size_t>(last - first);
  charges_.reserve(kept * (1 + std::min<size_t>(plan_.tranches.size(), 3)));
}

// What goes on keeps its state and has the new version's terms.
absl::Status Walk::TurnTo(uint32_t version) {
  now_.version = version;
  now_.order_stale = true;
  for (size_t i = 0; i < now_.tranches.size(); ++i) {
    if (now_.tranches[i].open) {
      drawn_earlier_[i] = {now_.tranches[i].drawn, WorthDrawn(i)};
    }
    const AllotmentPlan* before = &now_.tranches[i].terms->allotments;
    now_.tranches[i].terms = &plan_.tranches[i].terms[version];
    if (now_.tranches[i].open) RETURN_IF_ERROR(AllotTranche(i, before));
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    now_.spends[i].terms = &plan_.spends[i].terms[version];
  }
  return absl::OkStatus();
}

absl::Status Walk::Open(int64_t at_us) {
  if (const uint32_t holds = plan_.VersionAt(at_us); holds != now_.version) {
    RETURN_IF_ERROR(TurnTo(holds));
    now_.next_rate_us = at_us;
  }
  for (size_t i = 0; i < now_.tranches.size(); ++i) {
    if (now_.tranches[i].open) continue;
    if (!Contains(plan_.tranches[i].schedule.active(), at_us)) continue;
    RETURN_IF_ERROR(OpenTranche(i, at_us));
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    if (now_.spends[i].open) continue;
    if (!Contains(plan_.spends[i].schedule.active(), at_us)) continue;
    RETURN_IF_ERROR(OpenSpend(i, at_us));
  }
  if (at_us >= now_.next_rate_us) ApplyRates(at_us);
  const Contract& contract = *version().contract;
  for (const uint32_t rate : now_.tiered) {
    TierState& tier = now_.tiers[version().tier_counts[rate]];
    if (Contains(tier.interval, at_us)) continue;
    const Interval term = {contract.term.start_us, contract.term.end_us};
    tier = {
        contract.calendar.Of(contract.rates[rate].tier_interval, at_us, term),
        0};
  }
  if (now_.order_stale) Reorder(at_us);
  return absl::OkStatus();
}

absl::Status Walk::Close(int64_t at_us) {
  const size_t first = charges_.size();
  for (size_t i = 0; i < now_.tranches.size(); ++i) {
    if (!now_.tranches[i].open) continue;
    if (now_.tranches[i].fulfilment.cut.end_us == at_us) CloseTranche(i);
  }
  CountEnded(kEveryLayer);
  RETURN_IF_ERROR(CloseSpends(at_us));
  NoteCountedAll(at_us);
  SortFrom(first);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Walk::NextEdge(int64_t at_us, int64_t to_us) const {
  int64_t next = std::min({to_us, now_.next_rate_us, version().holds.end_us});
  next = NextMilestone(at_us, next);
  const auto consider = [&](bool open, const Fulfilment& fulfilment,
                            const Schedule& schedule) {
    const int64_t start = schedule.active().start_us;
    if (open) next = std::min(next, fulfilment.cut.end_us);
    if (!open && start > at_us) next = std::min(next, start);
  };
  for (size_t i = 0; i < now_.tranches.size(); ++i) {
    consider(now_.tranches[i].open, now_.tranches[i].fulfilment,
             plan_.tranches[i].schedule);
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    consider(now_.spends[i].open, now_.spends[i].fulfilment,
             plan_.spends[i].schedule);
  }
  for (const uint32_t rate : now_.tiered) {
    next =
        std::min(next, now_.tiers[version().tier_counts[rate]].interval.end_us);
  }
  RETURN_IF_ERROR(CheckEdge(plan_, next));
  return next;
}

void Walk::ApplyRates(int64_t at_us) {
  now_.next_rate_us = kNever;
  const std::vector<PoolRates>& pools = version().pools;
  now_.pool_slots.assign(pools.size(), version().unpriced);
  now_.pool_rates.assign(pools.size(), kNoIndex);
  now_.tiered.clear();
  for (size_t i = 0; i < pools.size(); ++i) {
    const uint32_t rate = RateAt(pools[i], at_us, &now_.next_rate_us).rate;
    if (rate == kNoIndex) continue;
    now_.pool_slots[i] = version().rate_slots[rate];
    if (version().contract->rates[rate].tiers.size() == 1) continue;
    now_.pool_rates[i] = rate;
    now_.tiered.push_back(rate);
  }
  std::sort(now_.tiered.begin(), now_.tiered.end());
  now_.tiered.erase(std::unique(now_.tiered.begin(), now_.tiered.end()),
                    now_.tiered.end());
}

void Walk::Reorder(int64_t at_us) {
  now_.order_stale = false;
  rules_.Reorder();
  now_.order.clear();
  uint32_t position = 0;
  for (const int32_t layer : plan_.layers) {
    const Contract& contract = *version().contract;
    for (const size_t commitment : BurnOrder(contract, layer, at_us)) {
      const Commitment* terms = &contract.commitments[commitment];
      for (uint32_t i = 0; i < plan_.tranches.size(); ++i) {
        if (now_.tranches[i].terms->commitment != terms) continue;
        now_.position[plan_.tranches[i].name] = position;
        now_.order.push_back(i);
      }
      ++position;
    }
  }
}

absl::Status Walk::RateBuckets(int64_t from_us, int64_t to_us) {
  while (next_cell_ < cells_.size() && cells_[next_cell_].bucket_us < to_us) {
    const size_t first = next_cell_;
    const int64_t bucket = cells_[first].bucket_us;
    if (bucket < from_us || bucket % plan_.usage->bucket_length_us != 0) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "usage cells are out of order or off their buckets at " +
                           FormatInstant(bucket));
    }
    while (next_cell_ < cells_.size() &&
           cells_[next_cell_].bucket_us == bucket) {
      ++next_cell_;
    }
    RETURN_IF_ERROR(
        RateBucket(bucket, cells_.subspan(first, next_cell_ - first)));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
