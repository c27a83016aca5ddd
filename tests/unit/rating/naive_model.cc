#include "tests/unit/rating/naive_model.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/check.h"
#include "base/path.h"
#include "tests/unit/rating/naive_terms.h"

namespace drawdown {
namespace {

std::string PriceText(MoneyAmount price) { return FormatMoney(price); }

class Model {
 public:
  Model(const Contract& contract, const UsageTable& usage,
        const CapacityTable& capacity, const Interval& period, int64_t at_us)
      : contract_(contract),
        usage_(usage),
        terms_(contract, usage, capacity),
        period_(period),
        at_us_(at_us) {}

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

  bool Eligible(const NaivePiece& p, uint32_t tenant, uint32_t pool) const {
    Subject s = SubjectOfPool(contract_, usage_.pools[pool]);
    s.tenant = usage_.tenants[tenant];
    return Applies(p.commitment->applies, s);
  }

  // Pieces in force at t, in burn order of their layer.
  std::vector<size_t> Order(int64_t t, int32_t layer) const {
    std::vector<size_t> order;
    for (size_t i = 0; i < terms_.pieces().size(); ++i) {
      if (terms_.pieces()[i].commitment->layer == layer &&
          IsInside(terms_.pieces()[i].life, t)) {
        order.push_back(i);
      }
    }
    const auto key = [&](size_t i) {
      const Commitment& c = *terms_.pieces()[i].commitment;
      const int64_t end =
          std::min(terms_.Whole(c, t).end_us, contract_.term.end_us);
      return std::make_tuple(c.priority, end, c.price.count(), c.id, i);
    };
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return key(a) < key(b); });
    return order;
  }

  std::set<int32_t> Layers() const {
    std::set<int32_t> layers;
    for (const NaivePiece& p : terms_.pieces())
      layers.insert(p.commitment->layer);
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
        const NaivePiece& p = terms_.pieces()[i];
        Cells weights;
        for (const auto& cell : undrawn) {
          if (Eligible(p, cell.first.first, cell.first.second)) {
            weights.insert(cell);
          }
        }
        Int128& drawn = drawn_[{i, terms_.Cut(p, b).start_us}];
        const Int128 entitled = terms_.Entitled(i, b);
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
        const NaivePiece& p = terms_.pieces()[i];
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
    for (size_t i = 0; i < terms_.pieces().size(); ++i) {
      const NaivePiece& p = terms_.pieces()[i];
      const int64_t inside = end - 1;
      if (!IsInside(p.life, inside) || terms_.Cut(p, inside).end_us != end)
        continue;
      const Commitment& c = *p.commitment;
      const Int128 contracted = terms_.Prorated(p, inside, false);
      const Int128 entitled = terms_.Entitled(i, inside);
      const Int128 drawn = drawn_[{i, terms_.Cut(p, inside).start_us}];
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
    for (const NaivePiece& p : terms_.spends()) {
      const int64_t inside = end - 1;
      if (!IsInside(p.life, inside) || terms_.Cut(p, inside).end_us != end)
        continue;
      const Commitment& c = *p.commitment;
      const Int128 missing =
          terms_.Prorated(p, inside, false) - Counted(c, terms_.Cut(p, inside));
      if (missing <= 0 || c.shortfall.policy == ShortfallPolicy::kWaived) {
        continue;
      }
      events_.push_back({end, kNobody, kNobody, c.id, "shortfall",
                         MoneyAmount(missing), true, kMicrosPerHour});
      if (end <= period_.start_us || end > period_.end_us) continue;
      out_[{"", "", c.id, "shortfall", "-"}].money += missing;
    }
  }

  Int128 Counted(const Commitment& c, const Interval& interval) const {
    Int128 sum = 0;  // of small numbers: charge by charge, to 1e-18
    for (const Event& e : events_) {
      const bool rest = e.tenant == kNobody;
      const int64_t t = rest ? e.time - 1 : e.time;
      if (!IsInside(interval, t) || !e.priced || !Stacks(e, c)) continue;
      Subject s{.provider = contract_.provider};
      if (!rest) {
        s = SubjectOfPool(contract_, usage_.pools[e.pool]);
        s.tenant = usage_.tenants[e.tenant];
      }
      s.kind = e.kind;
      if (!Applies(c.applies, s)) continue;
      const Int128 cost = DivRound(e.price.count() * e.amount, kMicrosPerHour);
      sum += DivRound(cost * ApplicableShareMicro(c.applies, s), 1'000'000);
    }
    return sum;
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
  // Whether money of the event's commitment may count in the layer of `spend`:
  // not that of its own, and what a spend commitment lacks only from below.
  bool Stacks(const Event& e, const Commitment& spend) const {
    for (const Commitment& c : contract_.commitments) {
      if (c.id != e.commitment) continue;
      if (c.category == CommitmentCategory::kUsage) {
        return c.layer != spend.layer;
      }
      return c.layer < spend.layer;
    }
    return true;
  }

  const Contract& contract_;
  const UsageTable& usage_;
  NaiveTerms terms_;
  const Interval period_;
  const int64_t at_us_;
  std::map<std::pair<size_t, int64_t>, Int128> drawn_;
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
