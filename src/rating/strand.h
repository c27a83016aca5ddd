// A commitment through the versions of its contract: what keeps its state from
// one to the next.
#ifndef DRAWDOWN_SRC_RATING_STRAND_H_
#define DRAWDOWN_SRC_RATING_STRAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "contract/timeline.h"

namespace drawdown {

// The terms of a commitment while one version holds.
struct StrandPart {
  Interval holds;
  uint32_t version = 0;  // index into the timeline's spans
  const Contract* contract = nullptr;
  const Commitment* terms = nullptr;
};

// Versions that follow one another and all have a commitment of this id with
// one category, model and interval, on one calendar. A version that changes any
// of those, or the term of a FULL_PERIOD one, ends the commitment and begins
// another.
struct Strand {
  std::string id;
  std::vector<StrandPart> parts;  // by time, not empty, without gaps

  const Commitment& first() const { return *parts.front().terms; }
};

// By their first version, then by place in its file.
std::vector<Strand> StrandsOf(const ContractTimeline& contracts);

// An expansion that was exercised, in each part of a strand; nullptr where a
// version does not have it.
using ExercisedExpansion = std::vector<const Expansion*>;

// By when they were exercised. Two expansions of versions are one when they
// were exercised at one instant and are equally many-th of those in their file.
std::vector<ExercisedExpansion> ExpansionsOf(const Strand& strand);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_STRAND_H_
