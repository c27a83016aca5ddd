// Changing lines of a bill, and keeping account of it.
#ifndef DRAWDOWN_SRC_EXAMPLE_ALTERING_H_
#define DRAWDOWN_SRC_EXAMPLE_ALTERING_H_

#include <functional>
#include <string_view>
#include <vector>

#include "example/planting.h"

namespace drawdown::example {

// The lines of a story's pool, kind and time.
std::vector<Line*> Touched(const PlantBed& bed, const Story& story,
                           LineKind kind);

// What the contract says the line costs, exact to 1e-18.
MoneyAmount ExpectedCost(const Line& line);

// An item of [start, end) without amounts.
Planted ItemOf(const PlantBed& bed, const Story& story,
               std::string_view kind_of_break, LineKind kind, int64_t start,
               int64_t end);

// Records what a line of the bill is found as, owed `expected`.
void Record(const PlantBed& bed, const Story& story,
            std::string_view kind_of_break, const Line& line,
            MoneyAmount expected);

// Changes each line of the story, one item each.
bool Alter(const PlantBed& bed, const Story& story, LineKind kind,
           std::string_view kind_of_break,
           const std::function<void(Line&)>& change);

// Takes the story's lines out of the bill: one item, as they follow one another
// without a gap and have one price.
bool Omit(const PlantBed& bed, const Story& story, LineKind kind);

// One hour or day of `gpus` GPUs that is no line of the contract's.
Line NewLine(const Story& story, int64_t gpus, MoneyAmount price);

GpuTime GpusFor(int64_t gpus, int64_t seconds);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_ALTERING_H_
