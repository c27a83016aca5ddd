#include "rating/strand.h"

#include <limits>
#include <map>
#include <utility>

namespace drawdown {
namespace {

bool Continues(const StrandPart& last, const StrandPart& next) {
  const Commitment& a = *last.terms;
  const Commitment& b = *next.terms;
  const bool same = a.category == b.category && a.model == b.model &&
                    a.interval == b.interval &&
                    last.contract->calendar == next.contract->calendar;
  return same && (a.interval != FulfilmentInterval::kFullPeriod ||
                  last.contract->term == next.contract->term);
}

Interval HoldsOf(const ContractTimeline& contracts, size_t version) {
  const auto& spans = contracts.spans();
  return {spans[version].from_us, version + 1 < spans.size()
                                      ? spans[version + 1].from_us
                                      : std::numeric_limits<int64_t>::max()};
}

}  // namespace

std::vector<Strand> StrandsOf(const ContractTimeline& contracts) {
  std::vector<Strand> strands;
  std::map<std::string, size_t> newest;  // by id
  for (uint32_t version = 0; version < contracts.spans().size(); ++version) {
    const Contract& contract = *contracts.spans()[version].contract;
    for (const Commitment& terms : contract.commitments) {
      const StrandPart part = {HoldsOf(contracts, version), version, &contract,
                               &terms};
      const auto known = newest.find(terms.id);
      const bool continues =
          known != newest.end() &&
          strands[known->second].parts.back().version + 1 == version &&
          Continues(strands[known->second].parts.back(), part);
      if (!continues) {
        newest[terms.id] = strands.size();
        strands.push_back({terms.id, {}});
      }
      strands[newest[terms.id]].parts.push_back(part);
    }
  }
  return strands;
}

std::vector<ExercisedExpansion> ExpansionsOf(const Strand& strand) {
  // By instant, then which of those in its file.
  std::map<std::pair<int64_t, int>, ExercisedExpansion> expansions;
  for (size_t i = 0; i < strand.parts.size(); ++i) {
    std::map<int64_t, int> seen;
    for (const Expansion& expansion : strand.parts[i].contract->expansions) {
      if (expansion.commitment != strand.id) continue;
      if (!expansion.exercised_from_us.has_value()) continue;
      const int64_t from_us = *expansion.exercised_from_us;
      ExercisedExpansion& parts = expansions[{from_us, seen[from_us]++}];
      parts.resize(strand.parts.size());
      parts[i] = &expansion;
    }
  }
  std::vector<ExercisedExpansion> ordered;
  for (auto& [key, parts] : expansions) ordered.push_back(std::move(parts));
  return ordered;
}

}  // namespace drawdown
