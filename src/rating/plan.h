// A contract compiled for rating one usage table: names are indices, rules are
// tables, and everything a charge says but its amount is a slot.
#ifndef DRAWDOWN_SRC_RATING_PLAN_H_
#define DRAWDOWN_SRC_RATING_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "drawdown/statement.h"
#include "model/capacity_table.h"
#include "model/charge.h"
#include "model/usage_table.h"
#include "rating/filter.h"
#include "rating/schedule.h"
#include "rating/supply.h"

namespace drawdown {

// What an amount is booked as.
struct ChargeSlot {
  uint32_t commitment = kNoIndex;  // index into Plan::names
  ChargeKind kind = ChargeKind::kUnpriced;
  std::optional<MoneyAmount> unit_price;
  bool counted_only = false;  // hours that a lower layer priced
  uint32_t rate = kNoIndex;   // index into Contract::rates
  int32_t layer = 0;          // of its commitment; 0 for rates
};

// A quantity at one price that usage draws down: a Usage commitment, or the
// exercised expansion of one.
struct Tranche {
  uint32_t commitment = 0;  // index into Contract::commitments
  uint32_t name = 0;        // index into Plan::names
  int32_t layer = 0;
  Schedule schedule;
  uint32_t filter = 0;  // index into Plan::filters
  std::optional<Rollover> rollover;
  std::vector<uint32_t> supplied;  // pools with a supply, in order of taking

  // Indices into Plan::slots.
  uint32_t covered = 0;
  uint32_t counted = 0;
  uint32_t rest = 0;  // unused of a CONTINUOUS one, shortfall of the other
  uint32_t undelivered = 0;
  uint32_t rollover_in = 0;
  uint32_t rollover_out = 0;
  uint32_t overage = kNoIndex;  // kNoIndex: falls to the rate card
};

struct SpendPlan {
  uint32_t commitment = 0;
  uint32_t name = 0;
  Schedule schedule;
  uint32_t filter = 0;
  bool take_or_pay = false;
  // Per slot: whether its money counts at all.
  std::vector<bool> counts;
};

// Rates of one pool by time; kNoIndex where none prices it.
struct RateChange {
  int64_t from_us = 0;
  uint32_t rate = kNoIndex;
};
struct PoolPlan {
  bool priced = false;  // by this contract
  std::vector<RateChange> rates;
};

struct Plan {
  const Contract* contract = nullptr;
  const UsageTable* usage = nullptr;
  Interval term;

  std::vector<std::string> names;  // commitment ids, sorted
  std::vector<ChargeSlot> slots;
  std::vector<Filter> filters;
  std::vector<Tranche> tranches;
  std::vector<SpendPlan> spends;
  std::vector<PoolPlan> pools;         // per pool of the usage table
  std::vector<uint32_t> rate_slots;    // per rate: the slot of its first tier
  uint32_t unpriced = 0;               // the slot of usage no rate prices
  std::vector<int32_t> layers;         // of tranches, ascending
  std::vector<PoolSupply> supply;      // per pool of the usage table
  std::vector<uint32_t> supply_order;  // tranches as they take from it
  std::vector<std::string> notes;
};

// kUnsupported names what this version parses but does not rate.
absl::StatusOr<Plan> MakePlan(const Contract& contract, const UsageTable& usage,
                              const CapacityTable& capacity = {});

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_PLAN_H_
