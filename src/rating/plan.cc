#include "rating/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "rating/support.h"

namespace drawdown {
namespace {

uint32_t NameIndex(const Plan& plan, const std::string& id) {
  const auto found = std::lower_bound(plan.names.begin(), plan.names.end(), id);
  return static_cast<uint32_t>(found - plan.names.begin());
}

uint32_t AddSlot(const ChargeSlot& slot, Plan* plan) {
  plan->slots.push_back(slot);
  return static_cast<uint32_t>(plan->slots.size() - 1);
}

uint32_t AddFilter(const Commitment& commitment, Plan* plan) {
  plan->filters.emplace_back(*plan->contract, commitment.applies, *plan->usage);
  return static_cast<uint32_t>(plan->filters.size() - 1);
}

// What an hour that was committed and not drawn costs; empty when waived.
std::optional<MoneyAmount> TakeOrPayPrice(const Commitment& commitment,
                                          MoneyAmount price) {
  if (commitment.shortfall.policy == ShortfallPolicy::kWaived) return {};
  return commitment.shortfall.price.value_or(price);
}

void AddTrancheSlots(const Commitment& commitment, MoneyAmount price,
                     Tranche* tranche, Plan* plan) {
  ChargeSlot slot = {.commitment = tranche->name,
                     .kind = ChargeKind::kCovered,
                     .unit_price = price,
                     .layer = commitment.layer};
  tranche->covered = AddSlot(slot, plan);
  slot.unit_price.reset();
  slot.counted_only = true;
  tranche->counted = AddSlot(slot, plan);
  slot.counted_only = false;
  slot.kind = ChargeKind::kUndelivered;
  tranche->undelivered = AddSlot(slot, plan);
  slot.kind = ChargeKind::kRolloverIn;
  tranche->rollover_in = AddSlot(slot, plan);
  slot.kind = ChargeKind::kRolloverOut;
  tranche->rollover_out = AddSlot(slot, plan);
  slot.kind = commitment.model == CommitmentModel::kContinuous
                  ? ChargeKind::kUnused
                  : ChargeKind::kShortfall;
  slot.unit_price = TakeOrPayPrice(commitment, price);
  tranche->rest = AddSlot(slot, plan);
}

absl::Status AddOverageSlot(const Commitment& commitment, Tranche* tranche,
                            Plan* plan) {
  if (!commitment.overage.has_value()) return absl::OkStatus();
  const Overage& overage = *commitment.overage;
  ChargeSlot slot = {.commitment = tranche->name,
                     .kind = ChargeKind::kOverage,
                     .unit_price = overage.price,
                     .layer = commitment.layer};
  if (overage.factor_micro.has_value()) {
    ASSIGN_OR_RETURN(const Int128 price,
                     MulDivHalfEven(commitment.price.count(),
                                    *overage.factor_micro, 1'000'000));
    slot.unit_price = MoneyAmount(price);
  }
  if (overage.refuse) {
    slot.kind = ChargeKind::kUnpriced;
    slot.unit_price.reset();
  }
  tranche->overage = AddSlot(slot, plan);
  return absl::OkStatus();
}

void AddExpansions(const Commitment& commitment, const Tranche& base,
                   Plan* plan) {
  for (const Expansion& expansion : plan->contract->expansions) {
    if (expansion.commitment != commitment.id) continue;
    if (!expansion.exercised_from_us.has_value()) continue;
    Tranche tranche = base;
    tranche.schedule = Schedule(*plan->contract, commitment, expansion);
    tranche.overage = kNoIndex;
    AddTrancheSlots(commitment, expansion.price, &tranche, plan);
    plan->tranches.push_back(tranche);
  }
}

absl::Status AddUsageCommitment(uint32_t index, Plan* plan) {
  const Commitment& commitment = plan->contract->commitments[index];
  Tranche tranche;
  tranche.commitment = index;
  tranche.name = NameIndex(*plan, commitment.id);
  tranche.layer = commitment.layer;
  tranche.schedule = Schedule(*plan->contract, commitment);
  tranche.filter = AddFilter(commitment, plan);
  tranche.rollover = commitment.rollover;
  AddTrancheSlots(commitment, commitment.price, &tranche, plan);
  RETURN_IF_ERROR(AddOverageSlot(commitment, &tranche, plan));
  plan->tranches.push_back(tranche);
  plan->layers.push_back(commitment.layer);
  AddExpansions(commitment, tranche, plan);
  return absl::OkStatus();
}

void AddRates(Plan* plan) {
  plan->unpriced = AddSlot({.kind = ChargeKind::kUnpriced}, plan);
  for (uint32_t i = 0; i < plan->contract->rates.size(); ++i) {
    plan->rate_slots.push_back(static_cast<uint32_t>(plan->slots.size()));
    for (const RateTier& tier : plan->contract->rates[i].tiers) {
      AddSlot(
          {.kind = ChargeKind::kOnDemand, .unit_price = tier.price, .rate = i},
          plan);
    }
  }
}

// Money of a commitment in the same layer is taken: the layer shares usage
// exclusively.
bool Counts(const ChargeSlot& slot, const Filter& filter, int32_t layer) {
  const bool of_layer = slot.commitment != kNoIndex && slot.layer == layer;
  return slot.unit_price.has_value() && !of_layer &&
         filter.MatchesKind(slot.kind);
}

// After all usage slots, which it looks at.
void AddSpendCommitment(uint32_t index, Plan* plan) {
  const Commitment& commitment = plan->contract->commitments[index];
  SpendPlan spend;
  spend.commitment = index;
  spend.name = NameIndex(*plan, commitment.id);
  spend.schedule = Schedule(*plan->contract, commitment);
  spend.filter = AddFilter(commitment, plan);
  spend.take_or_pay =
      commitment.shortfall.policy == ShortfallPolicy::kTakeOrPay;
  for (const ChargeSlot& slot : plan->slots) {
    spend.counts.push_back(
        Counts(slot, plan->filters[spend.filter], commitment.layer));
  }
  plan->spends.push_back(std::move(spend));
}

PoolPlan PlanPool(const Contract& contract, const std::string& pool) {
  PoolPlan planned;
  // A pool of the provider that nothing prices is rated all the same: as
  // unpriced usage, which is a finding.
  planned.priced = IsAtOrBelow(pool, contract.provider);
  if (!planned.priced) return planned;
  std::vector<int64_t> edges;
  for (const Rate& rate : contract.rates) edges.push_back(rate.from_us);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  for (const int64_t edge : edges) {
    const Rate* rate = FindRate(contract, pool, edge);
    const auto index =
        rate == nullptr ? kNoIndex
                        : static_cast<uint32_t>(rate - contract.rates.data());
    const uint32_t before =
        planned.rates.empty() ? kNoIndex : planned.rates.back().rate;
    if (index != before) planned.rates.push_back({edge, index});
  }
  return planned;
}

void NoteProposed(Plan* plan) {
  for (const Commitment& commitment : plan->contract->commitments) {
    if (commitment.lifecycle != CommitmentLifecycle::kProposed) continue;
    plan->notes.push_back("commitment " + commitment.id +
                          " is PROPOSED and not rated");
  }
}

}  // namespace

absl::StatusOr<Plan> MakePlan(const Contract& contract, const UsageTable& usage,
                              const CapacityTable& capacity) {
  RETURN_IF_ERROR(CheckRatable(contract));
  Plan plan;
  plan.contract = &contract;
  plan.usage = &usage;
  plan.term = {contract.term.start_us, contract.term.end_us};
  const auto& commitments = contract.commitments;
  for (const Commitment& commitment : commitments) {
    plan.names.push_back(commitment.id);
  }
  std::sort(plan.names.begin(), plan.names.end());
  AddRates(&plan);
  for (uint32_t i = 0; i < commitments.size(); ++i) {
    if (commitments[i].category != CommitmentCategory::kUsage) continue;
    RETURN_IF_ERROR(AddUsageCommitment(i, &plan));
  }
  for (uint32_t i = 0; i < commitments.size(); ++i) {
    if (commitments[i].category != CommitmentCategory::kSpend) continue;
    AddSpendCommitment(i, &plan);
  }
  std::sort(plan.layers.begin(), plan.layers.end());
  plan.layers.erase(std::unique(plan.layers.begin(), plan.layers.end()),
                    plan.layers.end());
  for (const std::string& pool : usage.pools) {
    plan.pools.push_back(PlanPool(contract, pool));
  }
  NoteProposed(&plan);
  if (!capacity.spans.empty()) PlanSupply(capacity, &plan);
  return plan;
}

}  // namespace drawdown
