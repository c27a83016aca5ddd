// What was stated of pools' capacity, and how commitments share it.
//
// A pool's supply at an instant is what was delivered there plus what was
// replaced minus what was excluded, at least 0, while anything is stated as
// delivered; else it is unknown. A layer's commitments take from it in one
// order, each at most what it was contracted; layers stack, so each sees all
// of it. What a commitment then lacks was not delivered.
#ifndef DRAWDOWN_SRC_RATING_SUPPLY_H_
#define DRAWDOWN_SRC_RATING_SUPPLY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "drawdown/units.h"
#include "model/capacity_table.h"
#include "rating/schedule.h"

namespace drawdown {

struct Plan;

// From the instant on; none: nothing is stated as delivered.
struct SupplyStep {
  int64_t from_us = 0;
  std::optional<Int128> micro_gpus;
};
// By time. Unknown before the first step; empty: never stated.
using PoolSupply = std::vector<SupplyStep>;

// Fills in the plan's supply and its notes, after everything else of it.
void PlanSupply(const CapacityTable& capacity, Plan* plan);

// What the tranche should have had over one of its intervals by its delivered
// schedule and lacked by what was stated: in GPU-microseconds, at least 0,
// half-even once. Of a CONTINUOUS commitment every moment counts by itself; a
// DISCONTINUOUS one may make up for one moment in another of the interval.
// Empty when it does not fit.
std::optional<Int128> LackOfSupply(const Plan& plan, uint32_t tranche,
                                   const Fulfilment& fulfilment);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SUPPLY_H_
