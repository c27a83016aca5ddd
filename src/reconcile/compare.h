// One group of bill rows against the books of its lane.
#ifndef DRAWDOWN_SRC_RECONCILE_COMPARE_H_
#define DRAWDOWN_SRC_RECONCILE_COMPARE_H_

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "contract/contract.h"
#include "drawdown/reconcile.h"
#include "reconcile/billed_lanes.h"
#include "reconcile/books.h"
#include "reconcile/group.h"
#include "reconcile/route.h"

namespace drawdown {

struct CompareContext {
  const Contract* contract = nullptr;
  Interval period;
  const Books* books = nullptr;
  const GroupNames* names = nullptr;
  ReconcileOptions options;
  // Commitments of which the bill holds purchase rows.
  absl::flat_hash_set<uint32_t> purchased;
  BilledLanes billed;
};

// Both sides of a group, side by side.
struct Comparison {
  RowKind kind = RowKind::kNone;
  const Commitment* commitment = nullptr;  // of the contract, if it is one
  Currency currency;
  bool money_only = false;  // the rows carry no hours to compare
  bool straddles = false;   // part of the window is outside the period
  GpuTime billed;
  GpuTime booked;     // metered, or contracted on purchases and unused rows
  GpuTime slack;      // of `billed`, for published rounding
  GpuTime elsewhere;  // metered as another kind and not billed as that
  MoneyAmount cost;
  MoneyAmount expected;
  MoneyAmount doubled_tolerance;  // of money
  // What an hour too much costs on a row of this kind; empty: unknown.
  std::optional<MoneyAmount> price;
  // What an hour is worth, where its BilledCost is 0 by rule.
  MoneyAmount worth;
  bool unmeasured = false;  // usage rows without GPU time
  bool unpriced = false;    // usage the contract has no rate for
  bool cut = false;         // a fulfilment interval is only partly billed
  MoneyAmount quantity_effect;
  MoneyAmount price_effect;

  MoneyAmount difference() const { return cost - expected; }
  GpuTime excess() const { return billed - booked; }
};

// The books' side of `group`; `group` holds what is left after copies were
// taken out.
Comparison Measure(const Group& group, const CompareContext& context);

// The class of a group. May change what is expected: where the check could not
// run, nothing else than what was billed.
BreakClass Classify(Comparison& comparison);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_COMPARE_H_
