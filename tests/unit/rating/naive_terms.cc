#include "tests/unit/rating/naive_terms.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/path.h"

namespace drawdown {
namespace {

Int128 StepAt(const std::vector<std::pair<int64_t, Int128>>& steps, int64_t t,
              Int128 before) {
  Int128 amount = before;
  for (const auto& step : steps) {
    if (step.first <= t) amount = step.second;
  }
  return amount;
}

}  // namespace

Int128 DivRound(Int128 a, Int128 b) {  // a >= 0, half-even
  const Int128 q = a / b;
  const Int128 twice = 2 * (a % b);
  return twice > b || (twice == b && q % 2 != 0) ? q + 1 : q;
}

NaiveTerms::NaiveTerms(const Contract& contract, const UsageTable& usage,
                       const CapacityTable& capacity)
    : contract_(contract), usage_(usage), capacity_(capacity) {
  for (const Commitment& c : contract.commitments) AddPieces(c);
  for (const NaivePiece& p : pieces_) pools_for_.push_back(PoolsFor(p));
}

Interval NaiveTerms::LifeOf(const Commitment& c, int64_t from) const {
  Interval life = {std::max(from, contract_.term.start_us),
                   contract_.term.end_us};
  if (c.lifecycle == CommitmentLifecycle::kProposed) life.end_us = from;
  if (c.lifecycle == CommitmentLifecycle::kCancelled) {
    life.end_us = std::min(life.end_us, *c.cancelled_at_us);
  }
  return life;
}

void NaiveTerms::AddPieces(const Commitment& c) {
  NaivePiece base;
  base.commitment = &c;
  base.price = c.price;
  if (c.category == CommitmentCategory::kSpend) {
    for (const SpendStep& s : c.spend_steps) {
      base.contracted.emplace_back(s.from_us, s.cost.count());
    }
    base.life = LifeOf(c, c.spend_steps[0].from_us);
    spends_.push_back(base);
    return;
  }
  for (const UsageStep& s : c.steps) {
    base.contracted.emplace_back(s.from_us, s.quantity.count());
  }
  base.life = LifeOf(c, c.steps[0].from_us);
  base.may_overflow = c.overage.has_value();
  pieces_.push_back(base);
  for (const Expansion& e : contract_.expansions) {
    if (e.commitment != c.id || !e.exercised_from_us) continue;
    NaivePiece more;
    more.commitment = &c;
    more.price = e.price;
    more.contracted.emplace_back(*e.exercised_from_us, e.adds.count());
    more.life = LifeOf(c, *e.exercised_from_us);
    pieces_.push_back(more);
  }
}

Interval NaiveTerms::Whole(const Commitment& c, int64_t t) const {
  return contract_.calendar.Of(
      c.interval, t, {contract_.term.start_us, contract_.term.end_us});
}
Interval NaiveTerms::Cut(const NaivePiece& p, int64_t t) const {
  const Interval w = Whole(*p.commitment, t);
  return {std::max(w.start_us, p.life.start_us),
          std::min(w.end_us, p.life.end_us)};
}

Int128 NaiveTerms::DeliveredAt(const NaivePiece& p, int64_t t) const {
  std::vector<const NaivePiece*> alive;  // of the commitment, in order
  for (const NaivePiece& q : pieces_) {
    if (q.commitment == p.commitment && IsInside(q.life, t)) {
      alive.push_back(&q);
    }
  }
  const std::vector<UsageStep>& stated = p.commitment->delivered;
  if (stated.empty() || t < stated[0].from_us) {
    return StepAt(p.contracted, t, 0);
  }
  Int128 left = 0;
  for (const UsageStep& s : stated) {
    if (s.from_us <= t) left = s.quantity.count();
  }
  for (const NaivePiece* q : alive) {
    const Int128 part = std::min(left, StepAt(q->contracted, t, 0));
    left -= part;
    if (q != &p) continue;
    const bool keeps = p.commitment->model == CommitmentModel::kDiscontinuous;
    return part + (keeps && q == alive.back() ? left : 0);
  }
  return 0;
}

Int128 NaiveTerms::Prorated(const NaivePiece& p, int64_t t,
                            bool delivered) const {
  const Interval whole = Whole(*p.commitment, t);
  Int128 sum = 0;
  for (int64_t b = whole.start_us; b < whole.end_us;
       b += usage_.bucket_length_us) {
    if (!IsInside(p.life, b)) continue;
    sum += delivered ? DeliveredAt(p, b) : StepAt(p.contracted, b, 0);
  }
  return DivRound(sum,
                  (whole.end_us - whole.start_us) / usage_.bucket_length_us);
}

bool NaiveTerms::MayHave(const NaivePiece& p, uint32_t pool) const {
  std::vector<ApplicabilityRule> rules = p.commitment->applies;
  std::erase_if(rules, [](const ApplicabilityRule& rule) {
    return rule.dimension == Dimension::kTenant;
  });
  return IsAtOrBelow(usage_.pools[pool], contract_.provider) &&
         Applies(rules, SubjectOfPool(contract_, usage_.pools[pool]));
}

std::vector<size_t> NaiveTerms::SupplyOrder(int32_t layer) const {
  std::vector<size_t> order;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    if (pieces_[i].commitment->layer == layer) order.push_back(i);
  }
  const auto key = [&](size_t i) {
    const Commitment& c = *pieces_[i].commitment;
    return std::make_tuple(c.priority, c.interval, c.price.count(), c.id, i);
  };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return key(a) < key(b); });
  return order;
}

std::vector<uint32_t> NaiveTerms::PoolsFor(const NaivePiece& p) const {
  std::vector<std::pair<int, uint32_t>> pools;
  for (uint32_t pool = 0; pool < usage_.pools.size(); ++pool) {
    if (!MayHave(p, pool)) continue;
    int wanted = 0;
    for (const NaivePiece& other : pieces_) {
      wanted += other.commitment->layer == p.commitment->layer &&
                MayHave(other, pool);
    }
    pools.emplace_back(wanted, pool);
  }
  std::sort(pools.begin(), pools.end());
  std::vector<uint32_t> ordered;
  for (const auto& pool : pools) ordered.push_back(pool.second);
  return ordered;
}

std::map<uint32_t, Int128> NaiveTerms::SupplyAt(int64_t t) const {
  std::map<uint32_t, Int128> net;
  std::set<uint32_t> stated;
  for (const CapacitySpan& span : capacity_.spans) {
    if (!IsInside({span.start_us, span.end_us}, t)) continue;
    const bool minus = span.state == CapacityState::kExcluded;
    net[span.pool] += minus ? -span.micro_gpus : span.micro_gpus;
    if (span.state == CapacityState::kDelivered) stated.insert(span.pool);
  }
  std::map<uint32_t, Int128> supply;
  for (const uint32_t pool : stated) {
    supply[pool] = std::max<Int128>(net[pool], 0);
  }
  return supply;
}

Int128 NaiveTerms::MicroGpusAt(const NaivePiece& p, int64_t t,
                               bool delivered) const {
  const Int128 amount =
      delivered ? DeliveredAt(p, t) : StepAt(p.contracted, t, 0);
  const Interval whole = Whole(*p.commitment, t);
  const Int128 length = whole.end_us - whole.start_us;
  CHECK(amount * kMicroGpusPerGpu % length == 0);
  return amount * kMicroGpusPerGpu / length;
}

Int128 NaiveTerms::LackAt(size_t wanted, int64_t t) const {
  std::map<uint32_t, Int128> supply = SupplyAt(t);
  if (supply.empty()) return 0;
  for (const size_t i : SupplyOrder(pieces_[wanted].commitment->layer)) {
    const NaivePiece& p = pieces_[i];
    if (!IsInside(p.life, t)) continue;
    Int128 due = MicroGpusAt(p, t, true);
    if (i != wanted) due = std::min(due, MicroGpusAt(p, t, false));
    bool any = false;
    Int128 there = 0;
    for (const uint32_t pool : pools_for_[i]) {
      if (!supply.contains(pool)) continue;
      any = true;
      there += supply[pool];
      const Int128 taken = std::min(due, supply[pool]);
      if (i == wanted) continue;
      supply[pool] -= taken;
      due -= taken;
    }
    if (i == wanted) return any ? due - there : 0;
  }
  return 0;
}

Int128 NaiveTerms::Entitled(size_t i, int64_t t) {
  const NaivePiece& p = pieces_[i];
  const Interval cut = Cut(p, t);
  const auto [known, added] = entitled_.try_emplace({i, cut.start_us}, 0);
  if (!added) return known->second;
  constexpr int64_t kSlot = kMicrosPerHour / 4;
  Int128 lack = 0;
  for (int64_t at = cut.start_us; at < cut.end_us; at += kSlot) {
    if (capacity_.spans.empty()) break;
    Int128 here = LackAt(i, at);
    if (p.commitment->model == CommitmentModel::kContinuous) {
      here = std::max<Int128>(here, 0);
    }
    lack += here * kSlot;
  }
  lack = DivRound(std::max<Int128>(lack, 0), kMicroGpusPerGpu);
  const Int128 delivered = std::max<Int128>(Prorated(p, t, true) - lack, 0);
  return known->second = std::min(Prorated(p, t, false), delivered);
}

}  // namespace drawdown
