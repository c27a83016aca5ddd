#include "rating/plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"

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

uint32_t AddFilter(const StrandPart& part, Plan* plan) {
  plan->filters.emplace_back(*part.contract, part.terms->applies, plan->tenants,
                             plan->usage->pools);
  return static_cast<uint32_t>(plan->filters.size() - 1);
}

// What an hour that was committed and not drawn costs; empty when waived.
std::optional<MoneyAmount> TakeOrPayPrice(const Commitment& commitment,
                                          MoneyAmount price) {
  if (commitment.shortfall.policy == ShortfallPolicy::kWaived) return {};
  return commitment.shortfall.price.value_or(price);
}

// What the tranche's charges have in common while the part holds.
ChargeSlot SlotOf(const StrandPart& part, const Tranche& tranche) {
  return {.version = part.version,
          .commitment = tranche.name,
          .expansion = tranche.expansion,
          .layer = part.terms->layer};
}

void AddTrancheSlots(const StrandPart& part, MoneyAmount price,
                     const Tranche& tranche, TrancheTerms* terms, Plan* plan) {
  const Commitment& commitment = *part.terms;
  ChargeSlot slot = SlotOf(part, tranche);
  slot.kind = ChargeKind::kCovered;
  slot.unit_price = price;
  terms->covered = AddSlot(slot, plan);
  slot.unit_price.reset();
  slot.counted_only = true;
  terms->counted = AddSlot(slot, plan);
  slot.counted_only = false;
  slot.kind = ChargeKind::kUndelivered;
  terms->undelivered = AddSlot(slot, plan);
  slot.kind = ChargeKind::kRolloverIn;
  terms->rollover_in = AddSlot(slot, plan);
  slot.kind = ChargeKind::kRolloverOut;
  terms->rollover_out = AddSlot(slot, plan);
  slot.kind = commitment.model == CommitmentModel::kContinuous
                  ? ChargeKind::kUnused
                  : ChargeKind::kShortfall;
  slot.unit_price = TakeOrPayPrice(commitment, price);
  terms->rest = AddSlot(slot, plan);
}

absl::Status AddOverageSlot(const StrandPart& part, const Tranche& tranche,
                            TrancheTerms* terms, Plan* plan) {
  const Commitment& commitment = *part.terms;
  if (!commitment.overage.has_value()) return absl::OkStatus();
  const Overage& overage = *commitment.overage;
  ChargeSlot slot = SlotOf(part, tranche);
  slot.kind = ChargeKind::kOverage;
  slot.unit_price = overage.price;
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
  terms->overage = AddSlot(slot, plan);
  return absl::OkStatus();
}

TrancheTerms BeginTerms(const StrandPart& part, uint32_t filter) {
  TrancheTerms terms;
  terms.commitment = part.terms;
  terms.filter = filter;
  return terms;
}

// The commitment's own tranche, then those of its expansions.
absl::Status AddUsageStrand(const Strand& strand, Plan* plan) {
  const std::vector<ExercisedExpansion> expansions = ExpansionsOf(strand);
  std::vector<Schedule> schedules = SchedulesOf(strand, expansions);
  std::vector<uint32_t> filters;
  for (const StrandPart& part : strand.parts) {
    filters.push_back(AddFilter(part, plan));
    plan->layers.push_back(part.terms->layer);
  }
  for (size_t t = 0; t < schedules.size(); ++t) {
    Tranche tranche;
    tranche.name = NameIndex(*plan, strand.id);
    tranche.expansion = t > 0;
    tranche.schedule = std::move(schedules[t]);
    tranche.terms.resize(plan->versions.size());
    for (size_t i = 0; i < strand.parts.size(); ++i) {
      const StrandPart& part = strand.parts[i];
      const Expansion* expansion = t > 0 ? expansions[t - 1][i] : nullptr;
      // Where an expansion is not exercised any more it binds no more, and
      // what it holds then is the commitment's.
      const MoneyAmount price =
          expansion == nullptr ? part.terms->price : expansion->price;
      TrancheTerms terms = BeginTerms(part, filters[i]);
      terms.allotments = PlanAllotments(*part.contract, *part.terms,
                                        tranche.expansion, plan->tenants);
      AddTrancheSlots(part, price, tranche, &terms, plan);
      if (t == 0) {
        RETURN_IF_ERROR(AddOverageSlot(part, tranche, &terms, plan));
      }
      tranche.terms[part.version] = std::move(terms);
    }
    plan->tranches.push_back(std::move(tranche));
  }
  return absl::OkStatus();
}

void AddRateSlots(uint32_t index, Plan* plan) {
  VersionPlan& version = plan->versions[index];
  version.unpriced = AddSlot({.version = index}, plan);
  const std::vector<Rate>& rates = version.contract->rates;
  for (uint32_t i = 0; i < rates.size(); ++i) {
    version.rate_slots.push_back(static_cast<uint32_t>(plan->slots.size()));
    for (uint32_t tier = 0; tier < rates[i].tiers.size(); ++tier) {
      AddSlot({.version = index,
               .kind = ChargeKind::kOnDemand,
               .unit_price = rates[i].tiers[tier].price,
               .rate = i,
               .tier = tier},
              plan);
    }
  }
}

// Rates of two versions are one when selector, start and tier interval agree
// and they are equally many-th of those in their file.
void AddTierCounts(Plan* plan) {
  using Key = std::tuple<std::string, int64_t, FulfilmentInterval, int>;
  std::map<Key, uint32_t> counts;
  for (VersionPlan& version : plan->versions) {
    std::map<Key, int> seen;
    for (const Rate& rate : version.contract->rates) {
      Key key = {rate.pool, rate.from_us, rate.tier_interval, 0};
      std::get<int>(key) = seen[key]++;
      const auto next = static_cast<uint32_t>(counts.size());
      version.tier_counts.push_back(counts.emplace(key, next).first->second);
    }
  }
  plan->tier_counts = static_cast<uint32_t>(counts.size());
}

// Money of a commitment in the same layer is taken: the layer shares usage
// exclusively.
bool Counts(const ChargeSlot& slot, const Filter& filter,
            const StrandPart& part) {
  const bool of_layer =
      slot.commitment != kNoIndex && slot.layer == part.terms->layer;
  return slot.version == part.version && slot.unit_price.has_value() &&
         !of_layer && filter.MatchesKind(slot.kind);
}

// Another Spend commitment of its layer takes money from it, or a Usage one
// takes hours that lower layers priced.
bool SharesLayer(const StrandPart& part) {
  const auto& commitments = part.contract->commitments;
  int32_t lowest = part.terms->layer;
  for (const Commitment& other : commitments) {
    if (other.category == CommitmentCategory::kUsage) {
      lowest = std::min(lowest, other.layer);
    }
  }
  return std::any_of(
      commitments.begin(), commitments.end(), [&](const Commitment& other) {
        const bool beside =
            &other != part.terms && other.layer == part.terms->layer;
        return beside && (other.category == CommitmentCategory::kSpend ||
                          lowest < other.layer);
      });
}

// After all usage slots, which it looks at.
void AddSpendStrand(const Strand& strand, Plan* plan) {
  SpendPlan spend;
  spend.name = NameIndex(*plan, strand.id);
  spend.schedule = SchedulesOf(strand, {}).front();
  spend.terms.resize(plan->versions.size());
  for (const StrandPart& part : strand.parts) {
    SpendTerms& terms = spend.terms[part.version];
    terms.commitment = part.terms;
    terms.filter = AddFilter(part, plan);
    terms.take_or_pay =
        part.terms->shortfall.policy == ShortfallPolicy::kTakeOrPay;
    terms.shares = SharesLayer(part);
    for (const ChargeSlot& slot : plan->slots) {
      terms.counts.push_back(Counts(slot, plan->filters[terms.filter], part));
    }
  }
  plan->spends.push_back(std::move(spend));
}

PoolRates RatesOf(const Contract& contract, const std::string& pool) {
  PoolRates changes;
  std::vector<int64_t> edges;
  for (const Rate& rate : contract.rates) edges.push_back(rate.from_us);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  for (const int64_t edge : edges) {
    const Rate* rate = FindRate(contract, pool, edge);
    const auto index =
        rate == nullptr ? kNoIndex
                        : static_cast<uint32_t>(rate - contract.rates.data());
    const uint32_t before = changes.empty() ? kNoIndex : changes.back().rate;
    if (index != before) changes.push_back({edge, index});
  }
  return changes;
}

// A pool of the provider that nothing prices is rated all the same: as unpriced
// usage, which is a finding.
void AddPools(Plan* plan) {
  const std::string& provider = plan->versions.front().contract->provider;
  for (const std::string& pool : plan->usage->pools) {
    plan->priced.push_back(IsAtOrBelow(pool, provider));
    for (VersionPlan& version : plan->versions) {
      version.pools.push_back(
          plan->priced.back() ? RatesOf(*version.contract, pool) : PoolRates());
    }
  }
}

void NoteProposed(const std::vector<Strand>& strands, Plan* plan) {
  for (const Strand& strand : strands) {
    const Commitment& last = *strand.parts.back().terms;
    if (last.lifecycle != CommitmentLifecycle::kProposed) continue;
    plan->notes.push_back("commitment " + strand.id +
                          " is PROPOSED and not rated");
  }
}

absl::Status AddVersions(const ContractTimeline& contracts, Plan* plan) {
  const Contract& first = *contracts.spans().front().contract;
  for (const ContractSpan& span : contracts.spans()) {
    const Contract& contract = *span.contract;
    if (contract.id != first.id || contract.provider != first.provider ||
        contract.currency != first.currency) {
      return MakeError(
          ErrorCode::kInvalidArgument,
          "contract " + first.id + " version " +
              std::to_string(contract.version) +
              " has another id, provider or currency than version " +
              std::to_string(first.version));
    }
    if (!plan->versions.empty()) {
      plan->versions.back().holds.end_us = span.from_us;
    }
    VersionPlan version;
    version.holds = {span.from_us, std::numeric_limits<int64_t>::max()};
    version.contract = &contract;
    plan->versions.push_back(std::move(version));
  }
  plan->contract_id = first.id;
  // A version that ends the term does so when it takes effect at the earliest.
  const ContractSpan& last = contracts.spans().back();
  plan->term = {
      std::max(first.term.start_us, contracts.spans().front().from_us),
      std::max(last.contract->term.end_us, last.from_us)};
  return absl::OkStatus();
}

template <typename T>
void SortUnique(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

void AddTenants(Plan* plan) {
  plan->tenants = plan->usage->tenants;
  for (const VersionPlan& version : plan->versions) {
    for (const Allotment& allotment : version.contract->allotments) {
      plan->tenants.push_back(allotment.tenant);
    }
  }
  SortUnique(&plan->tenants);
  for (const std::string& tenant : plan->usage->tenants) {
    const auto found =
        std::lower_bound(plan->tenants.begin(), plan->tenants.end(), tenant);
    plan->tenant_of.push_back(
        static_cast<uint32_t>(found - plan->tenants.begin()));
  }
}

}  // namespace

uint32_t Plan::VersionAt(int64_t at_us) const {
  uint32_t index = 0;
  while (index + 1 < versions.size() &&
         versions[index + 1].holds.start_us <= at_us) {
    ++index;
  }
  return index;
}

absl::StatusOr<Plan> MakePlan(const ContractTimeline& contracts,
                              const UsageTable& usage,
                              const CapacityTable& capacity) {
  Plan plan;
  plan.usage = &usage;
  RETURN_IF_ERROR(AddVersions(contracts, &plan));
  AddTenants(&plan);
  const std::vector<Strand> strands = StrandsOf(contracts);
  for (const Strand& strand : strands) plan.names.push_back(strand.id);
  SortUnique(&plan.names);
  for (uint32_t i = 0; i < plan.versions.size(); ++i) AddRateSlots(i, &plan);
  AddTierCounts(&plan);
  for (const Strand& strand : strands) {
    if (strand.first().category != CommitmentCategory::kUsage) continue;
    RETURN_IF_ERROR(AddUsageStrand(strand, &plan));
  }
  for (const Strand& strand : strands) {
    if (strand.first().category != CommitmentCategory::kSpend) continue;
    AddSpendStrand(strand, &plan);
  }
  SortUnique(&plan.layers);
  AddPools(&plan);
  NoteProposed(strands, &plan);
  if (!capacity.spans.empty()) PlanSupply(capacity, &plan);
  return plan;
}

}  // namespace drawdown
