// Our side of the comparison: rated charges by lane and time.
#ifndef DRAWDOWN_SRC_RECONCILE_BOOKS_H_
#define DRAWDOWN_SRC_RECONCILE_BOOKS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/hash_map.h"
#include "contract/contract.h"
#include "drawdown/units.h"
#include "model/charge.h"
#include "reconcile/agreed.h"
#include "reconcile/lane.h"
#include "reconcile/tenant_book.h"

namespace drawdown {

// Charges of one lane, bucket (or fulfilment interval) and unit price, all
// tenants together.
struct BookCell {
  int64_t start_us = 0;
  int64_t end_us = 0;
  std::optional<MoneyAmount> unit_price;
  GpuTime time;
  MoneyAmount own_cost;  // of charges without GPU time
  bool unpriced = false;
  bool overage = false;  // beyond what a commitment covers, at its price
  uint32_t commitment = kNoIndex;  // of overage
};

struct Expectation;

struct BookLane {
  std::vector<BookCell> cells;  // by time
  int64_t longest_us = 0;       // of a cell

  void Add(const BookCell& cell);
  // Sorts by time and joins what differs only by tenant.
  void Compact();
  // Of the cells inside the window.
  Expectation Sum(int64_t start_us, int64_t end_us) const;
  // Calls `visit` for each cell that overlaps the window, by time.
  template <typename Visit>
  void ForEachOverlapping(int64_t start_us, int64_t end_us, Visit visit) const {
    const int64_t earliest = start_us - longest_us;
    auto cell = std::partition_point(
        cells.begin(), cells.end(),
        [earliest](const BookCell& c) { return c.start_us <= earliest; });
    for (; cell != cells.end() && cell->start_us < end_us; ++cell) {
      if (cell->end_us > start_us) visit(*cell);
    }
  }
};

// The books of one lane over one window.
struct Expectation {
  GpuTime time;                      // metered, or contracted for purchases
  MoneyAmount cost;                  // at the charges' prices
  std::optional<MoneyAmount> price;  // where all have the same
  GpuTime overage;                   // of `time`
  bool unpriced = false;             // some usage has no price
  bool cut = false;  // a fulfilment interval lies only partly in the window
};

// Sums cells that a caller picks.
class ExpectationSum {
 public:
  void Add(const BookCell& cell);
  Expectation Get() const;

 private:
  struct Priced {
    MoneyAmount price;
    GpuTime time;
  };
  Expectation sum_;
  std::vector<Priced> prices_;  // few: one per price in force
};

class Books {
 public:
  Books() = default;  // of nothing
  // By the indices of `rated`; Name says what they are called. Charges of usage
  // outside `period` are left out. Tenants are kept apart only `by_tenant`.
  Books(const RatedUsage& rated, const Interval& period, bool by_tenant);

  // From now on names are those of these. `rated` is what the books were made
  // of; `tenants` may be null where they are not kept apart. Call once, before
  // all that follows.
  void Name(const RatedUsage& rated, Interner* pools, Interner* commitments,
            Interner* tenants);

  Expectation Sum(const Lane& lane, int64_t start_us, int64_t end_us) const;

  // What a commitment lacks at its intervals' ends, of what Sum has of its
  // purchases: owed for nothing that anyone used.
  Expectation TrueUp(uint32_t commitment, int64_t start_us,
                     int64_t end_us) const;

  // Of what Sum has of its purchases, all but what covered usage costs.
  const BookLane& LeftOf(uint32_t commitment) const;
  Expectation Left(uint32_t commitment, int64_t start_us, int64_t end_us) const;

  // What it covered of the period's usage, whichever lane that is in.
  GpuTime Covered(uint32_t commitment) const;

  // Of the overage in a lane of covered usage, what it costs.
  MoneyAmount OverageCost(const Lane& lane, int64_t start_us,
                          int64_t end_us) const;

  // Makes covered usage of the pools that `picks` says usage of them on demand,
  // at its own prices, and returns those that had any. Their tenants stay told.
  HashSet<uint32_t> JoinKinds(const std::function<bool(uint32_t)>& picks);

  // Moves up to `most` of the pool's on-demand hours inside the window to the
  // lane of usage that `to.commitment` covers: those that are its overage, or
  // with a price whichever, in the order of cells. Returns what it moved.
  // Tenants are not moved. What a Spend commitment counts is paid for by its
  // purchases then. Call Settle(to) after the last: until then the hours are in
  // no lane, so that those of `to` stay sorted and sum to what they had.
  GpuTime MoveOverage(const Lane& to, const Interval& window, GpuTime most);
  GpuTime MoveCounted(const Lane& to, const Interval& window, GpuTime most);
  void Settle(const Lane& to);

  // Calls `visit(tenant, time)` for what was metered in a usage lane inside a
  // window, perhaps more than once of a tenant; never where tenants are not
  // kept apart.
  template <typename Visit>
  void ForEachTenant(const Lane& lane, int64_t start_us, int64_t end_us,
                     Visit visit) const {
    const auto found = tenant_books_.find(lane);
    if (found == tenant_books_.end()) return;
    found->second.ForEachInside(
        start_us, end_us,
        [&](uint32_t tenant, GpuTime time) { visit(tenants_[tenant], time); });
  }

  // Gives back what ForEachTenant goes over: 20 bytes a cell.
  void ForgetTenants() { tenant_books_ = {}; }

  // All whom that may visit; some perhaps in vain.
  const std::vector<uint32_t>& tenants() const { return tenants_; }

  // Every lane with usage or contracted hours.
  using Lanes = HashMap<Lane, BookLane>;
  const Lanes& lanes() const { return lanes_; }

  // All of the period's usage, of every pool.
  GpuTime usage() const { return usage_; }

  // What a Spend commitment counts of the period, where rating noted how far it
  // was at the period's edges.
  MoneyAmount Counted(uint32_t commitment) const;

  // What the billing grain added to a pool's usage, or took off it.
  GpuTime Grain(uint32_t pool, int64_t start_us, int64_t end_us) const;

  // All of the period's.
  GpuTime grain() const { return grain_; }

  // What credits take off in the period, below zero; rounded as rated.
  MoneyAmount credits() const { return credits_; }

 private:
  void AddUsage(const BookCell& cell, uint32_t tenant, const Lane& lane);
  void Add(const Charge& charge, const ChargeRule& rule, const Interval& span,
           uint32_t pool, uint32_t commitment);
  void AddMarks(const RatedUsage& rated, const Interval& period);
  template <typename Picks>
  BookLane Take(const Lane& from, const Interval& window, GpuTime most,
                Picks picks);

  Lanes lanes_;
  Lanes moved_;                           // to be added to lanes_ by Settle
  HashMap<uint32_t, BookLane> lefts_;     // by commitment
  HashMap<uint32_t, GpuTime> covered_;    // by commitment
  HashMap<uint32_t, BookLane> true_ups_;  // by commitment
  GpuTime usage_;
  GpuTime grain_;
  HashMap<uint32_t, BookLane> grains_;  // by pool
  MoneyAmount credits_;
  HashMap<uint32_t, MoneyAmount> counted_;  // by commitment
  size_t tenants_kept_ = 0;                 // 0: not kept apart
  HashMap<Lane, TenantBook> tenant_books_;  // by index of tenants_
  std::vector<uint32_t> tenants_;           // their names
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_BOOKS_H_
