// Ways for a bill to go wrong, by name. Each changes lines of one bill and
// records the items that an exact reconciliation must report for it.
#ifndef DRAWDOWN_SRC_EXAMPLE_PLANTING_H_
#define DRAWDOWN_SRC_EXAMPLE_PLANTING_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "example/plants.h"

namespace drawdown::example {

// One discrepancy: what goes wrong, where, and its story.
struct Story {
  std::string_view error;  // an ErrorKind's name
  const Pool* pool = nullptr;
  int64_t start = 0;  // touches lines whose charge period lies in [start, end)
  int64_t end = 0;
  std::string_view what;
  std::string plant = {};
};

struct ErrorKind {
  std::string_view name;
  LineKind line = LineKind::kOnDemand;  // what it touches
  // False, and nothing changed, where no line of the story can go wrong so.
  bool (*plant)(const PlantBed& bed, const Story& story) = nullptr;
};

// Every kind, in a fixed order.
std::span<const ErrorKind> ErrorKinds();

// REQUIRES: `story.error` names a kind.
bool Plant(const PlantBed& bed, const Story& story);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_PLANTING_H_
