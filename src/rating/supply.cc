#include "rating/supply.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "rating/plan.h"

namespace drawdown {
namespace {

// What one moment says of one pool: sums by state, in micro-GPUs.
struct Stated {
  std::array<Int128, 3> micro_gpus{};
  int64_t delivered_spans = 0;

  void Add(const CapacitySpan& span, int sign) {
    const auto state = static_cast<size_t>(span.state);
    micro_gpus[state] += Int128{span.micro_gpus} * sign;
    if (span.state == CapacityState::kDelivered) delivered_spans += sign;
  }
  Int128 Of(CapacityState state) const {
    return micro_gpus[static_cast<size_t>(state)];
  }
  Int128 Net() const {
    return Of(CapacityState::kDelivered) + Of(CapacityState::kReplaced) -
           Of(CapacityState::kExcluded);
  }
};

// Oddities of a pool's statements: the first instant of each.
struct Oddities {
  std::optional<int64_t> negative_us;
  std::optional<int64_t> baseless_us;
};

struct SpanEdge {
  int64_t at_us = 0;
  int sign = 0;
  const CapacitySpan* span = nullptr;
};

PoolSupply SumUp(const std::vector<const CapacitySpan*>& spans,
                 Oddities* oddities) {
  std::vector<SpanEdge> edges;
  for (const CapacitySpan* span : spans) {
    edges.push_back({span->start_us, +1, span});
    edges.push_back({span->end_us, -1, span});
  }
  std::sort(
      edges.begin(), edges.end(),
      [](const SpanEdge& a, const SpanEdge& b) { return a.at_us < b.at_us; });
  PoolSupply supply;
  Stated stated;
  for (size_t i = 0; i < edges.size();) {
    const int64_t at_us = edges[i].at_us;
    for (; i < edges.size() && edges[i].at_us == at_us; ++i) {
      stated.Add(*edges[i].span, edges[i].sign);
    }
    SupplyStep step = {at_us, std::nullopt};
    const Int128 net = stated.Net();
    if (stated.delivered_spans > 0) {
      step.micro_gpus = std::max<Int128>(net, 0);
      if (net < 0 && !oddities->negative_us) oddities->negative_us = at_us;
    } else if (stated.Of(CapacityState::kExcluded) > 0 ||
               stated.Of(CapacityState::kReplaced) > 0) {
      if (!oddities->baseless_us) oddities->baseless_us = at_us;
    }
    const bool changes =
        supply.empty() || supply.back().micro_gpus != step.micro_gpus;
    if (changes) supply.push_back(step);
  }
  return supply;
}

void NoteOddities(const std::string& pool, const Oddities& oddities,
                  Plan* plan) {
  if (oddities.negative_us) {
    plan->notes.push_back(
        "capacity of pool " + pool + ": more is excluded than delivered from " +
        FormatInstant(*oddities.negative_us) + " on; it counts as none");
  }
  if (oddities.baseless_us) {
    plan->notes.push_back(
        "capacity of pool " + pool +
        " is stated as excluded or replaced where none is stated as "
        "delivered, first at " +
        FormatInstant(*oddities.baseless_us) +
        ": that takes nothing off what a "
        "commitment had");
  }
}

bool Covers(const Plan& plan, const TrancheTerms& terms, uint32_t pool) {
  return terms.commitment != nullptr && plan.priced[pool] &&
         plan.filters[terms.filter].MatchesPool(pool);
}

// How many tranches of the layer may take from the pool while the version
// holds.
int64_t SharersOf(const Plan& plan, uint32_t version, int32_t layer,
                  uint32_t pool) {
  return std::count_if(
      plan.tranches.begin(), plan.tranches.end(), [&](const Tranche& tranche) {
        const TrancheTerms& terms = tranche.terms[version];
        const Interval& active = tranche.schedule.active();
        const Interval& holds = plan.versions[version].holds;
        return Covers(plan, terms, pool) && terms.commitment->layer == layer &&
               std::max(active.start_us, holds.start_us) <
                   std::min(active.end_us, holds.end_us);
      });
}

// Pools of which something was stated, those that fewest share first: so that a
// commitment with a choice leaves to others what they have no choice about.
std::vector<uint32_t> SuppliedPools(const Plan& plan, uint32_t version,
                                    const TrancheTerms& terms) {
  std::vector<std::pair<int64_t, uint32_t>> pools;
  for (uint32_t pool = 0; pool < plan.supply.size(); ++pool) {
    if (plan.supply[pool].empty() || !Covers(plan, terms, pool)) continue;
    pools.emplace_back(SharersOf(plan, version, terms.commitment->layer, pool),
                       pool);
  }
  std::sort(pools.begin(), pools.end());
  std::vector<uint32_t> ordered;
  for (const auto& [sharers, pool] : pools) ordered.push_back(pool);
  return ordered;
}

// The order in which a layer's tranches are supplied: burn order, with the
// length of the interval for its end, so that it does not change with time.
std::vector<uint32_t> SupplyOrder(const Plan& plan, uint32_t version) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < plan.tranches.size(); ++i) {
    if (plan.tranches[i].terms[version].commitment != nullptr) {
      order.push_back(i);
    }
  }
  const auto key = [&](uint32_t index) {
    const Tranche& tranche = plan.tranches[index];
    const Commitment& terms = *tranche.terms[version].commitment;
    return std::make_tuple(terms.layer, terms.priority, terms.interval,
                           terms.price.count(), tranche.name, index);
  };
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  return order;
}

// Of a commitment that is supplied from other pools.
void NoteUnstatedPools(const Tranche& tranche, Plan* plan) {
  std::vector<bool> used(plan->priced.size());
  for (const UsageCell& cell : plan->usage->cells) used[cell.pool] = true;
  for (uint32_t pool = 0; pool < used.size(); ++pool) {
    if (!used[pool] || !plan->supply[pool].empty()) continue;
    const bool covers = std::any_of(
        tranche.terms.begin(), tranche.terms.end(),
        [&](const TrancheTerms& terms) { return Covers(*plan, terms, pool); });
    if (!covers) continue;
    plan->notes.push_back(
        "commitment " + plan->names[tranche.name] + " covers pool " +
        plan->usage->pools[pool] +
        ", of which no capacity is stated: where capacity of its other pools "
        "is, that one counts as none");
  }
}

}  // namespace

void PlanSupply(const CapacityTable& capacity, Plan* plan) {
  std::map<uint32_t, std::vector<const CapacitySpan*>> by_pool;
  for (const CapacitySpan& span : capacity.spans) {
    by_pool[span.pool].push_back(&span);
  }
  plan->supply.resize(plan->priced.size());
  for (const auto& [pool, spans] : by_pool) {
    if (!plan->priced[pool]) continue;
    Oddities oddities;
    PoolSupply supply = SumUp(spans, &oddities);
    NoteOddities(plan->usage->pools[pool], oddities, plan);
    const bool stated = std::any_of(
        supply.begin(), supply.end(),
        [](const SupplyStep& step) { return step.micro_gpus.has_value(); });
    if (stated) plan->supply[pool] = std::move(supply);
  }
  for (uint32_t v = 0; v < plan->versions.size(); ++v) {
    plan->versions[v].supply_order = SupplyOrder(*plan, v);
    for (Tranche& tranche : plan->tranches) {
      tranche.terms[v].supplied = SuppliedPools(*plan, v, tranche.terms[v]);
    }
  }
  for (const Tranche& tranche : plan->tranches) {
    const bool supplied = std::any_of(
        tranche.terms.begin(), tranche.terms.end(),
        [](const TrancheTerms& terms) { return !terms.supplied.empty(); });
    if (supplied && !tranche.expansion) NoteUnstatedPools(tranche, plan);
  }
}

}  // namespace drawdown
