#include "tests/unit/rating/naive_model.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/check.h"
#include "base/path.h"
#include "base/wide.h"

namespace drawdown {
namespace {

std::string PriceText(MoneyAmount price) { return FormatMoney(price); }

Int128 DivRound(Int128 a, Int128 b) {  // a >= 0, half-even
  const Int128 q = a / b;
  const Int128 twice = 2 * (a % b);
  return twice > b || (twice == b && q % 2 != 0) ? q + 1 : q;
}

bool Contains(const Interval& i, int64_t t) {
  return i.start_us <= t && t < i.end_us;
}

// A quantity of a commitment at one price; expansions are ones of their own.
struct Piece {
  const Commitment* commitment = nullptr;
  MoneyAmount price;
  Interval life;
  std::vector<std::pair<int64_t, Int128>> contracted;
  std::vector<std::pair<int64_t, Int128>> delivered;
  bool may_overflow = false;  // has an overage clause
};

class Model {
 public:
  Model(const Contract& contract, const UsageTable& usage,
        const CapacityTable& capacity, const Interval& period, int64_t at_us)
      : contract_(contract),
        usage_(usage),
        capacity_(capacity),
        period_(period),
        at_us_(at_us) {
    for (const Commitment& c : contract.commitments) AddPieces(c);
    for (const Piece& p : pieces_) pools_for_.push_back(PoolsFor(p));
  }

  NaiveStatement Run() {
    const int64_t first = contract_.term.start_us;
    const int64_t last =
        std::min({period_.end_us, contract_.term.end_us, at_us_});
    for (int64_t b = first; b + Length() <= last; b += Length()) {
      RateBucket(b);
      CloseUsage(b + Length());
      CloseSpend(b + Length());
    }
    return out_;
  }

 private:
  int64_t Length() const { return usage_.bucket_length_us; }
  Interval TermOf() const {
    return {contract_.term.start_us, contract_.term.end_us};
  }

  Interval LifeOf(const Commitment& c, int64_t from) const {
    Interval life = {std::max(from, contract_.term.start_us),
                     contract_.term.end_us};
    if (c.lifecycle == CommitmentLifecycle::kProposed) life.end_us = from;
    if (c.lifecycle == CommitmentLifecycle::kCancelled) {
      life.end_us = std::min(life.end_us, *c.cancelled_at_us);
    }
    return life;
  }

  void AddPieces(const Commitment& c) {
    Piece base;
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
    for (const UsageStep& s : c.delivered) {
      base.delivered.emplace_back(s.from_us, s.quantity.count());
    }
    base.life = LifeOf(c, c.steps[0].from_us);
    base.may_overflow = c.overage.has_value();
    pieces_.push_back(base);
    for (const Expansion& e : contract_.expansions) {
      if (e.commitment != c.id || !e.exercised_from_us) continue;
      Piece more;
      more.commitment = &c;
      more.price = e.price;
      more.contracted.emplace_back(*e.exercised_from_us, e.adds.count());
      more.life = LifeOf(c, *e.exercised_from_us);
      pieces_.push_back(more);
    }
  }

  // The calendar's interval that contains t.
  Interval Whole(const Commitment& c, int64_t t) const {
    return contract_.calendar.Of(c.interval, t, TermOf());
  }
  Interval Cut(const Piece& p, int64_t t) const {
    const Interval w = Whole(*p.commitment, t);
    return {std::max(w.start_us, p.life.start_us),
            std::min(w.end_us, p.life.end_us)};
  }

  static Int128 StepAt(const std::vector<std::pair<int64_t, Int128>>& steps,
                       int64_t t, Int128 before) {
    Int128 amount = before;
    for (const auto& step : steps) {
      if (step.first <= t) amount = step.second;
    }
    return amount;
  }

  // Sums bucket by bucket, then divides once.
  Int128 Prorated(const Piece& p, int64_t t, bool delivered) const {
    const Interval whole = Whole(*p.commitment, t);
    Int128 sum = 0;
    for (int64_t b = whole.start_us; b < whole.end_us; b += Length()) {
      if (!Contains(p.life, b)) continue;
      const Int128 contracted = StepAt(p.contracted, b, 0);
      sum += delivered ? StepAt(p.delivered, b, contracted) : contracted;
    }
    return DivRound(sum, (whole.end_us - whole.start_us) / Length());
  }

  // Whether the piece may cover usage of the pool by some tenant.
  bool MayHave(const Piece& p, uint32_t pool) const {
    std::vector<ApplicabilityRule> rules = p.commitment->applies;
    std::erase_if(rules, [](const ApplicabilityRule& rule) {
      return rule.dimension == Dimension::kTenant;
    });
    return IsAtOrBelow(usage_.pools[pool], contract_.provider) &&
           Applies(rules, SubjectOfPool(contract_, usage_.pools[pool]));
  }

  std::vector<size_t> SupplyOrder(int32_t layer) const {
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

  // Pools that the piece may have, the least wanted first.
  std::vector<uint32_t> PoolsFor(const Piece& p) const {
    std::vector<std::pair<int, uint32_t>> pools;
    for (uint32_t pool = 0; pool < usage_.pools.size(); ++pool) {
      if (!MayHave(p, pool)) continue;
      int wanted = 0;
      for (const Piece& other : pieces_) {
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

  // Micro-GPUs of pools of which something is stated as delivered.
  std::map<uint32_t, Int128> SupplyAt(int64_t t) const {
    std::map<uint32_t, Int128> net;
    std::set<uint32_t> stated;
    for (const CapacitySpan& span : capacity_.spans) {
      if (!Contains({span.start_us, span.end_us}, t)) continue;
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

  // What the steps make of the moment in micro-GPUs.
  Int128 MicroGpusAt(const Piece& p, int64_t t, bool delivered) const {
    const Int128 contracted = StepAt(p.contracted, t, 0);
    const Int128 amount =
        delivered ? StepAt(p.delivered, t, contracted) : contracted;
    const Interval whole = Whole(*p.commitment, t);
    const Int128 length = whole.end_us - whole.start_us;
    CHECK(amount * kMicroGpusPerGpu % length == 0);
    return amount * kMicroGpusPerGpu / length;
  }

  // What piece `wanted` lacks at t, in micro-GPUs; negative: has to spare.
  Int128 LackAt(size_t wanted, int64_t t) const {
    std::map<uint32_t, Int128> supply = SupplyAt(t);
    if (supply.empty()) return 0;
    for (const size_t i : SupplyOrder(pieces_[wanted].commitment->layer)) {
      const Piece& p = pieces_[i];
      if (!Contains(p.life, t)) continue;
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

  Int128 Entitled(size_t i, int64_t t) {
    const Piece& p = pieces_[i];
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

  bool Eligible(const Piece& p, uint32_t tenant, uint32_t pool) const {
    Subject s = SubjectOfPool(contract_, usage_.pools[pool]);
    s.tenant = usage_.tenants[tenant];
    return Applies(p.commitment->applies, s);
  }

  // Pieces in force at t, in burn order of their layer.
  std::vector<size_t> Order(int64_t t, int32_t layer) const {
    std::vector<size_t> order;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].commitment->layer == layer &&
          Contains(pieces_[i].life, t)) {
        order.push_back(i);
      }
    }
    const auto key = [&](size_t i) {
      const Commitment& c = *pieces_[i].commitment;
      const int64_t end = std::min(Whole(c, t).end_us, contract_.term.end_us);
      return std::make_tuple(c.priority, end, c.price.count(), c.id, i);
    };
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return key(a) < key(b); });
    return order;
  }

  std::set<int32_t> Layers() const {
    std::set<int32_t> layers;
    for (const Piece& p : pieces_) layers.insert(p.commitment->layer);
    return layers;
  }

  using Cells = std::map<std::pair<uint32_t, uint32_t>, Int128>;

  Cells CellsOf(int64_t b) const {
    Cells cells;
    for (const UsageCell& c : usage_.cells) {
      if (c.bucket_us != b) continue;
      if (!IsAtOrBelow(usage_.pools[c.pool], contract_.provider)) continue;
      cells[{c.tenant, c.pool}] = c.gpu_time.count();
    }
    return cells;
  }

  // Shares of `amount` by weight: floors, then one unit at a time to the
  // largest remainder, the first of equals.
  static Cells Divide(Int128 amount, const Cells& weights) {
    Int128 total = 0;
    for (const auto& w : weights) total += w.second;
    Cells parts;
    std::vector<std::pair<Int128, std::pair<uint32_t, uint32_t>>> remainders;
    Int128 left = std::min(amount, total);
    const Int128 divided = left;
    if (total == 0) return parts;
    for (const auto& w : weights) {
      parts[w.first] = divided * w.second / total;
      left -= parts[w.first];
      remainders.emplace_back(divided * w.second % total, w.first);
    }
    while (left > 0) {
      size_t best = 0;
      for (size_t i = 1; i < remainders.size(); ++i) {
        if (remainders[i].first > remainders[best].first) best = i;
      }
      ++parts[remainders[best].second];
      remainders[best].first = -1;
      --left;
    }
    return parts;
  }

  void Book(uint32_t tenant, uint32_t pool, const std::string& commitment,
            const std::string& kind, const MoneyAmount* price, Int128 amount,
            int64_t time, bool in_period) {
    if (amount == 0) return;
    events_.push_back({time, tenant, pool, commitment, kind,
                       price == nullptr ? MoneyAmount() : *price,
                       price != nullptr, amount});
    if (!in_period) return;
    const NaiveKey key = {tenant == kNobody ? "" : usage_.tenants[tenant],
                          pool == kNobody ? "" : usage_.pools[pool], commitment,
                          kind, price == nullptr ? "-" : PriceText(*price)};
    out_[key].gpu_us += amount;
  }

  void RateBucket(int64_t b) {
    const Cells cells = CellsOf(b);
    const bool in_period = b >= period_.start_us;
    Cells open = cells;  // no layer priced it
    for (const int32_t layer : Layers()) {
      Cells undrawn = cells;
      for (const size_t i : Order(b, layer)) {
        const Piece& p = pieces_[i];
        Cells weights;
        for (const auto& cell : undrawn) {
          if (Eligible(p, cell.first.first, cell.first.second)) {
            weights.insert(cell);
          }
        }
        Int128& drawn = drawn_[{i, Cut(p, b).start_us}];
        const Int128 entitled = Entitled(i, b);
        for (const auto& part : Divide(entitled - drawn, weights)) {
          const Int128 priced = std::min(part.second, open[part.first]);
          open[part.first] -= priced;
          undrawn[part.first] -= part.second;
          drawn += part.second;
          Book(part.first.first, part.first.second, p.commitment->id, "covered",
               &p.price, priced, b, in_period);
          Book(part.first.first, part.first.second, p.commitment->id, "covered",
               nullptr, part.second - priced, b, in_period);
        }
      }
    }
    for (const auto& cell : open) RateRest(b, cell.first, cell.second);
  }

  void RateRest(int64_t b, std::pair<uint32_t, uint32_t> cell, Int128 rest) {
    const bool in_period = b >= period_.start_us;
    for (const int32_t layer : Layers()) {
      for (const size_t i : Order(b, layer)) {
        const Piece& p = pieces_[i];
        if (!p.may_overflow || !Eligible(p, cell.first, cell.second)) continue;
        const Overage& overage = *p.commitment->overage;
        MoneyAmount price;
        if (overage.price) price = *overage.price;
        if (overage.factor_micro) {
          price = MoneyAmount(
              DivRound(p.price.count() * *overage.factor_micro, 1'000'000));
        }
        Book(cell.first, cell.second, p.commitment->id,
             overage.refuse ? "unpriced" : "overage",
             overage.refuse ? nullptr : &price, rest, b, in_period);
        return;
      }
    }
    const Rate* rate = FindRate(contract_, usage_.pools[cell.second], b);
    Book(cell.first, cell.second, "",
         rate == nullptr ? "unpriced" : "on_demand",
         rate == nullptr ? nullptr : &rate->tiers[0].price, rest, b, in_period);
  }

  void CloseUsage(int64_t end) {
    const bool in_period = end > period_.start_us && end <= period_.end_us;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& p = pieces_[i];
      const int64_t inside = end - 1;
      if (!Contains(p.life, inside) || Cut(p, inside).end_us != end) continue;
      const Commitment& c = *p.commitment;
      const Int128 contracted = Prorated(p, inside, false);
      const Int128 entitled = Entitled(i, inside);
      const Int128 drawn = drawn_[{i, Cut(p, inside).start_us}];
      const MoneyAmount price = c.shortfall.price.value_or(p.price);
      const bool waived = c.shortfall.policy == ShortfallPolicy::kWaived;
      Book(kNobody, kNobody, c.id,
           c.model == CommitmentModel::kContinuous ? "unused" : "shortfall",
           waived ? nullptr : &price, entitled - drawn, end, in_period);
      Book(kNobody, kNobody, c.id, "undelivered", nullptr,
           contracted - entitled, end, in_period);
    }
  }

  // Money of [start, end) usage and of intervals that ended in (start, end].
  void CloseSpend(int64_t end) {
    for (const Piece& p : spends_) {
      const int64_t inside = end - 1;
      if (!Contains(p.life, inside) || Cut(p, inside).end_us != end) continue;
      if (end <= period_.start_us || end > period_.end_us) continue;
      const Commitment& c = *p.commitment;
      const Int128 missing =
          Prorated(p, inside, false) - Counted(c, Cut(p, inside));
      if (missing <= 0 || c.shortfall.policy == ShortfallPolicy::kWaived) {
        continue;
      }
      out_[{"", "", c.id, "shortfall", "-"}].money += missing;
    }
  }

  Int128 Counted(const Commitment& c, const Interval& interval) const {
    Int128 sum = 0;  // price x GPU-microseconds x share, small numbers
    for (const Event& e : events_) {
      const bool rest = e.tenant == kNobody;
      const int64_t t = rest ? e.time - 1 : e.time;
      if (!Contains(interval, t) || !e.priced || InLayer(e, c.layer)) continue;
      Subject s{.provider = contract_.provider};
      if (!rest) {
        s = SubjectOfPool(contract_, usage_.pools[e.pool]);
        s.tenant = usage_.tenants[e.tenant];
      }
      s.kind = e.kind;
      if (!Applies(c.applies, s)) continue;
      sum += e.price.count() * e.amount * ApplicableShareMicro(c.applies, s);
    }
    return DivRound(sum, Int128{kMicrosPerHour} * 1'000'000);
  }

  static constexpr uint32_t kNobody = 0xffffffff;
  struct Event {
    int64_t time;
    uint32_t tenant;
    uint32_t pool;
    std::string commitment;
    std::string kind;
    MoneyAmount price;
    bool priced;
    Int128 amount;
  };
  bool InLayer(const Event& e, int32_t layer) const {
    for (const Commitment& c : contract_.commitments) {
      if (c.id == e.commitment) return c.layer == layer;
    }
    return false;
  }

  const Contract& contract_;
  const UsageTable& usage_;
  const CapacityTable& capacity_;
  const Interval period_;
  const int64_t at_us_;
  std::vector<Piece> pieces_;
  std::vector<Piece> spends_;
  std::vector<std::vector<uint32_t>> pools_for_;  // by piece
  std::map<std::pair<size_t, int64_t>, Int128> drawn_;
  std::map<std::pair<size_t, int64_t>, Int128> entitled_;
  std::vector<Event> events_;
  NaiveStatement out_;
};

}  // namespace

NaiveStatement RateNaively(const Contract& contract, const UsageTable& usage,
                           const CapacityTable& capacity,
                           const Interval& period, int64_t at_us) {
  return Model(contract, usage, capacity, period, at_us).Run();
}

}  // namespace drawdown
