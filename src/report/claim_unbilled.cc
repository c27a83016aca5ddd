#include "report/claim_unbilled.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace drawdown {
namespace {

// Times that neither touch nor overlap: the ends by their starts.
using Times = std::map<int64_t, int64_t>;

void Add(int64_t start_us, int64_t end_us, Times* times) {
  auto next = times->lower_bound(start_us);
  if (next != times->begin() && std::prev(next)->second >= start_us) --next;
  while (next != times->end() && next->first <= end_us) {
    start_us = std::min(start_us, next->first);
    end_us = std::max(end_us, next->second);
    next = times->erase(next);
  }
  times->emplace(start_us, end_us);
}

bool Overlap(const Times& times, int64_t start_us, int64_t end_us) {
  const auto next = times.lower_bound(end_us);  // begins too late
  return next != times.begin() && std::prev(next)->second > start_us;
}

}  // namespace

UnbilledUsage UnbilledBeside(const ReconcileResult& result,
                             const std::vector<Claim>& claims) {
  std::map<std::string, Times> claimed;  // by pool; "" of claims without one
  for (const Claim& claim : claims) {
    const Finding& finding = claim.finding;
    Add(finding.start_us, finding.end_us, &claimed[finding.first.pool]);
  }
  UnbilledUsage found;
  Break item;
  for (const uint32_t place : result.items.breaks()) {
    const BreakFigures figures = result.items.figures(place);
    if (figures.kind != BreakClass::kUnbilledUsage || figures.pending ||
        !figures.metered.has_value() || figures.metered->zero()) {
      continue;
    }
    result.items.Get(place, &item);
    if (!Overlap(claimed[item.pool], item.period_start_us,
                 item.period_end_us) &&
        !Overlap(claimed[""], item.period_start_us, item.period_end_us)) {
      continue;
    }
    const bool first = found.metered.zero();
    found.start_us = first ? item.period_start_us
                           : std::min(found.start_us, item.period_start_us);
    found.end_us = std::max(found.end_us, item.period_end_us);
    found.metered += *item.metered;
    found.worth[item.currency.ToString()] += item.expected_cost;
  }
  return found;
}

}  // namespace drawdown
