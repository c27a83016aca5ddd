// One group of bill rows against the books of its lane.
#ifndef DRAWDOWN_SRC_RECONCILE_COMPARE_H_
#define DRAWDOWN_SRC_RECONCILE_COMPARE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_map.h"
#include "contract/contract.h"
#include "drawdown/reconcile.h"
#include "reconcile/billed_lanes.h"
#include "reconcile/books.h"
#include "reconcile/cost_basis.h"
#include "reconcile/excluded_hours.h"
#include "reconcile/group.h"
#include "reconcile/originals.h"
#include "reconcile/posted_corrections.h"
#include "reconcile/reconcile.h"
#include "reconcile/route.h"
#include "reconcile/unit_scale.h"

namespace drawdown {

// Lanes of hours that a pool's rows may bill beside its usage.
struct LeftOvers {
  std::vector<Lane> of_pool;     // that they do bill
  std::vector<Lane> of_several;  // that they or another pool's may
};

struct CompareContext {
  const Contract* contract = nullptr;
  Interval period;
  int64_t at_us = 0;           // nothing that ends later has been rated
  bool provider_open = false;  // by the bill, the period is not final
  bool invoice_open = false;   // nor is an invoice that it is part of
  const Books* books = nullptr;
  const GroupNames* names = nullptr;
  ReconcileOptions options;
  CostBasis basis;  // what "cost" is of
  BilledLanes billed;
  ExcludedHours excluded;  // of what no row bills
  Originals originals;
  HashSet<uint32_t> lines;  // that corrections name and the bill has, by text
  HashSet<uint32_t> covering;  // commitments that some usage says cover it
  HashSet<uint32_t> rests;   // commitments whose rows bill what was left alone
  HashSet<uint32_t> untold;  // pools whose rows do not tell kinds of usage
  HashMap<uint32_t, LeftOvers> left_overs;  // of them
  // Pools whose tenants cannot be told, because rows bill hours as another kind
  // than rating has them.
  HashSet<uint32_t> undivided;
  MeteredOf metered;  // may be empty
  PostedCorrections posted;
  // Half a unit of each row's last place and half a cent, by currency: what
  // rounding an invoice may come to.
  std::vector<MoneyAmount> rounding;

  bool open() const { return at_us < period.end_us; }
};

// Both sides of a group, side by side.
struct Comparison {
  RowKind kind = RowKind::kNone;
  const Commitment* commitment = nullptr;  // of the contract, if it is one
  Currency currency;
  bool money_only = false;  // the rows carry no hours to compare
  bool straddles = false;   // part of the window is outside the period
  bool open = false;        // part of the window has not been rated yet
  GpuTime billed;
  GpuTime booked;     // metered, or contracted on purchases and unused rows
  GpuTime slack;      // of `billed`, for published rounding
  GpuTime elsewhere;  // metered as another kind and not billed as that
  GpuTime overage;    // of `booked`, beyond a commitment
  GpuTime grain;      // of what is booked on the pool, added by billing grain
  GpuTime excluded;   // of `booked`, and rightly not billed
  GpuTime left;       // not used, and rightly billed beside `booked`
  bool left_perhaps = false;  // or not: no row says whose it is
  GpuTime left_of_several;    // not used, and perhaps billed by these rows
  MoneyAmount dearest_left;   // of them, the highest price of an hour
  MoneyAmount cost;
  MoneyAmount expected;
  MoneyAmount doubled_tolerance;  // of money
  bool tolerance_given = false;   // by the user
  MoneyAmount contract_rounding;  // what the contract's own may come to
  int64_t gpus_per_unit = 1;
  // What an hour too much costs on a row of this kind; empty: unknown.
  std::optional<MoneyAmount> price;
  // What an hour is worth, where its BilledCost is 0 by rule.
  MoneyAmount worth;
  // What the EffectiveCost of a commitment's rows comes to: each hour of usage
  // or left over carries its price, a fee what no such hour carries.
  MoneyAmount accrued;
  bool unmeasured = false;  // usage rows without GPU time
  bool uncosted = false;    // rows without a cost: hours alone compare
  bool hours_only = false;  // no row of the bill has one
  bool unpriced = false;    // usage the contract has no rate for
  bool cut = false;         // a fulfilment interval is only partly billed
  bool true_up = false;     // one-time, of the whole intervals and no more
  bool as_used = false;     // no fee pays for what the commitment covers
  bool untold = false;      // the bill tells no kinds of usage
  MoneyAmount quantity_effect;
  MoneyAmount price_effect;
  std::optional<UnitScale> scale;

  MoneyAmount difference() const { return cost - expected; }
  // By EffectiveCost a fee is free but for what of its commitment was left.
  bool left_in_fee() const {
    return IsPurchase(kind) && !money_only && price == MoneyAmount() &&
           !expected.zero();
  }
  GpuTime owed() const { return booked - excluded + left; }
  GpuTime excess() const { return billed - owed(); }
  // What is too much may be what a commitment had left, or not: as far as that
  // costs.
  bool unclear() const {
    return excess() > slack && excess() <= left_of_several + slack &&
           (uncosted || AtMost(expected + Price(dearest_left, excess())));
  }
  bool AtMost(MoneyAmount most) const {
    const MoneyAmount over = cost - most;
    return over.valid() && over * 2 <= doubled_tolerance;
  }
};

// Whether a fee may be for a longer time than its charge period.
inline bool MayBeForLonger(const Comparison& comparison) {
  return comparison.kind == RowKind::kUpfront && !comparison.true_up &&
         !comparison.as_used;
}

// Whether the bill, which is of the period, has fees of the commitment for time
// of the period.
bool HasFees(uint32_t commitment, const CompareContext& context);

const Commitment* FindCommitment(const Contract& contract,
                                 const std::string& id);

// The books' side of `group`; `group` holds what is left after copies were
// taken out.
Comparison Measure(const Group& group, const CompareContext& context);

// The class of a group, and both effects. May change what is expected: where
// the check could not run, nothing else than what was billed. classify.cc
BreakClass Classify(Comparison& comparison);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COMPARE_H_
