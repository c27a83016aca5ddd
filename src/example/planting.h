// Ways for a bill to go wrong. Each changes lines of one bill and records the
// items that an exact reconciliation must report for it.
#ifndef DRAWDOWN_SRC_EXAMPLE_PLANTING_H_
#define DRAWDOWN_SRC_EXAMPLE_PLANTING_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "example/plants.h"

namespace drawdown::example {

// One discrepancy: which lines of the bill it touches, and its story.
struct Story {
  std::string_view plant;
  const Pool* pool = nullptr;
  LineKind kind = LineKind::kOnDemand;
  int64_t start = 0;  // touches lines whose charge period lies in [start, end)
  int64_t end = 0;
  std::string_view what;
};

// What goes wrong with a line's amounts.
struct Distortion {
  int64_t extra_gpus = 0;            // all through the charge period
  std::optional<MoneyAmount> price;  // instead of the right one
};

// Bills the story's lines with the distortion; one item each.
void Distort(const PlantBed& bed, const Story& story,
             const Distortion& distortion);

// Leaves the story's lines out of the bill: one item, as they follow one
// another without a gap and have one price.
void Omit(const PlantBed& bed, const Story& story);

// Delivers the rows of the story's lines twice; one item each.
void Repeat(const PlantBed& bed, const Story& story);

// Charges `gpus` of a pool in which nobody ran, one row and item per `period`.
void Invent(const PlantBed& bed, const Story& story, int64_t gpus,
            MoneyAmount price, int64_t period);

// Has the provider cover no more than `floor` GPUs and bill the rest on demand,
// beside the fee for all of them; two items per covered line.
void DelayStep(const PlantBed& bed, const Story& story, int64_t floor);

// A true-up of `extra` hours too many. It is one item with the month's fee, as
// both are what the block costs.
void InflateTrueUp(const PlantBed& bed, const Story& story, GpuTime extra);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_PLANTING_H_
