#include "rating/supply.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/wide.h"
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
        FormatInstant(*oddities.baseless_us) + ": that has no effect");
  }
}

bool Covers(const Plan& plan, const Tranche& tranche, uint32_t pool) {
  return plan.pools[pool].priced &&
         plan.filters[tranche.filter].MatchesPool(pool);
}

// How many tranches of the layer may take from the pool.
int64_t SharersOf(const Plan& plan, int32_t layer, uint32_t pool) {
  return std::count_if(
      plan.tranches.begin(), plan.tranches.end(), [&](const Tranche& tranche) {
        return tranche.layer == layer && Covers(plan, tranche, pool);
      });
}

// Pools of which something was stated, those that fewest share first: so that a
// commitment with a choice leaves to others what they have no choice about.
std::vector<uint32_t> SuppliedPools(const Plan& plan, const Tranche& tranche) {
  std::vector<std::pair<int64_t, uint32_t>> pools;
  for (uint32_t pool = 0; pool < plan.supply.size(); ++pool) {
    if (plan.supply[pool].empty() || !Covers(plan, tranche, pool)) continue;
    pools.emplace_back(SharersOf(plan, tranche.layer, pool), pool);
  }
  std::sort(pools.begin(), pools.end());
  std::vector<uint32_t> ordered;
  for (const auto& [sharers, pool] : pools) ordered.push_back(pool);
  return ordered;
}

// The order in which a layer's tranches are supplied: burn order, with the
// length of the interval for its end, so that it does not change with time.
std::vector<uint32_t> SupplyOrder(const Plan& plan) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < plan.tranches.size(); ++i) order.push_back(i);
  const auto key = [&plan](uint32_t index) {
    const Tranche& tranche = plan.tranches[index];
    const Commitment& terms = plan.contract->commitments[tranche.commitment];
    return std::make_tuple(tranche.layer, terms.priority, terms.interval,
                           terms.price.count(), tranche.name, index);
  };
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  return order;
}

// Of a commitment that is supplied from other pools.
void NoteUnstatedPools(const Tranche& tranche, Plan* plan) {
  std::vector<bool> used(plan->pools.size());
  for (const UsageCell& cell : plan->usage->cells) used[cell.pool] = true;
  for (uint32_t pool = 0; pool < used.size(); ++pool) {
    if (!used[pool] || !plan->supply[pool].empty()) continue;
    if (!Covers(*plan, tranche, pool)) continue;
    plan->notes.push_back(
        "commitment " + plan->names[tranche.name] + " covers pool " +
        plan->usage->pools[pool] +
        ", of which no capacity is stated: where capacity of its other pools "
        "is, that one counts as none");
  }
}

// The last step that has begun; end() when none has.
PoolSupply::const_iterator StepAt(const PoolSupply& supply, int64_t at_us) {
  const auto after = std::upper_bound(
      supply.begin(), supply.end(), at_us,
      [](int64_t at, const SupplyStep& step) { return at < step.from_us; });
  return after == supply.begin() ? supply.end() : std::prev(after);
}

int64_t NextChange(const PoolSupply& supply, int64_t at_us, int64_t end_us) {
  const auto after = std::upper_bound(
      supply.begin(), supply.end(), at_us,
      [](int64_t at, const SupplyStep& step) { return at < step.from_us; });
  return after == supply.end() ? end_us : std::min(end_us, after->from_us);
}

// Amounts of a stretch are in 1e-6 GPU-microseconds, in which every count of
// GPUs is whole.
constexpr Int128 kFine = kMicroGpusPerGpu;

// One that takes from the supply, at what it is due then.
struct Sharer {
  const Tranche* tranche = nullptr;
  DueRate due;
};

// Sharing over a stretch of time in which nothing changes.
class Stretch {
 public:
  // The stretch that begins at `from_us`, and ends at `to_us` at the latest.
  Stretch(const Plan& plan, uint32_t index, int64_t from_us, int64_t to_us)
      : plan_(plan), from_us_(from_us), to_us_(to_us) {
    for (const uint32_t other : plan.supply_order) {
      const Tranche& tranche = plan.tranches[other];
      if (tranche.layer == plan.tranches[index].layer) AddSharer(tranche);
      if (other == index) break;
    }
  }

  int64_t to_us() const { return to_us_; }

  // What the last sharer lacks, below 0 for what it could have beyond its due;
  // 0 where nothing is stated.
  std::optional<Int128> Lack() {
    if (!Supply()) return std::nullopt;
    for (const Sharer& sharer : sharers_) {
      const bool last = &sharer == &sharers_.back();
      const std::optional<Int128> there = LeftFor(*sharer.tranche);
      const Int128 amount =
          last ? sharer.due.delivered
               : std::min(sharer.due.contracted, sharer.due.delivered);
      const auto due =
          MulDivHalfEven(amount, length() * kFine, sharer.due.per_us);
      if (!due.ok()) return std::nullopt;
      if (last) return there ? *due - *there : 0;
      Take(*sharer.tranche, *due);
    }
    return 0;
  }

 private:
  Int128 length() const { return to_us_ - from_us_; }

  void AddSharer(const Tranche& tranche) {
    const Interval& active = tranche.schedule.active();
    if (from_us_ < active.start_us) to_us_ = std::min(to_us_, active.start_us);
    if (!Contains(active, from_us_) || tranche.supplied.empty()) return;
    const DueRate due = tranche.schedule.DueAt(from_us_);
    to_us_ = std::min(to_us_, due.until_us);
    for (const uint32_t pool : tranche.supplied) {
      to_us_ = NextChange(plan_.supply[pool], from_us_, to_us_);
    }
    sharers_.push_back({&tranche, due});
  }

  // All that is there. False if it does not fit.
  bool Supply() {
    Int128 sum = 0;
    for (const Sharer& sharer : sharers_) {
      for (const uint32_t pool : sharer.tranche->supplied) {
        const PoolSupply& supply = plan_.supply[pool];
        const auto step = StepAt(supply, from_us_);
        if (step == supply.end() || !step->micro_gpus) continue;
        Int128 amount = 0;
        if (__builtin_mul_overflow(*step->micro_gpus, length(), &amount)) {
          return false;
        }
        const bool first = left_.emplace(pool, amount).second;
        if (first && __builtin_add_overflow(sum, amount, &sum)) return false;
      }
    }
    return true;
  }

  // None where nothing is stated of its pools.
  std::optional<Int128> LeftFor(const Tranche& tranche) const {
    std::optional<Int128> sum;
    for (const uint32_t pool : tranche.supplied) {
      const auto left = left_.find(pool);
      if (left != left_.end()) sum = sum.value_or(0) + left->second;
    }
    return sum;
  }

  void Take(const Tranche& tranche, Int128 amount) {
    for (const uint32_t pool : tranche.supplied) {
      const auto left = left_.find(pool);
      if (left == left_.end()) continue;
      const Int128 taken = std::min(amount, left->second);
      left->second -= taken;
      amount -= taken;
    }
  }

  const Plan& plan_;
  const int64_t from_us_;
  int64_t to_us_;
  std::vector<Sharer> sharers_;      // in order, the one asked about last
  std::map<uint32_t, Int128> left_;  // by pool
};

}  // namespace

void PlanSupply(const CapacityTable& capacity, Plan* plan) {
  std::map<uint32_t, std::vector<const CapacitySpan*>> by_pool;
  for (const CapacitySpan& span : capacity.spans) {
    by_pool[span.pool].push_back(&span);
  }
  plan->supply.resize(plan->pools.size());
  for (const auto& [pool, spans] : by_pool) {
    if (!plan->pools[pool].priced) continue;
    Oddities oddities;
    PoolSupply supply = SumUp(spans, &oddities);
    NoteOddities(plan->usage->pools[pool], oddities, plan);
    const bool stated = std::any_of(
        supply.begin(), supply.end(),
        [](const SupplyStep& step) { return step.micro_gpus.has_value(); });
    if (stated) plan->supply[pool] = std::move(supply);
  }
  plan->supply_order = SupplyOrder(*plan);
  for (Tranche& tranche : plan->tranches) {
    tranche.supplied = SuppliedPools(*plan, tranche);
    const bool expansion = &tranche != plan->tranches.data() &&
                           (&tranche)[-1].commitment == tranche.commitment;
    if (!tranche.supplied.empty() && !expansion) {
      NoteUnstatedPools(tranche, plan);
    }
  }
}

std::optional<Int128> LackOfSupply(const Plan& plan, uint32_t tranche,
                                   const Fulfilment& fulfilment) {
  if (plan.tranches[tranche].supplied.empty()) return 0;
  const uint32_t commitment = plan.tranches[tranche].commitment;
  const bool continuous = plan.contract->commitments[commitment].model ==
                          CommitmentModel::kContinuous;
  Int128 sum = 0;
  for (int64_t at = fulfilment.cut.start_us; at < fulfilment.cut.end_us;) {
    Stretch stretch(plan, tranche, at, fulfilment.cut.end_us);
    std::optional<Int128> lack = stretch.Lack();
    if (!lack) return std::nullopt;
    if (continuous) lack = std::max<Int128>(*lack, 0);
    if (__builtin_add_overflow(sum, *lack, &sum)) return std::nullopt;
    at = stretch.to_us();
  }
  return DivHalfEven(std::max<Int128>(sum, 0), kFine);
}

}  // namespace drawdown
