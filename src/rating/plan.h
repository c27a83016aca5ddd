// The versions of a contract compiled for rating one usage table: names are
// indices, rules are tables, and everything a charge says but its amount is a
// slot.
#ifndef DRAWDOWN_SRC_RATING_PLAN_H_
#define DRAWDOWN_SRC_RATING_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "contract/timeline.h"
#include "drawdown/statement.h"
#include "model/capacity_table.h"
#include "model/charge.h"
#include "model/usage_table.h"
#include "rating/allotments.h"
#include "rating/filter.h"
#include "rating/schedule.h"
#include "rating/supply.h"

namespace drawdown {

// What an amount is booked as.
struct ChargeSlot {
  uint32_t version = 0;            // index into Plan::versions
  uint32_t commitment = kNoIndex;  // index into Plan::names
  ChargeKind kind = ChargeKind::kUnpriced;
  std::optional<MoneyAmount> unit_price;
  bool counted_only = false;  // hours that a lower layer priced
  bool expansion = false;     // of an exercised expansion
  uint32_t rate = kNoIndex;   // index into Contract::rates
  uint32_t tier = 0;          // of that rate
  int32_t layer = 0;          // of its commitment; 0 for rates
};

// What one version says of a tranche.
struct TrancheTerms {
  const Commitment* commitment = nullptr;  // nullptr: the version has it not
  uint32_t filter = 0;                     // index into Plan::filters
  std::vector<uint32_t> supplied;  // pools with a supply, in order of taking
  AllotmentPlan allotments;

  // Indices into Plan::slots.
  uint32_t covered = 0;
  uint32_t counted = 0;
  uint32_t rest = 0;  // unused of a CONTINUOUS one, shortfall of the other
  uint32_t undelivered = 0;
  uint32_t rollover_in = 0;
  uint32_t rollover_out = 0;
  uint32_t overage = kNoIndex;  // kNoIndex: falls to the rate card
};

// A quantity at one price that usage draws down: a Usage commitment, or the
// exercised expansion of one, through its versions.
struct Tranche {
  uint32_t name = 0;  // index into Plan::names
  bool expansion = false;
  Schedule schedule;
  std::vector<TrancheTerms> terms;  // by version
};

struct SpendTerms {
  const Commitment* commitment = nullptr;  // nullptr: the version has it not
  uint32_t filter = 0;
  bool take_or_pay = false;
  // Whether others of its layer may have hours and money that it would count:
  // then it counts charge by charge, what they leave.
  bool shares = false;
  // Per slot: whether its money counts at all.
  std::vector<bool> counts;
};

struct SpendPlan {
  uint32_t name = 0;
  Schedule schedule;
  std::vector<SpendTerms> terms;  // by version
};

// Rates of one pool by time; kNoIndex where none prices it.
struct RateChange {
  int64_t from_us = 0;
  uint32_t rate = kNoIndex;
};
using PoolRates = std::vector<RateChange>;

// One span of the timeline.
struct VersionPlan {
  Interval holds;
  const Contract* contract = nullptr;
  std::vector<PoolRates> pools;      // per pool of the usage table
  std::vector<uint32_t> rate_slots;  // per rate: the slot of its first tier
  // Per rate: what counts for its tiers, an index below Plan::tier_counts. A
  // rate that the next version has too goes on counting.
  std::vector<uint32_t> tier_counts;
  uint32_t unpriced = 0;               // the slot of usage no rate prices
  std::vector<uint32_t> supply_order;  // tranches as they take from the supply
};

struct Plan {
  std::string contract_id;
  const UsageTable* usage = nullptr;
  Interval term;  // from the first version's start to the last one's end
  std::vector<VersionPlan> versions;  // by time, not empty

  // Those of the usage table and of allotments, sorted.
  std::vector<std::string> tenants;
  std::vector<uint32_t> tenant_of;  // per tenant of the usage table: in tenants
  std::vector<std::string> names;   // commitment ids, sorted
  std::vector<ChargeSlot> slots;
  std::vector<Filter> filters;
  std::vector<Tranche> tranches;
  std::vector<SpendPlan> spends;
  uint32_t tier_counts = 0;
  std::vector<bool> priced;        // per pool of the usage table: by these
  std::vector<int32_t> layers;     // of tranches, ascending
  std::vector<PoolSupply> supply;  // per pool of the usage table
  std::vector<std::string> notes;

  // Index of the version that holds; the first before it does.
  uint32_t VersionAt(int64_t at_us) const;
};

// kInvalidArgument: versions of different contracts. REQUIRES: contracts is not
// empty.
absl::StatusOr<Plan> MakePlan(const ContractTimeline& contracts,
                              const UsageTable& usage,
                              const CapacityTable& capacity = {});

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_PLAN_H_
