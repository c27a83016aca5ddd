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
      tranches_(plan.tranches.size()),
      spends_(plan.spends.size()),
      position_(plan.names.size(), kNoIndex),
      tiers_(plan.tier_counts),
      rules_(plan) {
  for (const Tranche& tranche : plan.tranches) {
    for (const TrancheTerms& terms : tranche.terms) {
      has_overage_ = has_overage_ || terms.overage != kNoIndex;
    }
  }
  for (size_t i = 0; i < tranches_.size(); ++i) {
    tranches_[i].terms = &plan.tranches[i].terms.front();
  }
  for (size_t i = 0; i < spends_.size(); ++i) {
    spends_[i].terms = &plan.spends[i].terms.front();
  }
}

absl::Status Walk::Run(int64_t from_us, int64_t to_us, bool close_at_end) {
  const std::vector<UsageCell>& cells = plan_.usage->cells;
  next_cell_ =
      std::lower_bound(cells.begin(), cells.end(), from_us, CellBefore) -
      cells.begin();
  next_rate_us_ = from_us;
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
  const std::vector<UsageCell>& cells = plan_.usage->cells;
  const auto first = std::lower_bound(cells.begin(), cells.end(),
                                      period_.start_us, CellBefore);
  const auto last = std::lower_bound(first, cells.end(), to_us, CellBefore);
  const auto kept = static_cast<size_t>(last - first);
  charges_.reserve(kept * (1 + std::min<size_t>(plan_.tranches.size(), 3)));
}

// What goes on keeps its state and has the new version's terms.
absl::Status Walk::TurnTo(uint32_t version) {
  version_ = version;
  order_stale_ = true;
  for (size_t i = 0; i < tranches_.size(); ++i) {
    const AllotmentPlan* before = &tranches_[i].terms->allotments;
    tranches_[i].terms = &plan_.tranches[i].terms[version];
    if (tranches_[i].open) RETURN_IF_ERROR(AllotTranche(i, before));
  }
  for (size_t i = 0; i < spends_.size(); ++i) {
    spends_[i].terms = &plan_.spends[i].terms[version];
  }
  return absl::OkStatus();
}

absl::Status Walk::Open(int64_t at_us) {
  if (const uint32_t holds = plan_.VersionAt(at_us); holds != version_) {
    RETURN_IF_ERROR(TurnTo(holds));
    next_rate_us_ = at_us;
  }
  for (size_t i = 0; i < tranches_.size(); ++i) {
    if (tranches_[i].open) continue;
    if (!Contains(plan_.tranches[i].schedule.active(), at_us)) continue;
    RETURN_IF_ERROR(OpenTranche(i, at_us));
  }
  for (size_t i = 0; i < spends_.size(); ++i) {
    if (spends_[i].open) continue;
    if (!Contains(plan_.spends[i].schedule.active(), at_us)) continue;
    RETURN_IF_ERROR(OpenSpend(i, at_us));
  }
  if (at_us >= next_rate_us_) ApplyRates(at_us);
  const Contract& contract = *version().contract;
  for (const uint32_t rate : tiered_) {
    TierState& tier = tiers_[version().tier_counts[rate]];
    if (Contains(tier.interval, at_us)) continue;
    const Interval term = {contract.term.start_us, contract.term.end_us};
    tier = {
        contract.calendar.Of(contract.rates[rate].tier_interval, at_us, term),
        0};
  }
  if (order_stale_) Reorder(at_us);
  return absl::OkStatus();
}

absl::Status Walk::Close(int64_t at_us) {
  const size_t first = charges_.size();
  for (size_t i = 0; i < tranches_.size(); ++i) {
    if (!tranches_[i].open) continue;
    if (tranches_[i].fulfilment.cut.end_us == at_us) CloseTranche(i);
  }
  CountEnded(kEveryLayer);
  RETURN_IF_ERROR(CloseSpends(at_us));
  SortFrom(first);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Walk::NextEdge(int64_t at_us, int64_t to_us) const {
  int64_t next = std::min({to_us, next_rate_us_, version().holds.end_us});
  next = NextMilestone(at_us, next);
  const auto consider = [&](bool open, const Fulfilment& fulfilment,
                            const Schedule& schedule) {
    const int64_t start = schedule.active().start_us;
    if (open) next = std::min(next, fulfilment.cut.end_us);
    if (!open && start > at_us) next = std::min(next, start);
  };
  for (size_t i = 0; i < tranches_.size(); ++i) {
    consider(tranches_[i].open, tranches_[i].fulfilment,
             plan_.tranches[i].schedule);
  }
  for (size_t i = 0; i < spends_.size(); ++i) {
    consider(spends_[i].open, spends_[i].fulfilment, plan_.spends[i].schedule);
  }
  for (const uint32_t rate : tiered_) {
    next = std::min(next, tiers_[version().tier_counts[rate]].interval.end_us);
  }
  RETURN_IF_ERROR(CheckEdge(plan_, next));
  return next;
}

void Walk::ApplyRates(int64_t at_us) {
  next_rate_us_ = kNever;
  const std::vector<PoolRates>& pools = version().pools;
  pool_slots_.assign(pools.size(), version().unpriced);
  pool_rates_.assign(pools.size(), kNoIndex);
  tiered_.clear();
  for (size_t i = 0; i < pools.size(); ++i) {
    const uint32_t rate = RateAt(pools[i], at_us, &next_rate_us_).rate;
    if (rate == kNoIndex) continue;
    pool_slots_[i] = version().rate_slots[rate];
    if (version().contract->rates[rate].tiers.size() == 1) continue;
    pool_rates_[i] = rate;
    tiered_.push_back(rate);
  }
  std::sort(tiered_.begin(), tiered_.end());
  tiered_.erase(std::unique(tiered_.begin(), tiered_.end()), tiered_.end());
}

void Walk::Reorder(int64_t at_us) {
  order_stale_ = false;
  rules_.Reorder();
  order_.clear();
  uint32_t position = 0;
  for (const int32_t layer : plan_.layers) {
    const Contract& contract = *version().contract;
    for (const size_t commitment : BurnOrder(contract, layer, at_us)) {
      const Commitment* terms = &contract.commitments[commitment];
      for (uint32_t i = 0; i < plan_.tranches.size(); ++i) {
        if (tranches_[i].terms->commitment != terms) continue;
        position_[plan_.tranches[i].name] = position;
        order_.push_back(i);
      }
      ++position;
    }
  }
}

absl::Status Walk::RateBuckets(int64_t from_us, int64_t to_us) {
  const std::vector<UsageCell>& cells = plan_.usage->cells;
  while (next_cell_ < cells.size() && cells[next_cell_].bucket_us < to_us) {
    const size_t first = next_cell_;
    const int64_t bucket = cells[first].bucket_us;
    if (bucket < from_us || bucket % plan_.usage->bucket_length_us != 0) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "usage cells are out of order or off their buckets at " +
                           FormatInstant(bucket));
    }
    while (next_cell_ < cells.size() && cells[next_cell_].bucket_us == bucket) {
      ++next_cell_;
    }
    RETURN_IF_ERROR(RateBucket(
        bucket, std::span(cells).subspan(first, next_cell_ - first)));
  }
  return absl::OkStatus();
}

}  // namespace drawdown
